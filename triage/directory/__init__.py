"""Early help services: who they are for, where, and whether they have room."""
