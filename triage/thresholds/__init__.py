"""`triage policy`: what people do with the thresholds from the command line."""
