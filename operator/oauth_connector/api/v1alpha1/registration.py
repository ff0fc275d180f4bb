"""`spec.client.registration`: how the client gets its identifier where `provider.resource` leads to a server."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.oauth.grants.registry import GrantType

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.grants import GrantMembers


class RegistrationMethod(StrEnum):
    """How a client becomes known to an authorization server."""

    METADATA_DOCUMENT = "MetadataDocument"
    DYNAMIC = "Dynamic"


class Registration(Model):
    """How the operator registers the client."""

    method: Annotated[RegistrationMethod | None, digests.NOT_DIGESTED] = Field(
        None,
        description="`MetadataDocument`: the identifier is the URL of a document that the consent server serves (Client"
        " ID Metadata Document). `Dynamic`: the operator registers the client (RFC 7591) before the first consent,"
        " keeps the registration in the state Secret, and deletes it with the connector. Default: a document where the"
        " server's metadata accept one and the redirect URI is that of the consent server, else `Dynamic`.",
    )


@rule(
    "!has(self.client) || !has(self.client.registration) ||"
    " (has(self.provider.resource) && self.grantType == 'AuthorizationCode')",
    "registration is allowed with provider.resource and grantType AuthorizationCode only: remove it, or set client.id",
    "client",
)
def has_resource_for_registration(spec: "GrantMembers") -> bool:
    """Return whether a server is discovered at which the client can be registered, for a user who consents."""
    is_allowed = spec.provider.resource is not None and spec.grant_type is GrantType.AUTHORIZATION_CODE
    return spec.client.registration is None or is_allowed
