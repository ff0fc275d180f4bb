"""The client credentials grant (RFC 6749 §4.4)."""

from dataclasses import dataclass

from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose, Renewal
from oauth_connector.oauth.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class ClientCredentials(Grant):
    """The client requests a token on its own behalf (RFC 6749 §4.4).

    A refresh token in the response is ignored: the client can always request another token (RFC 6749 §4.4.3).
    """

    parameter_names = frozenset({"grant_type"})
    purpose = Purpose.CREDENTIALS
    renewal = Renewal.CREDENTIALS
    may_return_refresh_token = False

    def form(self, context: RequestContext) -> Pairs:  # noqa: ARG002  # the same for every request
        """Return the parameters (RFC 6749 §4.4.2)."""
        return (("grant_type", "client_credentials"),)

    def identity(self) -> tuple[str, ...]:
        """Return the name of the grant: the client is all that is presented."""
        return ("client_credentials",)
