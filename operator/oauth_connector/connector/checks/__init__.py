"""The two ordered lists of checks, and what they decide."""
