"""The kubectl plugin `kubectl oauth`."""
