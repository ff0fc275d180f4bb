"""`spec.refreshToken`: the member of the refresh token grant."""

from typing import Annotated

from pydantic import Field

from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.grant_member import GrantMember
from oauth_connector.api.v1alpha1.references import CredentialValues, DefaultKey, SecretKeyReference
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.grants.registry import GrantType

REFRESH_TOKEN_KEY = "refresh-token"


class RefreshTokenSpec(GrantMember):
    """The initial refresh token, which the user supplies (RFC 6749 §6)."""

    grant_type = GrantType.REFRESH_TOKEN

    secret_ref: Annotated[SecretKeyReference, DefaultKey(REFRESH_TOKEN_KEY), digests.NOT_DIGESTED] = Field(
        description=f"Secret that contains the initial refresh token, in key `{REFRESH_TOKEN_KEY}` unless `key` is"
        " set. A new value replaces the current grant; an unchanged value never replaces a rotated refresh token."
    )

    def build_grant(self, values: CredentialValues) -> RefreshToken:
        """Build the grant that presents the initial refresh token."""
        return RefreshToken(values["secretRef"])
