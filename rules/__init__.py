"""The threshold policy: a document that runs and explains itself. Pure: no database, no web, no clock of its own."""
