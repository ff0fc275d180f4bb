"""Authorization server metadata (RFC 8414), and OpenID Connect Discovery where a server has only that."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from oauth_connector.oauth.response_body import decode_body
from oauth_connector.oauth.retry_after import read_retry_after
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.statuses import classify_status
from oauth_connector.oauth.token import HTTPResponse


@dataclass(frozen=True, slots=True)
class ServerMetadata:
    """The metadata of an authorization server (RFC 8414 §2, RFC 8628 §4); URLs as it sent them, never normalised."""

    issuer: str
    token_endpoint: str
    authorization_endpoint: str | None = None
    revocation_endpoint: str | None = None
    iss_required: bool = False
    device_authorization_endpoint: str | None = None


def list_well_known_urls(issuer: str) -> tuple[str, str]:
    """List the two URLs: RFC 8414 §3.1 inserts its name before the path, OpenID Connect Discovery appends its own."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    inserted = f"/.well-known/oauth-authorization-server{path}"
    appended = f"{path}/.well-known/openid-configuration"
    return tuple(urlunsplit((parts.scheme, parts.netloc, p, "", "")) for p in (inserted, appended))  # type: ignore[return-value]  # two in, two out


def parse_metadata(
    issuer: str, response: HTTPResponse, is_url: Callable[[str], bool], now: float | None = None
) -> ServerMetadata | Signal:
    """Parse a metadata response; its `issuer` must equal the configured one, to the character (RFC 8414 §3.3).

    `is_url` holds the endpoints to the bounds of those in a spec: any that fails is left out, and nothing else is kept.
    """
    if response.status != 200:  # noqa: PLR2004  # HTTP
        symptom = classify_status(response.status) or Symptom.CLIENT_ERROR
        return Signal(symptom, response.status, retry_after=read_retry_after(response.headers, now))
    members = decode_body(response)
    if isinstance(members, Symptom):
        lost = response.interruption
        return Signal(lost, sent=True) if lost is not None else Signal(members, response.status)
    if members.get("issuer") != issuer:
        return Signal(Symptom.ISSUER_MISMATCH, response.status)
    named = ("token_endpoint", "authorization_endpoint", "revocation_endpoint", "device_authorization_endpoint")
    values = (members.get(name) for name in named)
    urls = [value if isinstance(value, str) and is_url(value) else None for value in values]
    endpoint, authorization_endpoint, revocation_endpoint, device_endpoint = urls
    if endpoint is None:
        return Signal(Symptom.NO_TOKEN_ENDPOINT, response.status)
    iss_required = members.get("authorization_response_iss_parameter_supported") is True
    return ServerMetadata(issuer, endpoint, authorization_endpoint, revocation_endpoint, iss_required, device_endpoint)
