"""The authorization code grant (RFC 6749 §4.1), with PKCE (RFC 7636)."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose, Renewal
from oauth_connector.oauth.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class AuthorizationCode(Grant):
    """The client presents the code of a redirect (RFC 6749 §4.1.3), once and never again (§4.1.2).

    `redirect_uri` is that of the authorization request, to the byte. `verifier` is set where the authorization request
    carried a code challenge (RFC 7636 §4.5).
    """

    code: SecretStr
    redirect_uri: str
    verifier: SecretStr | None = None

    parameter_names = frozenset({"grant_type", "code", "redirect_uri", "code_verifier"})
    purpose = Purpose.CODE
    renewal = Renewal.CONSENT
    may_return_refresh_token = True
    sends_scope = False

    def form(self, context: RequestContext) -> Pairs:  # noqa: ARG002  # the same for every request
        """Return the parameters (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
        return (
            ("grant_type", "authorization_code"),
            ("code", self.code.get_secret_value()),
            ("redirect_uri", self.redirect_uri),
            ("code_verifier", self.verifier.get_secret_value() if self.verifier else ""),
        )

    def identity(self) -> tuple[str, ...]:
        """Return the name of the grant, and the code with what it is bound to."""
        verifier = self.verifier.get_secret_value() if self.verifier else ""
        return ("authorization_code", self.code.get_secret_value(), self.redirect_uri, verifier)
