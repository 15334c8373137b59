"""The way in for those without an account: the public and professionals who tell us, and partners who answer a link."""
