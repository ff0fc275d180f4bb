"""Client authentication with HTTP Basic (RFC 6749 §2.3.1, `client_secret_basic` of OpenID Connect Core §9)."""

import base64
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.client import Authentication, Client
from oauth_connector.oauth.request_context import RequestContext


class BasicEncoding(StrEnum):
    """How identifier and secret are written in the header."""

    FORM = "Form"
    """Form-encoded, as RFC 6749 §2.3.1 requires."""
    RAW = "Raw"
    """Without encoding, for servers that do not decode."""


@dataclass(frozen=True, slots=True)
class BasicClient(Client):
    """A client that sends its identifier and secret in the Authorization header (RFC 6749 §2.3.1)."""

    secret: SecretStr
    encoding: BasicEncoding = BasicEncoding.FORM

    parameter_names = frozenset({"client_id"})

    def authenticate(self, context: RequestContext) -> Authentication:
        """Return the Authorization header; for a resource also `client_id`, which says who asks (RFC 6749 §3.2.1).

        A space becomes `%20` and not `+`, which servers that decode forms and servers that decode percent signs read
        alike. The servers of the MCP SDKs find the client by `client_id` in the form only.
        """
        identifier, secret = self.id, self.secret.get_secret_value()
        if self.encoding is BasicEncoding.FORM:
            identifier, secret = quote(identifier, safe=""), quote(secret, safe="")
        credentials = base64.b64encode(f"{identifier}:{secret}".encode()).decode()
        form = (("client_id", self.id),) if context.is_for_resource else ()
        return Authentication(headers=(("Authorization", f"Basic {credentials}"),), form=form)

    def identity(self) -> tuple[str, ...]:
        """Return the method, the identifier, the secret and its encoding."""
        return ("Basic", self.id, self.secret.get_secret_value(), self.encoding.value)
