"""Outbound HTTP requests, behind one egress guard."""
