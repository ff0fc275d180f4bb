"""Authorization server metadata (RFC 8414), and OpenID Connect Discovery where a server has only that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from oauth_connector.oauth.metadata_document import read_list, read_members
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.signing_key import ALGORITHMS
from oauth_connector.oauth.token import HTTPResponse

PUSHED_REQUEST_ENDPOINT = "pushed_authorization_request_endpoint"

_ENDPOINTS = (
    "token_endpoint",
    "authorization_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "device_authorization_endpoint",  # RFC 8628 §4
    PUSHED_REQUEST_ENDPOINT,
    "registration_endpoint",  # RFC 7591 §3
)

REGISTERED_METHODS = ("client_secret_post", "client_secret_basic", "none")
"""The methods that a registered client can have, the preferred one first."""

OFFLINE_ACCESS = "offline_access"

PRIVATE_KEY_JWT = "private_key_jwt"
"""A method that a client with a metadata document can have."""


@dataclass(frozen=True, slots=True)
class ServerMetadata:
    """The metadata of an authorization server (RFC 8414 §2); URLs as it sent them, never normalised."""

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
    mtls_device_authorization_endpoint: str | None = None
    has_s256: bool = False
    """It lists S256 in `code_challenge_methods_supported` (RFC 7636 §4.2)."""
    registration_endpoint: str | None = None
    accepts_documents: bool = False
    """A client may be identified by the URL of its metadata document (`client_id_metadata_document_supported`)."""
    authentication_methods: tuple[str, ...] = ()
    """Of `token_endpoint_auth_methods_supported`, those that the operator's own clients can have."""
    resource: ProtectedResource | None = None
    """The resource that led to the server, if one did (RFC 9728)."""
    pushed_request_endpoint: str | None = None
    """`pushed_authorization_request_endpoint` (RFC 9126 §5)."""
    push_required: bool = False
    """Whether the server accepts pushed authorization requests only."""
    mtls_pushed_request_endpoint: str | None = None
    offers_offline_access: bool = False
    """`scopes_supported` contains the scope that asks for a refresh token (OpenID Connect Core §11)."""
    introspection_endpoint: str | None = None
    mtls_introspection_endpoint: str | None = None

    def with_aliases(self) -> "ServerMetadata":
        """Return the metadata for a client with a certificate: an alias in the place of each endpoint that has one."""
        return replace(
            self,
            token_endpoint=self.mtls_token_endpoint or self.token_endpoint,
            revocation_endpoint=self.mtls_revocation_endpoint or self.revocation_endpoint,
            introspection_endpoint=self.mtls_introspection_endpoint or self.introspection_endpoint,
            device_authorization_endpoint=(
                self.mtls_device_authorization_endpoint or self.device_authorization_endpoint
            ),
            pushed_request_endpoint=self.mtls_pushed_request_endpoint or self.pushed_request_endpoint,
        )


def list_well_known_urls(issuer: str) -> tuple[str, ...]:
    """List where metadata may be: RFC 8414 §3.1 inserts its name before the path, OpenID Connect Discovery appends its.

    Some servers insert that name, too (RFC 8414 §5). The order is that of the MCP specification.
    """
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    inserted = tuple(f"/.well-known/{name}{path}" for name in ("oauth-authorization-server", "openid-configuration"))
    appended = (f"{path}/.well-known/openid-configuration",) if path else ()
    return tuple(urlunsplit((parts.scheme, parts.netloc, each, "", "")) for each in (*inserted, *appended))


def is_same_issuer(first: str, second: str) -> bool:
    """Return whether two identifiers are equal; a slash that is the whole path makes no difference (RFC 3986 §6.2.3).

    Libraries that parse an issuer add that slash: FastMCP and the MCP SDK name `https://a.example` in one place and
    `https://a.example/` in another.
    """
    return first == second or (_is_origin(first) and _is_origin(second) and first.rstrip("/") == second.rstrip("/"))


def _is_origin(issuer: str) -> bool:
    """Return whether an issuer is an origin alone, with or without one slash."""
    _, _, rest = issuer.partition("://")
    return rest.removesuffix("/").count("/") == 0 and not {"?", "#"} & set(rest)


def parse_metadata(
    issuer: str, response: HTTPResponse, is_url: Callable[[str], bool], now: float | None = None
) -> ServerMetadata | Signal:
    """Parse a metadata response; its `issuer` must be the one asked for (RFC 8414 §3.3, `is_same_issuer`).

    `is_url` holds the endpoints to the bounds of those in a spec: any that fails is left out, and nothing else is kept.
    """
    members = read_members(response, now)
    if isinstance(members, Signal):
        return members
    own = members.get("issuer")
    if not isinstance(own, str) or not is_same_issuer(own, issuer):
        return Signal(Symptom.ISSUER_MISMATCH, response.status)
    found = _build_metadata(own, members, is_url)
    return found if found is not None else Signal(Symptom.NO_TOKEN_ENDPOINT, response.status)


def _build_metadata(issuer: str, members: Mapping[str, object], is_url: Callable[[str], bool]) -> ServerMetadata | None:
    """Return what is kept of a document; `None` where it names no usable token endpoint."""
    urls, given = _read_urls(members, is_url), members.get("mtls_endpoint_aliases")
    aliases = _read_urls(given if isinstance(given, dict) else {}, is_url)
    if (endpoint := urls.get("token_endpoint")) is None:
        return None
    methods = read_list(members, "token_endpoint_auth_methods_supported")
    advertised = read_list(members, "token_endpoint_auth_signing_alg_values_supported")
    return ServerMetadata(
        issuer,
        endpoint,
        urls.get("authorization_endpoint"),
        urls.get("revocation_endpoint"),
        members.get("authorization_response_iss_parameter_supported") is True,
        urls.get("device_authorization_endpoint"),
        tuple(each for each in ALGORITHMS if each in advertised),
        mtls_token_endpoint=aliases.get("token_endpoint"),
        mtls_revocation_endpoint=aliases.get("revocation_endpoint"),
        mtls_device_authorization_endpoint=aliases.get("device_authorization_endpoint"),
        has_s256="S256" in read_list(members, "code_challenge_methods_supported"),
        pushed_request_endpoint=urls.get(PUSHED_REQUEST_ENDPOINT),
        push_required=members.get("require_pushed_authorization_requests") is True,
        mtls_pushed_request_endpoint=aliases.get(PUSHED_REQUEST_ENDPOINT),
        introspection_endpoint=urls.get("introspection_endpoint"),
        mtls_introspection_endpoint=aliases.get("introspection_endpoint"),
        offers_offline_access=OFFLINE_ACCESS in read_list(members, "scopes_supported"),
        registration_endpoint=urls.get("registration_endpoint"),
        accepts_documents=members.get("client_id_metadata_document_supported") is True,
        authentication_methods=tuple(each for each in (*REGISTERED_METHODS, PRIVATE_KEY_JWT) if each in methods),
    )


def _read_urls(members: Mapping[str, object], is_url: Callable[[str], bool]) -> dict[str, str]:
    """Read the endpoints that are used, by their names in metadata."""
    values = {name: members.get(name) for name in _ENDPOINTS}
    return {name: value for name, value in values.items() if isinstance(value, str) and is_url(value)}
