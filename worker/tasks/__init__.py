"""One module a noun; every task has an explicit name."""
