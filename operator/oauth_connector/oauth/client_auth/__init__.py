"""Client authentication at the token endpoint (RFC 6749 §2.3), a file for each method."""
