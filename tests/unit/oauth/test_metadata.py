"""Discovery documents: where they are, and when they may be believed."""

import json
from typing import Any

import pytest

from oauth_connector.api.schema.urls import is_url
from oauth_connector.oauth.metadata import ServerMetadata, list_well_known_urls, parse_metadata
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse

ISSUER = "https://login.example.com/realms/a"


def parsed(status: int = 200, **members: object) -> ServerMetadata | Signal:
    """Read a document about the issuer."""
    body = {"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", **members}
    return parse_metadata(ISSUER, HTTPResponse(status, {}, json.dumps(body).encode()), is_url)


@pytest.mark.parametrize(
    ("issuer", "urls"),
    [
        (
            ISSUER,
            (
                "https://login.example.com/.well-known/oauth-authorization-server/realms/a",
                "https://login.example.com/.well-known/openid-configuration/realms/a",
                "https://login.example.com/realms/a/.well-known/openid-configuration",
            ),
        ),
        (
            "https://login.example.com",
            (
                "https://login.example.com/.well-known/oauth-authorization-server",
                "https://login.example.com/.well-known/openid-configuration",
            ),
        ),
        (
            "https://login.example.com/",
            (
                "https://login.example.com/.well-known/oauth-authorization-server",
                "https://login.example.com/.well-known/openid-configuration",
            ),
        ),
    ],
)
def test_the_well_known_addresses(issuer: str, urls: tuple[str, ...]) -> None:
    """RFC 8414 §3.1 inserts its name before the path, OpenID Connect appends its own, and some servers insert it."""
    assert list_well_known_urls(issuer) == urls


def test_a_document_is_read_and_its_urls_left_as_they_are() -> None:
    """Odd addresses are the server's own business."""
    found = parsed(token_endpoint="https://login.example.com//api/oidc/token", unknown=1)
    assert found == ServerMetadata(ISSUER, "https://login.example.com//api/oidc/token")


@pytest.mark.parametrize(
    ("asked", "own"), [("https://a.example", "https://a.example/"), ("https://a.example/", "https://a.example")]
)
def test_a_slash_that_is_the_whole_path_makes_no_difference(asked: str, own: str) -> None:
    """Libraries add it (RFC 3986 §6.2.3); the issuer is then what the server itself writes."""
    body = json.dumps({"issuer": own, "token_endpoint": f"{asked}/token"}).encode()
    found = parse_metadata(asked, HTTPResponse(200, {}, body), is_url)
    assert isinstance(found, ServerMetadata)
    assert found.issuer == own


@pytest.mark.parametrize(
    ("methods", "has_it"), [(["plain", "S256"], True), (["plain"], False), ("S256", False), (None, False)]
)
def test_the_pkce_method_counts_where_it_is_listed(methods: object, has_it: bool) -> None:  # noqa: FBT001  # of the table
    """RFC 8414 §2: what is omitted is not supported."""
    found = parsed(code_challenge_methods_supported=methods)
    assert isinstance(found, ServerMetadata)
    assert found.has_s256 is has_it


@pytest.mark.parametrize("issuer", [ISSUER + "/", ISSUER.upper(), "https://evil.example.com", None, 1])
def test_another_issuer_is_not_believed(issuer: object) -> None:
    """RFC 8414 §3.3: the same to the character, or not at all."""
    assert parsed(issuer=issuer) == Signal(Symptom.ISSUER_MISMATCH, 200)


@pytest.mark.parametrize(
    "url",
    [
        None,
        1,
        "",
        "/token",
        "ftp://x/token",
        "https://",
        "https://u:p@x/token",
        "https://x/token#f",
        "https://[::1/token",
        "https://" + "a" * 200_000 + "/t",
        "https://" + "a" * 254 + "/t",
        "https://login.example.com/" + "t" * 2048,
        "https://login.example.com:99999/t",
        "https://login.example.com/t t",
        "https://login.example.com/\u00e9",
        "https://l\u00f6gin.example.com/t",
        "HTTPS:/login.example.com/t",
        # of the fuzz tests
        "https://x:99999/token",
        "https://x:00Z/token",
        "https://x:0/token",
        "https://x/\x00",
        "https://x/token\r\n",
        "https://\x80/token",
    ],
)
def test_an_unusable_token_endpoint_is_none(url: object) -> None:
    """It must be one that a spec could name: an absolute HTTP address without user and fragment (RFC 6749 §3.2)."""
    assert parsed(token_endpoint=url) == Signal(Symptom.NO_TOKEN_ENDPOINT, 200)


def test_an_unusable_endpoint_beside_the_token_endpoint_is_left_out() -> None:
    """It is needed for a consent or a revocation only; nothing else of the document is kept."""
    long = "https://login.example.com/" + "t" * 2048
    found = parsed(authorization_endpoint=long, revocation_endpoint=long, other="x" * 9000)
    assert found == ServerMetadata(ISSUER, f"{ISSUER}/token")


@pytest.mark.parametrize(
    ("status", "symptom"),
    [(404, Symptom.NOT_FOUND), (302, Symptom.REDIRECT), (500, Symptom.SERVER_ERROR), (201, Symptom.CLIENT_ERROR)],
)
def test_only_status_200_counts(status: int, symptom: Symptom) -> None:
    """A redirect is not followed, an error is one."""
    found = parsed(status)
    assert isinstance(found, Signal)
    assert found.symptom is symptom


def test_a_page_is_no_document() -> None:
    """HTML at the address has its own symptom."""
    found = parse_metadata(ISSUER, HTTPResponse(200, {"content-type": "text/html"}, b"<html>"), is_url)
    assert found == Signal(Symptom.HTML, 200)


@pytest.mark.parametrize(
    ("advertised", "known"),
    [
        (["PS256", "ES256", "RS256"], ("RS256", "PS256", "ES256")),
        (["none", "XY512", 7], ()),
        ("RS256", ()),
        (None, ()),
    ],
)
def test_known_signing_algorithms_are_kept(advertised: object, known: tuple[str, ...]) -> None:
    """Of the advertised algorithms those are kept that this client has (RFC 8414 §2)."""
    found = parsed(token_endpoint_auth_signing_alg_values_supported=advertised)
    assert isinstance(found, ServerMetadata)
    assert found.signing_algorithms == known


@pytest.mark.parametrize(
    ("aliases", "endpoints"),
    [
        ({"token_endpoint": "https://mtls.example.com/token"}, ("https://mtls.example.com/token", f"{ISSUER}/revoke")),
        (
            {"revocation_endpoint": "https://mtls.example.com/revoke", "other": 1},
            (f"{ISSUER}/token", "https://mtls.example.com/revoke"),
        ),
        ({"token_endpoint": "ftp://mtls.example.com"}, (f"{ISSUER}/token", f"{ISSUER}/revoke")),
        (["token_endpoint"], (f"{ISSUER}/token", f"{ISSUER}/revoke")),
        (None, (f"{ISSUER}/token", f"{ISSUER}/revoke")),
    ],
)
def test_client_with_a_certificate_uses_the_aliases(aliases: object, endpoints: tuple[str, str]) -> None:
    """An endpoint without an alias stays (RFC 8705 §5); an alias is held to the bounds of the other endpoints."""
    found = parsed(mtls_endpoint_aliases=aliases, revocation_endpoint=f"{ISSUER}/revoke")
    assert isinstance(found, ServerMetadata)
    assert found.token_endpoint == f"{ISSUER}/token"
    used = found.with_aliases()
    assert (used.token_endpoint, used.revocation_endpoint) == endpoints


def test_client_with_a_certificate_requests_codes_at_the_alias() -> None:
    """The endpoint for devices has an alias, too."""
    alias = "https://mtls.example.com/device"
    own = f"{ISSUER}/device"
    found = parsed(device_authorization_endpoint=own, mtls_endpoint_aliases={"device_authorization_endpoint": alias})
    assert isinstance(found, ServerMetadata)
    assert found.device_authorization_endpoint == f"{ISSUER}/device"
    assert found.with_aliases().device_authorization_endpoint == alias


@pytest.mark.parametrize(
    ("supported", "offers"),
    [(["openid", "offline_access"], True), (["openid"], False), (None, False), ("offline_access", False)],
)
def test_a_server_offers_offline_access_by_its_scopes(supported: object, offers: bool) -> None:  # noqa: FBT001  # a result
    """Only a list counts (RFC 8414 §2)."""
    found = parsed(scopes_supported=supported)
    assert isinstance(found, ServerMetadata)
    assert found.offers_offline_access is offers


@pytest.mark.parametrize(
    ("members", "known"),
    [
        ({}, (None, False)),
        ({"pushed_authorization_request_endpoint": f"{ISSUER}/par"}, (f"{ISSUER}/par", False)),
        (
            {
                "pushed_authorization_request_endpoint": f"{ISSUER}/par",
                "require_pushed_authorization_requests": True,
            },
            (f"{ISSUER}/par", True),
        ),
        (
            {"pushed_authorization_request_endpoint": "ftp://x", "require_pushed_authorization_requests": "yes"},
            (None, False),
        ),
        (
            {
                "pushed_authorization_request_endpoint": f"{ISSUER}/par",
                "mtls_endpoint_aliases": {"pushed_authorization_request_endpoint": "https://mtls.example.com/par"},
            },
            ("https://mtls.example.com/par", False),
        ),
    ],
)
def test_pushed_requests_are_offered_or_required(members: dict[str, Any], known: tuple[str | None, bool]) -> None:
    """RFC 9126 §5, with the alias for a client with a certificate (RFC 8705 §5)."""
    found = parsed(**members)
    assert isinstance(found, ServerMetadata)
    assert (found.with_aliases().pushed_request_endpoint, found.push_required) == known
