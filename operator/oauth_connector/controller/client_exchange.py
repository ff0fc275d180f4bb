"""A request to an endpoint beside the token endpoint, authenticated as the client, and what came back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from oauth_connector.oauth.token_response import parse_token_response

BuildClientRequest = Callable[[RequestContext, Client], TokenRequest]
"""Builds the request for a client: the present one, or the same with its previous secret."""

Parsed = TypeVar("Parsed")
ParseResponse = Callable[[HTTPResponse], Parsed | Signal]

_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class ClientExchange:
    """The request that was sent last, and its response."""

    request: TokenRequest
    response: HTTPResponse | Signal

    @property
    def is_client_refused(self) -> bool:
        """Return whether the server refused the client, so that it has not looked at the rest (RFC 6749 §5.2)."""
        if isinstance(self.response, Signal):
            return False
        read = parse_token_response(self.response)
        named = isinstance(read, Signal) and read.oauth_error == "invalid_client"
        return named or self.response.status == _UNAUTHORIZED

    @property
    def is_answered(self) -> bool:
        """Return whether the server accepted the client and looked at the request."""
        return isinstance(self.response, HTTPResponse) and not self.is_client_refused
