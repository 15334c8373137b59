"""`triage doctor`: looks at a deployment once, part by part, and says what to mend."""
