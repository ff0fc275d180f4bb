"""Client authentication at the token endpoint (RFC 6749 §2.3): one file for each method."""
