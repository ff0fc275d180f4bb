"""The facts with which the sentences of reasons are filled: from spec and metadata only."""

from oauth_connector.api.names import STATE_SUFFIX
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.effective import token_host
from oauth_connector.connector.observation import AnyConnector, Connector, InvalidConnector
from oauth_connector.consent_protocol.addresses import callback_path
from oauth_connector.oauth.grants.grant import Renewal


def message_facts(connector: AnyConnector) -> dict[str, str]:
    """Return the facts that each sentence about a connector may use, by the name of the placeholder."""
    if isinstance(connector, InvalidConnector):
        return {"connector": connector.key.name}
    spec = connector.spec
    return {
        "connector": connector.key.name,
        "secret": connector.output_name,
        "host": token_host(spec),
        "grant": spec.grant_type.value,
        "scopes": " ".join(spec.effective_scopes),
        "namespace": connector.key.namespace,
        "state": f"{connector.key.name}{STATE_SUFFIX}",
        "again": _renewal(connector),
        "offline": _offline_access(spec),
        "accept": _acceptance(connector),
        "loopback": f"http://127.0.0.1:PORT{callback_path(connector.key.namespace, connector.key.name)}",
    }


def _renewal(connector: Connector) -> str:
    """Describe how a lost grant is obtained again."""
    if connector.spec.renewal is Renewal.INITIAL_REFRESH_TOKEN:
        name, key = connector.spec.reference("refreshToken.secretRef")
        return f"Store another refresh token in key `{key}` of Secret `{name}`"
    if connector.spec.renewal is Renewal.CREDENTIALS:
        return "The operator sends the credentials that `spec` refers to instead"
    return f"Run `kubectl oauth authorize {connector.key.name} -n {connector.key.namespace}`"


def _acceptance(connector: Connector) -> str:
    """Describe how a user accepts another authorization server of the resource."""
    if not connector.spec.needs_consent:
        return "set `provider.issuer` to the new issuer"
    return f"run `kubectl oauth authorize {connector.key.name} -n {connector.key.namespace}`"


def _offline_access(spec: OAuthConnectorSpec) -> str:
    """Describe how to configure a provider to return refresh tokens."""
    scope = spec.provider.known.offline_scope if spec.provider.known else None
    if scope is None and spec.provider.known is not None:
        return "see the documentation of the preset"
    return f"scope {scope or 'offline_access'}"
