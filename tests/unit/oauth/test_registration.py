"""Dynamic client registration: what is sent, and which responses give a client."""

import json
from typing import Any

import pytest

from oauth_connector.api.schema.urls import is_url
from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.registration import (
    ClientMetadata,
    RegisteredClient,
    build_deletion_request,
    build_registration_request,
    choose_method,
    parse_registration,
)
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse

SERVER, REDIRECT, NOW = "https://as.example.com", "https://connect.example.com/oauth/callback/shop/crm", 1000.0
METADATA = ClientMetadata("OAuth Connector shop/crm", REDIRECT, "client_secret_post", "tools")


def parsed(status: int = 201, **members: Any) -> RegisteredClient | Signal:
    """Parse a response."""
    body = json.dumps({"client_id": "abc", **members}).encode()
    return parse_registration(HTTPResponse(status, {}, body), SERVER, METADATA, is_url, NOW)


@pytest.mark.parametrize(
    ("supported", "method"),
    [
        (("client_secret_basic", "client_secret_post"), "client_secret_post"),
        (("client_secret_basic", "none"), "client_secret_basic"),
        (("none",), "none"),
        ((), "client_secret_basic"),
    ],
)
def test_a_method_that_the_server_has_is_registered(supported: tuple[str, ...], method: str) -> None:
    """The form is preferred, since servers of the MCP SDK want the identifier there; without a list Basic is meant."""
    assert choose_method(supported) == method


def test_the_request_is_json_without_a_credential() -> None:
    """RFC 7591 §3.1: the endpoint is open, and no initial access token is sent."""
    request = build_registration_request(f"{SERVER}/register", METADATA)
    assert dict(request.headers) == {"Accept": "application/json", "Content-Type": "application/json"}
    assert json.loads(request.body)["scope"] == "tools"


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"client_secret": "s"}, PostClient),
        ({"client_secret": "s", "token_endpoint_auth_method": "client_secret_basic"}, BasicClient),
        ({"token_endpoint_auth_method": "none"}, PublicClient),
        ({"client_secret": "s", "token_endpoint_auth_method": "none"}, PublicClient),
    ],
)
def test_the_response_decides_how_the_client_authenticates(members: dict[str, Any], kind: type) -> None:
    """A server may replace what was requested (RFC 7591 §3.2.1)."""
    found = parsed(**members)
    assert isinstance(found, RegisteredClient)
    assert type(found.build_client()) is kind


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"client_secret": "s", "token_endpoint_auth_method": "tls_client_auth"},
        {"client_id": "a\n", "client_secret": "s"},
        {"client_id": 7, "client_secret": "s"},
        {"client_id": "a" * 1025, "client_secret": "s"},
        {"client_secret": "s\r\n"},
    ],
)
def test_a_response_without_a_usable_client_is_a_failure(members: dict[str, Any]) -> None:
    """Such as one without the secret that its method needs."""
    assert parsed(**members) == Signal(Symptom.NO_CLIENT, 201)


@pytest.mark.parametrize(
    ("status", "symptom"), [(400, Symptom.CLIENT_ERROR), (403, Symptom.FORBIDDEN), (302, Symptom.REDIRECT)]
)
def test_a_refusal_has_its_status(status: int, symptom: Symptom) -> None:
    """No text of the response is kept."""
    assert parsed(status, error="invalid_client_metadata") == Signal(symptom, status)


def test_a_secret_that_expires_ends_the_registration() -> None:
    """Zero means never (RFC 7591 §3.2.1)."""
    expiring, lasting = (parsed(client_secret="s", client_secret_expires_at=at) for at in (2000, 0))
    assert isinstance(expiring, RegisteredClient)
    assert isinstance(lasting, RegisteredClient)
    assert [expiring.is_usable(SERVER, REDIRECT, now) for now in (1999.0, 2000.0)] == [True, False]
    assert lasting.is_usable(SERVER, REDIRECT, 1e9)


@pytest.mark.parametrize(("issuer", "redirect"), [("https://other.example", REDIRECT), (SERVER, f"{REDIRECT}2")])
def test_a_client_is_for_its_server_and_its_redirect_uri(issuer: str, redirect: str) -> None:
    """Elsewhere it means nothing, and another redirect URI would be refused."""
    found = parsed(client_secret="s")
    assert isinstance(found, RegisteredClient)
    assert not found.is_usable(issuer, redirect, NOW)


def test_a_registration_is_deleted_with_its_own_token() -> None:
    """RFC 7592 §2.3, where the response names the place and the token."""
    managed = parsed(client_secret="s", registration_client_uri=f"{SERVER}/r/abc", registration_access_token="m4nage")
    assert isinstance(managed, RegisteredClient)
    request = build_deletion_request(managed)
    assert request is not None
    assert (request.method, request.url) == ("DELETE", f"{SERVER}/r/abc")
    assert dict(request.headers)["Authorization"] == "Bearer m4nage"
    assert "m4nage" not in repr((managed, request))


@pytest.mark.parametrize("url", [None, "/r/abc", 7])
def test_a_registration_without_a_usable_place_is_not_deleted(url: object) -> None:
    """Its token is not kept either."""
    found = parsed(client_secret="s", registration_client_uri=url, registration_access_token="m4nage")
    assert isinstance(found, RegisteredClient)
    assert (build_deletion_request(found), found.management_token) == (None, None)
