"""Whom an assertion names as its audience: no other server than the one that it is sent to, unless a spec says so."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from pydantic import SecretStr

from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider
from tests.support.signing_keys import P256_KEY, write_pem

ISSUER, ELSEWHERE = "https://login.example.com", "https://evil.example/token"
REFRESH_URL = "https://tokens.example.com/refresh"
GOOGLE = "https://accounts.google.com"
AUTH0 = {"preset": "Auth0", "parameters": {"domain": "shop.auth0.com"}}


class ElsewhereProvider(FakeProvider):
    """A provider whose metadata name a token endpoint of another origin, as Google's do."""

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Return the metadata of an issuer."""
        del context
        return ServerMetadata(issuer=issuer, token_endpoint="https://tokens.example.com/token")


async def find_audience(provider: dict[str, Any], grant: Grant, **client: str) -> str:
    """Send one request, and return the audience of the client's assertion."""
    cluster, server = FakeCluster(), ElsewhereProvider()
    cluster.add_credential("shop", "key", **{"tls.key": write_pem(P256_KEY).encode()})
    signing = {"id": "robot", "authentication": "PrivateKeyJWT", "keyRef": {"name": "key"}, **client}
    token_client = TokenClient(cluster, server, lambda: 0.0)
    prepared = await token_client.prepare_request(a_connector(a_spec(provider=provider, client=signing)))
    assert isinstance(prepared, PreparedRequest)
    await token_client.present_grant(prepared, grant)
    claims = server.requests[0]["client_assertion"][0].split(".")[1]
    return str(json.loads(urlsafe_b64decode(claims + "=="))["aud"])


DEFAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "discovered": ({"issuer": ISSUER}, ISSUER),
    "without an issuer": ({"tokenURL": ELSEWHERE}, ELSEWHERE),
    "at the issuer": ({"issuer": ISSUER, "tokenURL": f"{ISSUER}/token"}, ISSUER),
    "at the issuer, in other words": ({"issuer": ISSUER, "tokenURL": "https://LOGIN.example.com:443/token"}, ISSUER),
    "at another host": ({"issuer": ISSUER, "tokenURL": ELSEWHERE}, ELSEWHERE),
    "at another port": (
        {"issuer": ISSUER, "tokenURL": "https://login.example.com:8443/token"},
        "https://login.example.com:8443/token",
    ),
    "of the preset": (AUTH0, "https://shop.auth0.com/"),
    "of the preset, at another host": ({"preset": "Google"}, GOOGLE),
    "of the preset, named": ({"preset": "Google", "tokenURL": "https://oauth2.googleapis.com/token"}, GOOGLE),
    "in the place of the preset's": ({**AUTH0, "tokenURL": ELSEWHERE}, ELSEWHERE),
    "of the preset, with another issuer": (
        {"preset": "Google", "issuer": ISSUER, "tokenURL": "https://oauth2.googleapis.com/token"},
        "https://oauth2.googleapis.com/token",
    ),
}


@pytest.mark.parametrize("name", DEFAULTS)
async def test_the_issuer_is_named_only_to_its_own_endpoint(name: str) -> None:
    """An endpoint is the issuer's if its metadata or the preset name it, or if it has its origin."""
    provider, expected = DEFAULTS[name]
    assert await find_audience(provider, ClientCredentials()) == expected


REFRESHES: dict[str, tuple[dict[str, Any], str]] = {
    "at another host": ({"issuer": ISSUER, "request": {"refreshURL": REFRESH_URL}}, REFRESH_URL),
    "at the issuer": (
        {"issuer": ISSUER, "tokenURL": f"{ISSUER}/token", "request": {"refreshURL": f"{ISSUER}/refresh"}},
        ISSUER,
    ),
    "at the token endpoint": ({"issuer": ISSUER}, ISSUER),
}


@pytest.mark.parametrize("name", REFRESHES)
async def test_a_refresh_url_is_judged_for_itself(name: str) -> None:
    """It is at the server of the token endpoint, which metadata may name, but not the issuer's by that alone."""
    provider, expected = REFRESHES[name]
    assert await find_audience(provider, RefreshToken(SecretStr("refresh"))) == expected


@pytest.mark.parametrize(
    ("audience", "expected"),
    [("Issuer", ISSUER), ("TokenEndpoint", ELSEWHERE), ("https://a.example", "https://a.example")],
)
async def test_a_spec_may_choose_the_audience(audience: str, expected: str) -> None:
    """What the spec says is sent, wherever the endpoint is."""
    provider = {"issuer": ISSUER, "tokenURL": ELSEWHERE}
    assert await find_audience(provider, ClientCredentials(), assertionAudience=audience) == expected
