"""The resource owner password credentials grant (RFC 6749 §4.3)."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose, Renewal
from oauth_connector.oauth.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class Password(Grant):
    """The client presents the name and password of a user (RFC 6749 §4.3)."""

    username: SecretStr
    password: SecretStr

    parameter_names = frozenset({"grant_type", "username", "password"})
    purpose = Purpose.CREDENTIALS
    renewal = Renewal.CREDENTIALS
    may_return_refresh_token = True
    locks_accounts = True

    def form(self, context: RequestContext) -> Pairs:  # noqa: ARG002  # the same for every request
        """Return the parameters (RFC 6749 §4.3.2)."""
        return (
            ("grant_type", "password"),
            ("username", self.username.get_secret_value()),
            ("password", self.password.get_secret_value()),
        )

    def identity(self) -> tuple[str, ...]:
        """Return the name of the grant, and the name and password of the user."""
        return ("password", self.username.get_secret_value(), self.password.get_secret_value())
