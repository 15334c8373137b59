"""The quarterly performance report: every outcome indicator of the plan, computed here or read from partners."""
