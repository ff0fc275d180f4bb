"""The rules of the device authorization grant (RFC 8628), which has no member in a spec: the consent provides all."""

from typing import TYPE_CHECKING

from oauth_connector.api.schema.fields import cel_literal, rule
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.providers.registry import PRESETS

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

WITH_DEVICES = sorted(name for name, preset in PRESETS.items() if preset.device_authorization_url or preset.issuer)
"""Presets whose provider has a device authorization endpoint, or may name one in its metadata."""

_GRANT = f"self.grantType != '{GrantType.DEVICE_CODE.value}'"
_NAMES = ", ".join(cel_literal(name) for name in WITH_DEVICES)


@rule(
    f"{_GRANT} || has(self.client.id)",
    "grantType DeviceCode requires client.id, because the consent is bound to it: set client.id instead of"
    " client.idSecretRef",
    "client",
)
def has_client_id_for_devices(spec: "OAuthConnectorSpec") -> bool:
    """Return whether the spec contains the client identifier, which the stored grant is bound to."""
    return spec.grant_type is not GrantType.DEVICE_CODE or spec.client.id is not None


@rule(
    f"{_GRANT} || has(self.provider.deviceAuthorizationURL) || has(self.provider.issuer) ||"
    f" has(self.provider.resource) || (has(self.provider.preset) && self.provider.preset in [{_NAMES}])",
    "grantType DeviceCode requires a device authorization endpoint: set deviceAuthorizationURL, issuer or resource, or"
    " a preset that has one",
    "provider",
)
def has_device_endpoint(spec: "OAuthConnectorSpec") -> bool:
    """Return whether the device authorization endpoint is set or can be discovered."""
    provider = spec.provider
    known = provider.device_authorization_url or provider.issuer or provider.resource or provider.preset in WITH_DEVICES
    return spec.grant_type is not GrantType.DEVICE_CODE or bool(known)
