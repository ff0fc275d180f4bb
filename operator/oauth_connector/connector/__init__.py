"""Facts, checks and status of one connector; nothing in this package performs I/O."""
