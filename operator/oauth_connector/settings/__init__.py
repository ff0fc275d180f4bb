"""The settings of each process, and their sources."""
