"""What a token request of a diagnosis may do to the connector, said before it is sent."""

TOKEN_REQUEST_RISK = (
    "The request may count as a login, and some providers revoke a valid token when another one is requested."
)
"""Zoho keeps 20 tokens of a client, and Salesforce five grants of a user: the oldest one ends."""
