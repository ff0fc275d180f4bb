"""The effective parameters of a spec's requests: what is sent once defaults are applied, and to which host."""

from oauth_connector.api.schema.origins import origin
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.oauth.lifetimes import LifetimeSource
from oauth_connector.oauth.metadata import OFFLINE_ACCESS, ServerMetadata
from oauth_connector.oauth.request_context import read_host
from oauth_connector.oauth.token_request import TokenRequestParameters


def find_default_source(spec: OAuthConnectorSpec) -> LifetimeSource:
    """Return where the lifetime is from that is assumed for a response without one."""
    known = spec.provider.known.default_lifetime if spec.provider.known and not has_chosen_lifetime(spec) else None
    return LifetimeSource.PRESET if known is not None else LifetimeSource.DEFAULT


def has_chosen_lifetime(spec: OAuthConnectorSpec) -> bool:
    """Return whether the spec itself sets the lifetime that is assumed for a response without one."""
    return spec.refresh is not None and spec.refresh.default_lifetime is not None


def build_parameters(spec: OAuthConnectorSpec, found: ServerMetadata | None = None) -> TokenRequestParameters:
    """Return the parameters of the token request besides the grant and the client; `found` is what discovery found."""
    return TokenRequestParameters(
        scopes=list_scopes(spec, found),
        separator=spec.separator,
        audience=spec.audience,
        resources=list_resources(spec, found),
        extra=dict(spec.token_parameters or {}),
        shape=spec.provider.request_shape,
    )


def build_authorization_parameters(spec: OAuthConnectorSpec, found: ServerMetadata | None = None) -> dict[str, str]:
    """Return the further parameters of the authorization request: the preset's, and the spec's own in their place.

    Where the operator asks for offline access, a server may demand a prompt for consent (OpenID Connect Core §11).
    """
    own = spec.authorization_code.parameters if spec.authorization_code else None
    known = spec.provider.known.authorization if spec.provider.known else {}
    asked = {"prompt": "consent"} if found is not None and needs_offline_access(found) else {}
    return {**asked, **known, **(own or {})}


def list_scopes(spec: OAuthConnectorSpec, found: ServerMetadata | None = None) -> tuple[str, ...]:
    """List the scopes to request: those of the spec, else those that the resource asks for."""
    offered = found.resource.scopes if found is not None and found.resource is not None else ()
    return spec.effective_scopes or offered


def list_resources(spec: OAuthConnectorSpec, found: ServerMetadata | None = None) -> tuple[str, ...]:
    """List the resource indicators (RFC 8707): the resource whose token it is, by its own identifier, then others."""
    own = found.resource.identifier if found is not None and found.resource is not None else spec.provider.resource
    return tuple(dict.fromkeys((*((own,) if own else ()), *(spec.resources or ()))))


def list_authorization_scopes(spec: OAuthConnectorSpec, found: ServerMetadata | None = None) -> tuple[str, ...]:
    """List the scopes of the authorization request, with the scope for refresh tokens.

    It is the preset's; or `offline_access` where a resource has led to a server that lists it, as the MCP specification
    proposes to clients that want to refresh.
    """
    offline = spec.provider.known.offline_scope if spec.provider.known else None
    if found is not None and needs_offline_access(found):
        offline = OFFLINE_ACCESS
    return tuple(dict.fromkeys((*list_scopes(spec, found), *((offline,) if offline else ()))))


def needs_offline_access(found: ServerMetadata) -> bool:
    """Return whether a refresh token needs the scope `offline_access`, which the spec need not contain."""
    return found.resource is not None and found.offers_offline_access


def name_client(spec: OAuthConnectorSpec) -> str:
    """Return how a message names the client, by its id or the Secret with it: the clients of a namespace differ."""
    if not spec.has_client:
        return "this connector"
    reference = spec.client.id_secret_ref
    return f"client `{spec.client.id}`" if reference is None else f"the client with the id in Secret `{reference.name}`"


def token_host(spec: OAuthConnectorSpec) -> str:
    """Return the host that credentials are sent to, as far as the spec names it: of token URL, issuer or resource."""
    return read_host(_find_named_url(spec))


def token_origin(spec: OAuthConnectorSpec) -> str:
    """Return scheme, host and port of the same: another port of that host is another server."""
    named = _find_named_url(spec)
    return origin(named) if named else ""


def _find_named_url(spec: OAuthConnectorSpec) -> str:
    provider = spec.provider
    return provider.effective_token_url or provider.effective_issuer or provider.resource or ""


class UnknownTokenHost(Exception):  # noqa: N818  # it names the state, not a fault of the program
    """A redirect or a stored grant names a token host that the preset does not know."""


def find_named_token_url(provider: ProviderSpec, named: str | None) -> str | None:
    """Return the token endpoint at the host that a redirect names; `None` if it is that of the spec.

    `named` is an origin, or `None` where the redirect names no host. Only presets whose provider has several token
    hosts have such endpoints. Raises `UnknownTokenHost` for a host that the preset does not list, and for every other
    host than its own where the spec names the endpoint itself.
    """
    callback = provider.known.callback if provider.known is not None else None
    configured = provider.effective_token_url
    if callback is None or configured is None:
        return None
    found = callback.choose_token_url(configured, named)
    if found is None or (provider.token_url is not None and found != configured):
        raise UnknownTokenHost
    return found if found != configured else None


def find_grant_token_url(spec: OAuthConnectorSpec, stored: str | None) -> str | None:
    """Return the token endpoint of a stored grant; `None` if it is that of the spec.

    Of the stored endpoint only the host counts, and only where the redirect could name it: the state Secret may have
    been written by another client, and client secret and refresh token are sent to this address.
    """
    if stored is None or not spec.needs_consent:
        return None
    try:
        return find_named_token_url(spec.provider, origin(stored))
    except (UnknownTokenHost, ValueError):
        return None


def list_published_fields(spec: OAuthConnectorSpec) -> frozenset[str]:
    """Return the names of the members of a token response that the spec publishes; a refresh token is never one."""
    return (spec.output.published_members if spec.output is not None else frozenset()) - _PRIVATE


def list_wanted_members(spec: OAuthConnectorSpec) -> frozenset[str]:
    """Return the names of the members of a token response that are kept: an ID token names the account of a consent."""
    return list_published_fields(spec) | (_OF_CONSENTS if spec.needs_consent else frozenset())


_PRIVATE = frozenset({"access_token", "refresh_token"})
_OF_CONSENTS = frozenset({"id_token"})
