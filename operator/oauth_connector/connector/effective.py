"""What a spec comes to once defaults are applied: the schedule's policy, the facts of sentences, the digests."""

from datetime import datetime
from urllib.parse import urlsplit

from oauth_connector.api.schema.fields import FieldProblem
from oauth_connector.api.schema.origins import origin
from oauth_connector.api.v1alpha1.refresh import Refresh
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.schedule.refresh_time import Policy
from oauth_connector.consent_protocol.addresses import callback_path
from oauth_connector.oauth.grants.grant import Renewal
from oauth_connector.oauth.token_request import Parameters

LATE_WINDOW = 0.05
"""The share of the lifetime that is left when a refresh ends the old token at once: the later, the less often."""

Spec = OAuthConnectorSpec | tuple[FieldProblem, ...]


def seconds(time: datetime | None) -> int | None:
    """Give a status time in whole seconds since the epoch."""
    return int(time.timestamp()) if time is not None else None


def refresh_policy(spec: Spec) -> Policy:
    """Give `spec.refresh` in seconds and shares; a spec that cannot be understood asks nothing."""
    if isinstance(spec, tuple):
        return Policy()
    refresh = spec.refresh or Refresh()
    window = refresh.before_percentage / 100 if refresh.before_percentage is not None else None
    if spec.provider.known is not None and spec.provider.known.kills_old_token:
        window = window or LATE_WINDOW
    return Policy(refresh.before_seconds, window, refresh.max_lifetime_seconds)


def parameters(spec: OAuthConnectorSpec) -> Parameters:
    """Give what the token request carries beside the grant and the client."""
    return Parameters(
        scopes=spec.effective_scopes,
        separator=spec.separator,
        audience=spec.audience,
        resources=tuple(spec.resources or ()),
        extra=dict(spec.token_parameters or {}),
    )


def authorization_parameters(spec: OAuthConnectorSpec) -> dict[str, str]:
    """Give the further parameters of the authorization request: the preset's, and the spec's own in their place."""
    own = spec.authorization_code.parameters if spec.authorization_code else None
    known = spec.provider.known.authorization if spec.provider.known else {}
    return {**known, **(own or {})}


def authorization_scopes(spec: OAuthConnectorSpec) -> tuple[str, ...]:
    """Give the scopes to ask a person for: with the one without which the preset's provider gives no refresh token."""
    offline = spec.provider.known.offline_scope if spec.provider.known else None
    return tuple(dict.fromkeys((*spec.effective_scopes, *((offline,) if offline else ()))))


def token_host(spec: OAuthConnectorSpec) -> str:
    """Give the host that credentials are sent to as far as the spec names it: of the token URL, else of the issuer."""
    return (urlsplit(spec.provider.effective_token_url or spec.provider.effective_issuer or "").hostname or "").lower()


def token_origin(spec: OAuthConnectorSpec) -> str:
    """Give scheme, host and port of the same: what else is at that host is another server."""
    named = spec.provider.effective_token_url or spec.provider.effective_issuer
    return origin(named) if named else ""


def base_facts(connector: Connector) -> dict[str, str]:
    """Give what every sentence about a connector may use."""
    if isinstance(connector.spec, tuple):
        return {"connector": connector.key.name}
    spec = connector.spec
    return {
        "connector": connector.key.name,
        "secret": connector.output_name,
        "host": token_host(spec),
        "grant": spec.grant_type.value,
        "scopes": " ".join(spec.effective_scopes),
        "namespace": connector.key.namespace,
        "state": f"{connector.key.name}-oauth-state",
        "again": _again(connector),
        "offline": _offline(spec),
        "loopback": f"http://127.0.0.1:PORT{callback_path(connector.key.namespace, connector.key.name)}",
    }


def _again(connector: Connector) -> str:
    """Say how a grant is given anew."""
    if connector.valid_spec.renewal is Renewal.INITIAL_REFRESH_TOKEN:
        name, key = connector.valid_spec.reference("refreshToken.secretRef")
        return f"Store another refresh token in key `{key}` of Secret `{name}`"
    if connector.valid_spec.renewal is Renewal.CREDENTIALS:
        return "The operator sends the credentials that `spec` refers to instead"
    return f"Run `kubectl oauth authorize {connector.key.name} -n {connector.key.namespace}`"


def _offline(spec: OAuthConnectorSpec) -> str:
    """Say what makes a provider give refresh tokens."""
    scope = spec.provider.known.offline_scope if spec.provider.known else None
    return (
        f"scope {scope or 'offline_access'}"
        if scope or spec.provider.known is None
        else "see the documentation of the preset"
    )


def token_digest(spec: Spec) -> str:
    """Give the digest of the token that is wanted; empty where the spec cannot be understood."""
    return "" if isinstance(spec, tuple) else spec.token_digest


def request_digest(spec: Spec) -> str:
    """Give the digest of the token request, by which what failed is known again; empty where there is no request."""
    return "" if isinstance(spec, tuple) else spec.request_digest


def output_digest(spec: Spec) -> str:
    """Give the digest of the Secret's shape; empty where the spec cannot be understood."""
    return "" if isinstance(spec, tuple) else spec.output_digest
