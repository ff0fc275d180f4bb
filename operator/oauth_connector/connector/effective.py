"""The effective parameters of a spec's requests: what is sent once defaults are applied, and to which host."""

from datetime import datetime
from urllib.parse import urlsplit

from oauth_connector.api.schema.origins import origin
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.oauth.lifetimes import LifetimeSource
from oauth_connector.oauth.token_request import TokenRequestParameters


def seconds(time: datetime | None) -> int | None:
    """Return a status time in whole seconds since the epoch."""
    return int(time.timestamp()) if time is not None else None


def find_default_source(spec: OAuthConnectorSpec) -> LifetimeSource:
    """Return where the lifetime is from that is assumed for a response without one."""
    is_chosen = spec.refresh is not None and spec.refresh.default_lifetime is not None
    known = spec.provider.known.default_lifetime if spec.provider.known and not is_chosen else None
    return LifetimeSource.PRESET if known is not None else LifetimeSource.DEFAULT


def build_parameters(spec: OAuthConnectorSpec) -> TokenRequestParameters:
    """Return the parameters of the token request besides the grant and the client."""
    return TokenRequestParameters(
        scopes=spec.effective_scopes,
        separator=spec.separator,
        audience=spec.audience,
        resources=tuple(spec.resources or ()),
        extra=dict(spec.token_parameters or {}),
    )


def build_authorization_parameters(spec: OAuthConnectorSpec) -> dict[str, str]:
    """Return the further parameters of the authorization request: the preset's, and the spec's own in their place."""
    own = spec.authorization_code.parameters if spec.authorization_code else None
    known = spec.provider.known.authorization if spec.provider.known else {}
    return {**known, **(own or {})}


def list_authorization_scopes(spec: OAuthConnectorSpec) -> tuple[str, ...]:
    """List the scopes of the authorization request, with the preset's scope for refresh tokens."""
    offline = spec.provider.known.offline_scope if spec.provider.known else None
    return tuple(dict.fromkeys((*spec.effective_scopes, *((offline,) if offline else ()))))


def token_host(spec: OAuthConnectorSpec) -> str:
    """Return the host that credentials are sent to, as far as the spec names it: of token URL or issuer."""
    return (urlsplit(spec.provider.effective_token_url or spec.provider.effective_issuer or "").hostname or "").lower()


def token_origin(spec: OAuthConnectorSpec) -> str:
    """Return scheme, host and port of the same: another port of that host is another server."""
    named = spec.provider.effective_token_url or spec.provider.effective_issuer
    return origin(named) if named else ""
