"""The settings of each process, and where they come from."""
