"""The servers that these tests meet."""

from tests.support.authorization_servers import (
    canaille,
    canaille_proxy,
    canaille_tls,
    oidc_provider,
    oidc_provider_proxy,
    oidc_provider_tls,
    tls,
)

__all__ = [
    "canaille",
    "canaille_proxy",
    "canaille_tls",
    "oidc_provider",
    "oidc_provider_proxy",
    "oidc_provider_tls",
    "tls",
]
