"""Client authentication at the token endpoint: exactly one method for each request (RFC 6749 §2.3)."""

import base64
from urllib.parse import quote

from oauth_connector.oauth.token import BasicEncoding, Client, ClientAuthentication

Pairs = tuple[tuple[str, str], ...]


def authenticate(client: Client) -> tuple[Pairs, Pairs]:
    """Give the headers and the form parameters by which a client authenticates.

    Raises `ValueError` where the method needs a secret and there is none.
    """
    if client.authentication is ClientAuthentication.NONE:
        return (), (("client_id", client.id),)
    if client.secret is None:
        raise ValueError(f"client authentication {client.authentication.value} needs a client secret")
    secret = client.secret.get_secret_value()
    if client.authentication is ClientAuthentication.POST:
        return (), (("client_id", client.id), ("client_secret", secret))
    return (("Authorization", _basic(client.id, secret, client.basic_encoding)),), ()


def _basic(identifier: str, secret: str, encoding: BasicEncoding) -> str:
    """Build the Basic header (RFC 6749 §2.3.1).

    A space becomes `%20` and not `+`: servers that decode forms and servers that decode percent signs read it alike.
    """
    if encoding is BasicEncoding.FORM:
        identifier, secret = quote(identifier, safe=""), quote(secret, safe="")
    return "Basic " + base64.b64encode(f"{identifier}:{secret}".encode()).decode()
