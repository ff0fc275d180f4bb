"""Reads the certificate authorities that the requests of a connector trust."""

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.ports import CredentialReader
from oauth_connector.oauth.errors import Remedy


async def read_trust(reader: CredentialReader, connector: Connector) -> str | Problem | None:
    """Return the CA bundle of the spec in PEM, or from the ConfigMap that it names; `None` where it has none."""
    provider = connector.spec.provider
    if provider.ca_bundle_ref is None:
        return provider.ca_bundle_pem or None
    name, key = provider.ca_bundle_ref.name, provider.ca_bundle_ref.effective_key
    held = await reader.read_config_map(connector.key.namespace, name)
    if held is None or not held.get(key):
        return Problem(Reason.CA_BUNDLE_NOT_FOUND, Remedy.RETRY, {"configmap": name, "key": key})
    return held[key]
