"""Whatever an issuer returns as its metadata becomes endpoints within the bounds of our own fields, or a signal."""

from urllib.parse import urlsplit

from oauth_connector.api.schema.origins import origin
from oauth_connector.api.schema.urls import is_url
from oauth_connector.oauth.metadata import ServerMetadata, list_well_known_urls, parse_metadata
from oauth_connector.oauth.reserved_parameters import drop_reserved_parameters
from oauth_connector.oauth.retry_after import LONGEST_WAIT
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import RESERVED_PARAMETERS
from tests.support.builders import NOW
from tests.support.fuzzing import HOSTILE_TEXTS, Choices, attempt, fuzzed

ISSUER = "https://login.example.com/tenant"
EXAMPLE = {
    "issuer": ISSUER,
    "token_endpoint": f"{ISSUER}/token",
    "authorization_endpoint": f"{ISSUER}/authorize?prompt=login",
    "revocation_endpoint": f"{ISSUER}/revoke",
    "authorization_response_iss_parameter_supported": True,
    "grant_types_supported": ["client_credentials"],
}
ENDPOINTS = ("token_endpoint", "authorization_endpoint", "revocation_endpoint")
LONGEST_URL = 2048
BEGINNINGS = ("https://", "http://h", "https://login.example.com", "https://[::1]", "https://h:", "https://h/")


def build(choices: Choices) -> HTTPResponse:
    """Return a response of a metadata address."""
    example = dict(EXAMPLE)
    if choices.is_one_of(2):
        pieces = (choices.pick(BEGINNINGS), choices.pick(HOSTILE_TEXTS), choices.text())
        example[choices.pick(ENDPOINTS)] = "".join(pieces)
    status = choices.pick((200,) * 7 + (429,))
    return HTTPResponse(status, {"retry-after": choices.text()}, choices.body(example))


@fuzzed(10_000, build)
def test_metadata_become_bounded_endpoints_or_a_signal(response: HTTPResponse) -> None:
    """Nothing is raised, also where an endpoint is used: its host is read, and its query is cleaned."""
    found = parse_metadata(ISSUER, response, is_url, NOW)
    if not isinstance(found, ServerMetadata):
        assert found.retry_after is None or 1 <= found.retry_after <= LONGEST_WAIT
        return
    assert found.issuer == ISSUER
    for endpoint in (found.token_endpoint, found.authorization_endpoint, found.revocation_endpoint):
        if endpoint is not None:
            assert len(endpoint) <= LONGEST_URL
            assert endpoint.isascii()
            assert endpoint.isprintable()
            assert urlsplit(endpoint).hostname
            assert origin(endpoint).startswith("http")
            assert drop_reserved_parameters(endpoint, RESERVED_PARAMETERS).startswith("http")


@fuzzed(2_000, lambda choices: "".join((choices.pick(BEGINNINGS), "login.example.com/", choices.text().strip())))
def test_the_addresses_of_metadata_belong_to_the_issuer(issuer: str) -> None:
    """An issuer that the schema accepts has two or three addresses; an invalid one is refused as a `ValueError`."""
    urls = attempt(lambda: list_well_known_urls(issuer), ValueError)
    if not isinstance(urls, Exception):
        assert len(urls) in (2, 3)
        assert all("/.well-known/" in url for url in urls)
