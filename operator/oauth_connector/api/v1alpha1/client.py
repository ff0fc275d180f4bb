"""`spec.client` and `spec.password`: the identities that the token request presents."""

from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, rule, written
from oauth_connector.api.v1alpha1.references import SecretKeyReference
from oauth_connector.oauth.token import BasicEncoding, ClientAuthentication

CLIENT_ID_KEY, CLIENT_SECRET_KEY = "client-id", "client-secret"
USERNAME_KEY, PASSWORD_KEY = "username", "password"  # names of keys
"""Default keys of references: in code, not in the schema, so that the API server writes nothing into a spec."""

ClientID = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    written("[!-~]([ -~]*[!-~])?", "must be printable ASCII without leading or trailing white space"),
]

Username = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    written(r"[^\x00-\x1f\x7f]+", "must not contain control characters, such as a line break"),
]


class ClientSpec(Model):
    """The client that is registered at the authorization server."""

    id: ClientID | None = Field(None, description="Client identifier. Default: the value that `idSecretRef` refers to.")
    id_secret_ref: SecretKeyReference | None = Field(
        None,
        description=f"Secret that contains the client identifier, in key `{CLIENT_ID_KEY}` unless `key` is set."
        " Default: none.",
    )
    secret_ref: SecretKeyReference | None = Field(
        None,
        description=f"Secret that contains the client secret, in key `{CLIENT_SECRET_KEY}` unless `key` is set."
        " Default: none, for a public client.",
    )
    authentication: ClientAuthentication | None = Field(
        None,
        description="Client authentication (RFC 6749 §2.3). `Basic` sends client id and secret in the"
        " Authorization header, `Post` sends them in the body, `None` sends the client id alone. Default: for a"
        " client with a secret the preset's, else `Basic`; for a client without a secret `None`.",
    )
    basic_encoding: BasicEncoding | None = Field(
        None,
        description="Encoding of client id and secret for `Basic`. `Form` follows RFC 6749 §2.3.1; `Raw` is for"
        " servers that do not decode them. Default: `Form`.",
    )

    @rule("has(self.id) != has(self.idSecretRef)", "set exactly one of id and idSecretRef", "id")
    def _has_one_id(self) -> bool:
        return (self.id is None) != (self.id_secret_ref is None)

    @rule(
        "!(has(self.authentication) && self.authentication == 'None' && has(self.secretRef))",
        "None sends no client secret: remove secretRef, or set Basic or Post",
        "authentication",
    )
    def _hides_no_secret(self) -> bool:
        return self.authentication is not ClientAuthentication.NONE or self.secret_ref is None

    @rule(
        "!has(self.authentication) || self.authentication == 'None' || has(self.secretRef)",
        "Basic and Post require a client secret: set secretRef, or set None",
        "authentication",
    )
    def _has_the_secret_that_it_sends(self) -> bool:
        return self.authentication in (None, ClientAuthentication.NONE) or self.secret_ref is not None

    @rule(
        "!has(self.basicEncoding) || (has(self.secretRef) && (!has(self.authentication) || self.authentication =="
        " 'Basic'))",
        "is allowed with authentication Basic only: remove it",
        "basicEncoding",
    )
    def _encodes_basic_only(self) -> bool:
        basic = self.secret_ref is not None and self.authentication in (None, ClientAuthentication.BASIC)
        return self.basic_encoding is None or basic


class PasswordSpec(Model):
    """User name and password of the resource owner (RFC 6749 §4.3)."""

    username: Username | None = Field(
        None, description="User name. Default: the value that `usernameSecretRef` refers to."
    )
    username_secret_ref: SecretKeyReference | None = Field(
        None,
        description=f"Secret that contains the user name, in key `{USERNAME_KEY}` unless `key` is set. Default: none.",
    )
    password_secret_ref: SecretKeyReference = Field(
        description=f"Secret that contains the password, in key `{PASSWORD_KEY}` unless `key` is set."
    )

    @rule(
        "has(self.username) != has(self.usernameSecretRef)",
        "set exactly one of username and usernameSecretRef",
        "username",
    )
    def _has_one_name(self) -> bool:
        return (self.username is None) != (self.username_secret_ref is None)
