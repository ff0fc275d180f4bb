"""The metadata of a protected resource: where they are, and when they may be believed."""

import json

import pytest

from oauth_connector.api.schema.urls import is_issuer
from oauth_connector.oauth.protected_resource import (
    Challenge,
    ProtectedResource,
    is_about,
    list_resource_urls,
    parse_resource,
    read_challenge,
)
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse

MCP = "https://mcp.example.com/mcp"
SERVER = "https://as.example.com"


def parsed(resource: object = MCP, servers: object = (SERVER,), **members: object) -> ProtectedResource | Signal:
    """Parse a document about the MCP server."""
    body = json.dumps({"resource": resource, "authorization_servers": servers, **members}).encode()
    return parse_resource(MCP, HTTPResponse(200, {}, body), is_issuer)


def challenged(header: str) -> Challenge:
    """Read the challenge of a response with status 401."""
    return read_challenge(HTTPResponse(401, {"www-authenticate": header}, b""))


@pytest.mark.parametrize(
    ("resource", "urls"),
    [
        (MCP, ("/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource")),
        ("https://mcp.example.com", ("/.well-known/oauth-protected-resource",)),
        ("https://mcp.example.com/", ("/.well-known/oauth-protected-resource",)),
        (f"{MCP}?tenant=7", ("/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource")),
    ],
)
def test_the_well_known_places(resource: str, urls: tuple[str, ...]) -> None:
    """First with the path of the resource, then without (RFC 9728 §3.1 and the MCP specification)."""
    assert list_resource_urls(resource) == tuple(f"https://mcp.example.com{path}" for path in urls)


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (f'Bearer resource_metadata="{MCP}/meta", scope="a b"', Challenge(f"{MCP}/meta", ("a", "b"))),
        (f'Bearer error="invalid_token", resource_metadata={MCP}', Challenge(MCP)),
        (f'Basic realm="x", bearer scope="a", resource_metadata="{MCP}"', Challenge(MCP, ("a",))),
        ('Bearer realm="a \\" b", scope=""', Challenge(None, ())),
        ('Basic resource_metadata="https://x/y"', Challenge()),
        ("Bearer", Challenge()),
        ("", Challenge()),
    ],
)
def test_a_challenge_is_read(header: str, challenge: Challenge) -> None:
    """Of a challenge for bearer tokens the document and the scopes count (RFC 9728 §5.1, RFC 6750 §3)."""
    assert challenged(header) == challenge


def test_servers_and_scopes_are_read() -> None:
    """What is no issuer or no scope is left out."""
    found = parsed(servers=[SERVER, 7, "https://x/?q", SERVER], scopes_supported=["a", "b c", "a", None])
    assert found == ProtectedResource(MCP, (SERVER,), ("a",))


@pytest.mark.parametrize(
    "resource", ["https://evil.example/mcp", f"{MCP}2", f"{MCP}/sub", "http://mcp.example.com/mcp", None]
)
def test_metadata_about_another_resource_are_not_used(resource: object) -> None:
    """RFC 9728 §3.3: otherwise a server could lead to the authorization server of another one."""
    assert parsed(resource) == Signal(Symptom.RESOURCE_MISMATCH, 200)


@pytest.mark.parametrize(
    "identifier",
    [MCP, f"{MCP}/", "https://mcp.example.com", "https://mcp.example.com/", "https://mcp.example.com:443/mcp"],
)
def test_a_parent_at_the_same_server_counts_as_the_resource(identifier: str) -> None:
    """Servers of the official SDKs publish their origin for an endpoint below it."""
    assert is_about(identifier, MCP)
    found = parsed(identifier)
    assert isinstance(found, ProtectedResource)
    assert found.identifier == identifier


@pytest.mark.parametrize(
    "identifier",
    ["https://u@mcp.example.com/mcp", f"{MCP}?a=b", f"{MCP}#f", "https://mcp.example.com:x/mcp", "https://[::1/mcp"],
)
def test_an_odd_identifier_is_no_parent(identifier: str) -> None:
    """A query, a fragment, a user or an invalid port is never that of the resource."""
    assert not is_about(identifier, MCP)


@pytest.mark.parametrize("servers", [[], None, SERVER, ["ftp://x"], ["https://as.example.com/.well-known/x"]])
def test_a_resource_without_a_server_leads_nowhere(servers: object) -> None:
    """At least one server is needed; what it says is held to the bounds of a spec."""
    assert parsed(servers=servers) == Signal(Symptom.NO_AUTHORIZATION_SERVER, 200)


def test_only_status_200_counts() -> None:
    """A resource without metadata returns 404."""
    assert parse_resource(MCP, HTTPResponse(404, {}, b""), is_issuer) == Signal(Symptom.NOT_FOUND, 404)
