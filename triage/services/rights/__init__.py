"""What people may ask of their own record: a copy of it, a correction, and whom it was shared with."""
