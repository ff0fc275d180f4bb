"""Authorization server metadata (RFC 8414), and OpenID Connect Discovery where a server has only that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from oauth_connector.oauth.response_body import decode_body
from oauth_connector.oauth.retry_after import read_retry_after
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.signing_key import ALGORITHMS
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
    signing_algorithms: tuple[str, ...] = ()
    """Of `token_endpoint_auth_signing_alg_values_supported`, those that this client knows."""
    mtls_token_endpoint: str | None = None
    """Of `mtls_endpoint_aliases`, for connections with a client certificate (RFC 8705 §5)."""
    mtls_revocation_endpoint: str | None = None

    def with_aliases(self) -> "ServerMetadata":
        """Return the metadata for a client with a certificate: an alias in the place of each endpoint that has one."""
        return replace(
            self,
            token_endpoint=self.mtls_token_endpoint or self.token_endpoint,
            revocation_endpoint=self.mtls_revocation_endpoint or self.revocation_endpoint,
        )


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
    endpoint, authorization_endpoint, revocation_endpoint, device_endpoint = _read_urls(members, named, is_url)
    if endpoint is None:
        return Signal(Symptom.NO_TOKEN_ENDPOINT, response.status)
    aliases = members.get("mtls_endpoint_aliases")
    urls = _read_urls(aliases if isinstance(aliases, dict) else {}, ("token_endpoint", "revocation_endpoint"), is_url)
    advertised = members.get("token_endpoint_auth_signing_alg_values_supported")
    return ServerMetadata(
        issuer,
        endpoint,
        authorization_endpoint,
        revocation_endpoint,
        members.get("authorization_response_iss_parameter_supported") is True,
        device_endpoint,
        tuple(each for each in ALGORITHMS if isinstance(advertised, list) and each in advertised),
        *urls,
    )


def _read_urls(
    members: Mapping[str, object], names: tuple[str, ...], is_url: Callable[[str], bool]
) -> list[str | None]:
    values = (members.get(name) for name in names)
    return [value if isinstance(value, str) and is_url(value) else None for value in values]
