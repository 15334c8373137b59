"""Backups: the whole database as of one moment, sealed in a file, and proved by restoring it."""
