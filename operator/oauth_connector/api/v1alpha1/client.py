"""`spec.client` and `spec.password`: as whom tokens are asked for."""

from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, rule, written
from oauth_connector.api.v1alpha1.references import SecretKeyReference
from oauth_connector.oauth.token import BasicEncoding, ClientAuthentication

CLIENT_ID_KEY, CLIENT_SECRET_KEY = "client-id", "client-secret"
USERNAME_KEY, PASSWORD_KEY = "username", "password"  # names of keys
"""Keys of Secrets where a reference names none. In code, not in the schema: nothing is written into anybody's spec."""

ClientID = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    written("[!-~]([ -~]*[!-~])?", "must be printable ASCII without white space around it"),
]

Username = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    written(r"[^\x00-\x1f\x7f]+", "must not hold control characters, such as a line break"),
]


class ClientSpec(Model):
    """The client that is registered at the authorization server."""

    id: ClientID | None = Field(None, description="Client identifier. When absent: read from `idSecretRef`.")
    id_secret_ref: SecretKeyReference | None = Field(
        None,
        description=f"Client identifier in a Secret; key `{CLIENT_ID_KEY}` unless another is named. When absent: `id`.",
    )
    secret_ref: SecretKeyReference | None = Field(
        None,
        description=f"Client secret; key `{CLIENT_SECRET_KEY}` unless another is named. When absent: a public client.",
    )
    authentication: ClientAuthentication | None = Field(
        None,
        description="How the client proves itself (RFC 6749 §2.3): `Basic` and `Post` send id and secret in the"
        " Authorization header or in the form, `None` sends the id alone. When absent: `Basic` where there is a secret,"
        " else `None`.",
    )
    basic_encoding: BasicEncoding | None = Field(
        None,
        description="`Form` encodes id and secret as RFC 6749 §2.3.1 says; `Raw` is for servers that do not decode"
        " them. When absent: `Form`.",
    )

    @rule("has(self.id) != has(self.idSecretRef)", "set id or idSecretRef, and only one of them", "id")
    def _has_one_id(self) -> bool:
        return (self.id is None) != (self.id_secret_ref is None)

    @rule(
        "!(has(self.authentication) && self.authentication == 'None' && has(self.secretRef))",
        "None sends no secret: remove secretRef, or choose Basic or Post",
        "authentication",
    )
    def _hides_no_secret(self) -> bool:
        return self.authentication is not ClientAuthentication.NONE or self.secret_ref is None

    @rule(
        "!has(self.authentication) || self.authentication == 'None' || has(self.secretRef)",
        "Basic and Post send the client's secret: set secretRef, or choose None",
        "authentication",
    )
    def _has_the_secret_that_it_sends(self) -> bool:
        return self.authentication in (None, ClientAuthentication.NONE) or self.secret_ref is not None

    @rule(
        "!has(self.basicEncoding) || (has(self.secretRef) && (!has(self.authentication) || self.authentication =="
        " 'Basic'))",
        "is for authentication Basic only: remove it",
        "basicEncoding",
    )
    def _encodes_basic_only(self) -> bool:
        basic = self.secret_ref is not None and self.authentication in (None, ClientAuthentication.BASIC)
        return self.basic_encoding is None or basic


class PasswordSpec(Model):
    """The person whose name and password the client hands over (RFC 6749 §4.3)."""

    username: Username | None = Field(None, description="Name of the user. When absent: read from `usernameSecretRef`.")
    username_secret_ref: SecretKeyReference | None = Field(
        None,
        description=f"Name of the user in a Secret; key `{USERNAME_KEY}` unless another is named. When absent:"
        " `username`.",
    )
    password_secret_ref: SecretKeyReference = Field(
        description=f"Password; key `{PASSWORD_KEY}` unless another is named."
    )

    @rule(
        "has(self.username) != has(self.usernameSecretRef)",
        "set username or usernameSecretRef, and only one of them",
        "username",
    )
    def _has_one_name(self) -> bool:
        return (self.username is None) != (self.username_secret_ref is None)
