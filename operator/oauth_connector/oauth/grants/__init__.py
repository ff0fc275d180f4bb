"""The grants (RFC 6749 §1.3): one file for each, with what it sends and the traits that the program decides by."""
