"""What somebody sends as a file is looked at before it is kept: by what it is, whatever it says that it is."""
