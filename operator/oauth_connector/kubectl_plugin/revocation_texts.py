"""What `kubectl oauth revoke` states, before and after: it depends on how the grant is obtained again."""

from collections.abc import Mapping

from oauth_connector.oauth.grants.grant import Renewal

REVOKED: Mapping[str | None, str] = {
    "Revoked": "the provider revoked the grant",
    "Nothing": "there was nothing to revoke",
}
"""By `status.lastRevocation`, where the provider has no grant left."""

_CONSEQUENCES: Mapping[Renewal | None, str] = {
    Renewal.CONSENT: "A user must consent again.",
    Renewal.INITIAL_REFRESH_TOKEN: "Many providers revoke the initial refresh token too. Then another one must be put"
    " into its Secret.",
    Renewal.CREDENTIALS: "The operator then requests another token with the credentials of the connector.",
    None: "",
}

_CURES: Mapping[Renewal | None, str] = {
    Renewal.CONSENT: "Revoke the access in your account at the provider",
    Renewal.INITIAL_REFRESH_TOKEN: "Revoke the access in the account at the provider",
    Renewal.CREDENTIALS: "The deleted token is valid until it expires",
    None: "Revoke the access at the provider",
}


def describe_consequence(renewal: Renewal | None, secret: str | None) -> str:
    """Return what a revocation means for users; `secret` is the output Secret. An unknown grant type has no renewal."""
    token = f"the token in Secret {secret}" if secret else "its token"
    return f"All users of {token} lose access. {_CONSEQUENCES[renewal]}".rstrip()


def describe_remaining_access(renewal: Renewal | None, result: str | None) -> str:
    """Return what remains to be done if the provider did not revoke; `result` is `status.lastRevocation`."""
    cause = "has no revocation endpoint" if result == "NoEndpoint" else "refused the request or did not respond"
    return f"the tokens were deleted, but the provider {cause}. {_CURES[renewal]}"
