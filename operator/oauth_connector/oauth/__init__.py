"""OAuth 2.0 as values and functions: requests out, responses in, no socket anywhere."""
