"""The grant of a connector: its stored state, its claims, and what a token response changes."""
