"""Nine months of a county's front door, April to December 2013, made up and replayed through the real services."""
