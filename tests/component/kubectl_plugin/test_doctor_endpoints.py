"""The steps `redirect` and `discovery` of `kubectl oauth doctor`, at a real authorization server."""

from typing import Any

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.local.free_port import free_port
from oauth_connector.api.reasons import Reason
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.component.kubectl_plugin.test_doctor import allow, examine
from tests.support.checked_provider import sentence
from tests.support.raw_server import serve_bytes

PAGE = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>"
REDIRECT = "https://oauth.example.com/oauth/callback/shop/crm"


async def add_connector(scenario: PluginScenario, issuer: str, redirect_uri: str | None = None) -> None:
    """Create a connector that needs a user, whose endpoints are discovered."""
    await scenario.namespace.add_secret("robot", client_secret="c4n4ry-secret")
    await scenario.add_connector(redirect_uri, provider={"issuer": issuer})
    await allow(scenario, "", "secrets", "get")


async def test_the_redirect_uri_and_the_discovered_endpoint_are_shown(
    scenario: PluginScenario, oidc_provider: AuthorizationServer
) -> None:
    """The redirect URI of status is to be registered, and the token endpoint is that of the metadata (RFC 8414)."""
    await add_connector(scenario, oidc_provider.issuer)
    await scenario.operator.show("crm", redirectURI=REDIRECT)
    status, steps = await examine(scenario)
    assert status == 0
    assert (steps["redirect"]["ok"], steps["redirect"]["text"]) == (True, f"register {REDIRECT} at the provider")
    found = f"token endpoint {oidc_provider.token_url}"
    assert (steps["discovery"]["ok"], steps["discovery"]["text"]) == (True, found)


async def test_a_redirect_uri_that_is_not_known_is_not_shown_as_passed(
    scenario: PluginScenario, oidc_provider: AuthorizationServer
) -> None:
    """The operator refuses that of another connector: its sentence is that of the status, and the exit status is 1."""
    await add_connector(scenario, oidc_provider.issuer, "http://127.0.0.1:8765/oauth/callback/shop/another")
    refused: dict[str, Any] = {
        "type": "Ready",
        "status": "False",
        "reason": "RedirectURIInvalid",
        "message": "The sentence.",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-01-15T08:00:00Z",
    }
    await scenario.operator.show("crm", conditions=[refused])
    status, steps = await examine(scenario)
    assert status == 1
    assert steps["status"]["text"] == "RedirectURIInvalid: The sentence."
    assert steps["redirect"]["ok"] is None


@pytest.mark.parametrize("path", ["", "/tenant"])
async def test_an_issuer_without_metadata_is_named(scenario: PluginScenario, path: str) -> None:
    """The sentence is that of the condition, and no later step is taken."""
    async with serve_bytes(PAGE) as server:
        await add_connector(scenario, server.url().removesuffix("/token") + path)
        await scenario.operator.show("crm", redirectURI=REDIRECT)
        status, steps = await examine(scenario)
    assert status == 1
    assert steps["discovery"]["reason"] == "DiscoveryFailed"
    assert steps["discovery"]["text"] == sentence(Reason.DISCOVERY_FAILED)
    assert list(steps)[-1] == "discovery"


async def test_an_issuer_that_is_not_reached_is_not_discovered(scenario: PluginScenario) -> None:
    """The step of the connection names the cause; discovery could not be tried."""
    await add_connector(scenario, f"http://127.0.0.1:{free_port()}")
    await scenario.operator.show("crm", redirectURI=REDIRECT)
    status, steps = await examine(scenario)
    assert status == 1
    assert steps["connection"]["text"].startswith("ProviderUnreachable: ")
    assert "discovery" not in steps
