"""Refreshing an access token (RFC 6749 §6)."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose, Renewal
from oauth_connector.oauth.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class RefreshToken(Grant):
    """The client presents a refresh token (RFC 6749 §6). No scope is sent, so the granted scopes stay as they are."""

    token: SecretStr

    parameter_names = frozenset({"grant_type", "refresh_token"})
    purpose = Purpose.REFRESH
    renewal = Renewal.INITIAL_REFRESH_TOKEN
    may_return_refresh_token = True
    sends_scope = False

    def form(self, context: RequestContext) -> Pairs:  # noqa: ARG002  # the same for every request
        """Return the parameters (RFC 6749 §6)."""
        return (("grant_type", "refresh_token"), ("refresh_token", self.token.get_secret_value()))

    def identity(self) -> tuple[str, ...]:
        """Return the name of the grant and the refresh token."""
        return ("refresh_token", self.token.get_secret_value())
