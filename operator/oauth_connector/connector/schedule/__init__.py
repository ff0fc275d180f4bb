"""Computes when a token is requested, and orders waiting connectors. `checks` compares the times with now."""
