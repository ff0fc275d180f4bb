"""What a server returns for a registration, a resource, a device or a pushed request stays within our bounds."""

from urllib.parse import urlsplit

from pydantic import SecretStr

from oauth_connector.api.schema.urls import is_url
from oauth_connector.oauth.device_authorization import (
    LONGEST_INTERVAL,
    LONGEST_LIFETIME,
    LONGEST_URI,
    LONGEST_USER_CODE,
    DeviceAuthorization,
    parse_device_response,
)
from oauth_connector.oauth.introspection import read_introspection_response
from oauth_connector.oauth.protected_resource import (
    MOST_SCOPES,
    MOST_SERVERS,
    ProtectedResource,
    is_about,
    parse_resource,
    read_challenge,
)
from oauth_connector.oauth.pushed_authorization import LONGEST_REQUEST_URI, parse_push_response
from oauth_connector.oauth.registration import ClientMetadata, RegisteredClient, parse_registration
from oauth_connector.oauth.retry_after import LONGEST_WAIT
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import NOW
from tests.support.fuzzing import HOSTILE_TEXTS, Choices, fuzzed

ISSUER, RESOURCE = "https://login.example.com/tenant", "https://api.example.com/v1/mcp"
METADATA = ClientMetadata("crm", "https://consent.example.com/callback")
REGISTRATION = {
    "client_id": "c-1",
    "client_secret": "s3cret",
    "client_secret_expires_at": NOW + 86400,
    "token_endpoint_auth_method": "client_secret_basic",
    "registration_client_uri": f"{ISSUER}/register/c-1",
    "registration_access_token": "t-1",
    "redirect_uris": ["https://consent.example.com/callback"],
}
DOCUMENT = {"resource": RESOURCE, "authorization_servers": [ISSUER], "scopes_supported": ["read", "write"]}
DEVICE = {
    "device_code": "d-1",
    "user_code": "ABCD-EFGH",
    "verification_uri": f"{ISSUER}/device",
    "verification_uri_complete": f"{ISSUER}/device?code=ABCD-EFGH",
    "expires_in": 600,
    "interval": 5,
}
PUSHED = {"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 60}
INTROSPECTED = {"active": True, "exp": NOW + 600, "iat": NOW}
CHALLENGES = ("Bearer ", 'Bearer resource_metadata="https://api.example.com/x"', 'Basic realm="a", bearer scope="a b"')
LONGEST_SECRET = 4096


def build_registration(choices: Choices) -> HTTPResponse:
    """Return a response of a registration endpoint."""
    return HTTPResponse(
        choices.pick((201,) * 6 + (200, 429)), {"retry-after": choices.text()}, choices.body(REGISTRATION)
    )


def assert_bounded(signal: Signal) -> None:
    """Assert what holds for each failure: a pause is one that the operator keeps."""
    assert signal.retry_after is None or 1 <= signal.retry_after <= LONGEST_WAIT


@fuzzed(5_000, build_registration)
def test_a_registration_becomes_a_bounded_client_or_a_signal(response: HTTPResponse) -> None:
    """A secret belongs to a method that sends it, and a registration that can be deleted has a URL and a token."""
    found = parse_registration(response, ISSUER, METADATA, is_url, NOW)
    if not isinstance(found, RegisteredClient):
        assert_bounded(found)
        return
    assert (found.issuer, found.redirect_uri) == (ISSUER, METADATA.redirect_uri)
    assert found.id.isascii()
    assert found.id.isprintable()
    assert (found.secret is None) == (found.method == "none")
    assert (found.management_url is None) == (found.management_token is None)
    assert found.management_url is None or is_url(found.management_url)
    assert found.expires is None or found.expires > 0
    for secret in (found.secret, found.management_token):
        assert secret is None or len(secret.get_secret_value()) <= LONGEST_SECRET
    found.build_client()


def build_document(choices: Choices) -> HTTPResponse:
    """Return a response of a metadata address of a resource."""
    return HTTPResponse(choices.pick((200,) * 7 + (429,)), {"retry-after": choices.text()}, choices.body(DOCUMENT))


@fuzzed(5_000, build_document)
def test_the_metadata_of_a_resource_become_bounded_servers_or_a_signal(response: HTTPResponse) -> None:
    """They are about the resource, at its own server."""
    found = parse_resource(RESOURCE, response, is_url, NOW)
    if not isinstance(found, ProtectedResource):
        assert_bounded(found)
        return
    assert is_about(found.identifier, RESOURCE)
    assert urlsplit(found.identifier).hostname == urlsplit(RESOURCE).hostname
    assert 1 <= len(found.servers) <= MOST_SERVERS
    assert all(map(is_url, found.servers))
    assert len(found.scopes) <= MOST_SCOPES


def build_challenge(choices: Choices) -> HTTPResponse:
    """Return a response with a challenge."""
    header = "".join((choices.pick(CHALLENGES), choices.pick(HOSTILE_TEXTS), choices.text(), choices.pick(CHALLENGES)))
    return HTTPResponse(401, {"www-authenticate": header}, b"")


@fuzzed(5_000, build_challenge)
def test_a_challenge_names_bounded_scopes(response: HTTPResponse) -> None:
    """What it names as metadata is judged as a URL where it is requested."""
    found = read_challenge(response)
    assert found.scopes is None or len(found.scopes) <= MOST_SCOPES
    assert all(scope.isascii() and " " not in scope for scope in found.scopes or ())


def build_device(choices: Choices) -> HTTPResponse:
    """Return a response of a device authorization endpoint."""
    return HTTPResponse(choices.pick((200,) * 7 + (400,)), {}, choices.body(DEVICE))


@fuzzed(5_000, build_device)
def test_a_device_authorization_is_what_a_user_can_read_or_a_signal(response: HTTPResponse) -> None:
    """Its links are of HTTPS and in bounds, and its times are positive."""
    found = parse_device_response(response, f"{ISSUER}/device_authorization", is_url, now=NOW)
    if not isinstance(found, DeviceAuthorization):
        assert_bounded(found)
        return
    assert 1 <= len(found.user_code) <= LONGEST_USER_CODE
    assert 1 <= found.lifetime <= LONGEST_LIFETIME
    assert 1 <= found.interval <= LONGEST_INTERVAL
    for link in filter(None, (found.verification_uri, found.complete_uri)):
        assert link.startswith("https://")
        assert link.isascii()
        assert len(link) <= LONGEST_URI


@fuzzed(3_000, lambda choices: HTTPResponse(choices.pick((201, 200, 400)), {}, choices.body(PUSHED)))
def test_a_pushed_request_has_a_bounded_reference_or_a_signal(response: HTTPResponse) -> None:
    """The reference is sent to the browser in a URL."""
    found = parse_push_response(response, now=NOW)
    if isinstance(found, SecretStr):
        assert 1 <= len(found.get_secret_value()) <= LONGEST_REQUEST_URI
        assert found.get_secret_value().isascii()
    else:
        assert_bounded(found)


@fuzzed(3_000, lambda choices: HTTPResponse(200, {}, choices.body(INTROSPECTED)))
def test_an_introspection_states_a_lifetime_that_a_clock_can_show_or_none(response: HTTPResponse) -> None:
    """Nothing is raised, and an expiry is a time."""
    found = read_introspection_response(response, NOW)
    assert found is None or 1 <= found.seconds < 2**30
