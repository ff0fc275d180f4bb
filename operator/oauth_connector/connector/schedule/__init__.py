"""When a token is requested, and in which order."""
