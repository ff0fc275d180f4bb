"""The rules of `spec.provider.resource`: what may stand beside it, and when the issuer must be named, too."""

from typing import TYPE_CHECKING

from oauth_connector.api.schema.fields import Rule, cel_literal, rule
from oauth_connector.oauth.grants.registry import GrantType

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.grants import GrantMembers
    from oauth_connector.api.v1alpha1.provider import ProviderSpec

_REPLACED = ("preset", "tokenURL", "authorizationURL", "revocationURL", "deviceAuthorizationURL", "introspectionURL")
_OF_NO_SHARED_SECRET = (GrantType.AUTHORIZATION_CODE, GrantType.DEVICE_CODE, GrantType.CLIENT_CREDENTIALS)
_BOUND = ("idSecretRef", "secretRef", "serviceAccount", "assertionAudience")
"""Members of the client that another server could present: a secret, or a token or an assertion for a chosen audience.

Other assertions have the issuer as their audience, and the key of a certificate is not sent.
"""

_GRANTS = ", ".join(cel_literal(grant.value) for grant in _OF_NO_SHARED_SECRET)
_HAS_REPLACED = " || ".join(f"has(self.{name})" for name in _REPLACED)
_HAS_BOUND = " || ".join(f"has(self.client.{name})" for name in _BOUND)


def _is_alone(provider: "ProviderSpec") -> bool:
    """Return whether nothing is named that the resource leads to."""
    fields = {field.alias: name for name, field in type(provider).model_fields.items()}
    return provider.resource is None or all(getattr(provider, fields[name]) is None for name in _REPLACED)


STANDS_ALONE: "Rule[ProviderSpec]" = Rule(
    f"!has(self.resource) || !({_HAS_REPLACED})",
    "leads to the authorization server and its endpoints: remove it, or remove preset and the URLs beside it",
    _is_alone,
    "resource",
)


@rule(
    f"!has(self.provider.resource) || has(self.provider.issuer) || (self.grantType in [{_GRANTS}]"
    f" && !has(self.provider.request) && (!has(self.client) || !({_HAS_BOUND})))",
    "requires provider.issuer beside provider.resource with this grantType or client, so that the resource cannot"
    " choose where credentials are sent: set the issuer at which the client is registered",
    "provider",
)
def has_issuer_for_credentials(spec: "GrantMembers") -> bool:
    """Return whether the issuer is named where a resource would otherwise choose who gets a shared secret."""
    provider, client = spec.provider, spec.client
    if provider.resource is None or provider.issuer is not None:
        return True
    is_bound = client.id_secret_ref or client.secret_ref or client.service_account or client.assertion_audience
    return spec.grant_type in _OF_NO_SHARED_SECRET and provider.request is None and not is_bound
