"""Pushed authorization requests (RFC 9126): the client sends the request to the server before the browser comes.

The browser then carries a reference only, and the server knows that the request is one of this client, unchanged.
"""

import re
from collections.abc import Sequence

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_response import read_client_response
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest, build_client_request

LONGEST_REQUEST_URI = 1024

_REQUEST_URI = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_REQUEST_URI}}}")


def build_push_request(
    context: RequestContext, client: Client, endpoint: str, parameters: Sequence[tuple[str, str]]
) -> TokenRequest:
    """Build the request (RFC 9126 §2.1), with the client authentication of the token endpoint.

    `parameters` are those of the URL that it replaces.
    """
    return build_client_request(context, client, endpoint, tuple(parameters))


def parse_push_response(
    response: HTTPResponse, quirks: Quirks = STANDARD, now: float | None = None
) -> SecretStr | Signal:
    """Return the `request_uri` of a response (RFC 9126 §2.2): it is for one browser, once, and soon."""
    members = read_client_response(response, quirks, now)
    if isinstance(members, Signal):
        return members
    request_uri = members.get("request_uri")
    if not isinstance(request_uri, str) or not _REQUEST_URI.fullmatch(request_uri):
        return Signal(Symptom.NO_TOKEN, response.status)
    return SecretStr(request_uri)
