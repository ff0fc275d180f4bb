"""Revocation (RFC 7009): a token that is no longer wanted is given back."""

from enum import StrEnum
from urllib.parse import urlencode

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.methods import authenticate
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import Client, HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from oauth_connector.oauth.token_response import holds_error


class Revocation(StrEnum):
    """What came of it."""

    REVOKED = "Revoked"
    NO_ENDPOINT = "NoEndpoint"
    REFUSED = "Refused"
    NOTHING = "Nothing"
    """There was no token to give back."""


def revocation_request(url: str, token: SecretStr, hint: str, client: Client) -> TokenRequest:
    """Build the request (§2.1); `hint` is `refresh_token` or `access_token`. Raises `ValueError` as `authenticate`."""
    headers, credentials = authenticate(client)
    pairs = [("token", token.get_secret_value()), ("token_type_hint", hint), *credentials]
    form = (("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"))
    return TokenRequest(url, (*form, *headers), urlencode(pairs).encode())


def understand(answer: HTTPResponse | Signal) -> Revocation | None:
    """Understand the answer; nothing where it is to be asked again.

    A success says nothing of whether the token was known (§2.2), and after a 503 it still exists (§2.2.1). Some
    providers put their errors into a 200.
    """
    if isinstance(answer, Signal) or answer.status in (429, 503) or answer.status >= 500:  # noqa: PLR2004  # HTTP
        return None
    taken = 200 <= answer.status < 300 and not holds_error(answer)  # noqa: PLR2004  # HTTP
    return Revocation.REVOKED if taken else Revocation.REFUSED
