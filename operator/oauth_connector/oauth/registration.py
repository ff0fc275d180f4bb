"""Dynamic client registration (RFC 7591), and the deletion of a registration (RFC 7592).

The response decides what the client is: servers replace what is requested (RFC 7591 §3.2.1).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.client_auth.signed_assertion import SignedAssertionClient
from oauth_connector.oauth.metadata import PRIVATE_KEY_JWT, REGISTERED_METHODS
from oauth_connector.oauth.request_shape import Method
from oauth_connector.oauth.response_body import decode_body
from oauth_connector.oauth.retry_after import read_retry_after
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.signing_key import SigningKey
from oauth_connector.oauth.statuses import classify_status
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest

POST, BASIC, NONE = REGISTERED_METHODS
"""The order is that of preference: servers of the MCP SDK want `client_id` in the form, also beside Basic."""

CLIENT_KEY_ALGORITHM = "ES256"
"""The algorithm of the operator's own key, with which clients of metadata documents sign."""

_IDENTIFIER = re.compile(r"[\x20-\x7e]{1,1024}")
_SECRET = re.compile(r"[\x20-\x7e]{1,4096}")
_CREATED = (200, 201)
_JSON = (("Accept", "application/json"), ("Content-Type", "application/json"))


@dataclass(frozen=True, slots=True)
class ClientMetadata:
    """What a client says of itself (RFC 7591 §2); `scope` is what it will ask for, as servers limit it to that.

    `keys_url` is where a server finds the public keys of a client that signs assertions.
    """

    name: str
    redirect_uri: str
    method: str = NONE
    scope: str = ""
    is_native: bool = False
    keys_url: str | None = None

    def to_members(self) -> dict[str, object]:
        """Return the members of the document."""
        return {
            "client_name": self.name,
            "redirect_uris": [self.redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": self.method,
            "application_type": "native" if self.is_native else "web",
            **({"scope": self.scope} if self.scope else {}),
            **({"jwks_uri": self.keys_url} if self.keys_url is not None else {}),
        }


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client as an authorization server knows it, by its issuer, with what deletes it there again.

    `expires` is when the secret expires, in seconds since the epoch; `None`: never. `management_url` and
    `management_token` are those of RFC 7592 §3.
    """

    issuer: str
    id: str
    redirect_uri: str
    method: str = NONE
    secret: SecretStr | None = None
    expires: int | None = None
    management_url: str | None = None
    management_token: SecretStr | None = field(default=None, repr=False)

    @property
    def is_signed(self) -> bool:
        """Return whether it authenticates with the operator's own key."""
        return self.method == PRIVATE_KEY_JWT

    def build_signing_client(self, key: SigningKey, audience: str | None) -> Client:
        """Return the client of token requests that signs; `audience` is the one of the spec, if any."""
        return SignedAssertionClient(self.id, key, audience)

    def build_client(self) -> Client:
        """Return the client of token requests of any other method."""
        if self.secret is None or self.method == NONE:
            return PublicClient(self.id)
        return PostClient(self.id, self.secret) if self.method == POST else BasicClient(self.id, self.secret)

    def is_usable(self, issuer: str, redirect_uri: str, now: float) -> bool:
        """Return whether it is registered at a server for a redirect URI, and its secret has not expired."""
        return (self.issuer, self.redirect_uri) == (issuer, redirect_uri) and (
            self.expires is None or self.expires > now
        )


def choose_method(supported: tuple[str, ...]) -> str:
    """Return the method to register; a server that lists none has Basic (RFC 8414 §2)."""
    return next((each for each in REGISTERED_METHODS if each in supported), BASIC)


def build_registration_request(endpoint: str, metadata: ClientMetadata) -> TokenRequest:
    """Build the request (RFC 7591 §3.1). It contains no credential."""
    return TokenRequest(endpoint, _JSON, json.dumps(metadata.to_members(), sort_keys=True).encode())


def parse_registration(
    response: HTTPResponse, issuer: str, metadata: ClientMetadata, may_manage: Callable[[str], bool], now: float
) -> RegisteredClient | Signal:
    """Parse the response (RFC 7591 §3.2.1, RFC 7592 §3); what is no valid value is left out.

    `may_manage` returns whether a URL may be that of the registration.
    """
    if response.status not in _CREATED:
        symptom = classify_status(response.status) or Symptom.CLIENT_ERROR
        return Signal(symptom, response.status, retry_after=read_retry_after(response.headers, now))
    members = decode_body(response)
    if isinstance(members, Symptom):
        return Signal(response.interruption or members, response.status)
    identifier, secret = _read(members, "client_id", _IDENTIFIER), _read(members, "client_secret", _SECRET)
    method = members.get("token_endpoint_auth_method", metadata.method)
    if identifier is None or method not in REGISTERED_METHODS or (method != NONE and secret is None):
        return Signal(Symptom.NO_CLIENT, response.status)
    url, token = members.get("registration_client_uri"), _read(members, "registration_access_token", _SECRET)
    is_managed = isinstance(url, str) and may_manage(url) and token is not None
    expires = members.get("client_secret_expires_at")
    return RegisteredClient(
        issuer,
        identifier,
        metadata.redirect_uri,
        str(method),
        SecretStr(secret) if secret is not None and method != NONE else None,
        expires if isinstance(expires, int) and not isinstance(expires, bool) and 0 < expires < 2**40 else None,
        str(url) if is_managed else None,
        SecretStr(token) if is_managed and token is not None else None,
    )


def _read(members: Mapping[str, object], name: str, pattern: re.Pattern[str]) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def build_deletion_request(client: RegisteredClient) -> TokenRequest | None:
    """Build the request that deletes a registration (RFC 7592 §2.3); `None` where the server has no such request."""
    if client.management_url is None or client.management_token is None:
        return None
    token = client.management_token.get_secret_value()
    headers = (("Accept", "application/json"), ("Authorization", f"Bearer {token}"))
    return TokenRequest(client.management_url, headers, b"", method=Method.DELETE, secrets=(token,))
