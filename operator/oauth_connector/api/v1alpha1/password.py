"""`spec.password`: the member of the resource owner password credentials grant."""

from typing import Annotated

from pydantic import Field, SecretStr

from oauth_connector.api.schema.fields import pattern_rule, rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.grant_member import GrantMember
from oauth_connector.api.v1alpha1.references import CredentialValues, DefaultKey, SecretKeyReference
from oauth_connector.oauth.grants.password import Password
from oauth_connector.oauth.grants.registry import GrantType

USERNAME_KEY, PASSWORD_KEY = "username", "password"  # names of keys

Username = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule(r"[^\x00-\x1f\x7f]+", "must not contain control characters, such as a line break"),
]


class PasswordSpec(GrantMember):
    """User name and password of the resource owner (RFC 6749 §4.3)."""

    grant_type = GrantType.PASSWORD

    username: Annotated[Username | None, digests.USER] = Field(
        None, description="User name. Default: the value that `usernameSecretRef` refers to."
    )
    username_secret_ref: Annotated[SecretKeyReference | None, DefaultKey(USERNAME_KEY), digests.USER] = Field(
        None,
        description=f"Secret that contains the user name, in key `{USERNAME_KEY}` unless `key` is set. Default: none.",
    )
    password_secret_ref: Annotated[SecretKeyReference, DefaultKey(PASSWORD_KEY), digests.USER] = Field(
        description=f"Secret that contains the password, in key `{PASSWORD_KEY}` unless `key` is set."
    )

    @rule(
        "has(self.username) != has(self.usernameSecretRef)",
        "set exactly one of username and usernameSecretRef",
        "username",
    )
    def _has_one_name(self) -> bool:
        return (self.username is None) != (self.username_secret_ref is None)

    def build_grant(self, values: CredentialValues) -> Password:
        """Build the grant that presents name and password."""
        username = SecretStr(self.username) if self.username else values["usernameSecretRef"]
        return Password(username, values["passwordSecretRef"])
