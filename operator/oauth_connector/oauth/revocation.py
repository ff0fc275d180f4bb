"""Revocation of tokens that are no longer needed (RFC 7009)."""

from enum import StrEnum

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest, build_client_request
from oauth_connector.oauth.token_response import has_error


class Revocation(StrEnum):
    """The outcome of a revocation."""

    REVOKED = "Revoked"
    NO_ENDPOINT = "NoEndpoint"
    REFUSED = "Refused"
    NOTHING = "Nothing"
    """There was no token to revoke."""


def build_revocation_request(
    context: RequestContext, client: Client, endpoint: str, token: SecretStr, hint: str
) -> TokenRequest:
    """Build the request (RFC 7009 §2.1); `hint` is `refresh_token` or `access_token`."""
    pairs = (("token", token.get_secret_value()), ("token_type_hint", hint))
    return build_client_request(context, client, endpoint, pairs)


def read_revocation_response(response: HTTPResponse | Signal) -> Revocation | None:
    """Read the response; `None` where the request is to be repeated.

    A success says nothing of whether the token was known (RFC 7009 §2.2), and after a 503 the token still exists
    (§2.2.1). Some providers put their errors into a 200.
    """
    if isinstance(response, Signal) or response.status in (429, 503) or response.status >= 500:  # noqa: PLR2004  # HTTP
        return None
    accepted = 200 <= response.status < 300 and not has_error(response)  # noqa: PLR2004  # HTTP
    return Revocation.REVOKED if accepted else Revocation.REFUSED
