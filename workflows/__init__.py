"""The states a case may be in, and the clocks that run meanwhile. Pure: no database, no web, no clock of its own."""
