"""`spec.provider` and `spec.client`: whom tokens are asked of, and as whom."""

import base64
import binascii
import re
from typing import Annotated, ClassVar

from pydantic import Field

from oauth_connector.api.fields import Model, Rule
from oauth_connector.api.references import ConfigMapKeyReference, SecretKeyReference
from oauth_connector.oauth.token import BasicEncoding, ClientAuthentication

URL_PATTERN = r"^https?://[A-Za-z0-9.\-_\[\]:]+(/[^\s#]*)?(\?[^\s#]*)?$"
"""Absolute, without user, white space or fragment (RFC 6749 §3.2)."""

PRINTABLE = r"^[\x20-\x7e]+$"

URL = Annotated[str, Field(min_length=1, max_length=2048, pattern=URL_PATTERN)]
Issuer = Annotated[str, Field(min_length=1, max_length=2048, pattern=r"^https?://[A-Za-z0-9.\-_\[\]:]+(/[^\s#?]*)?$")]

_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def _is_base64(text: str | None) -> bool:
    return text is None or _BASE64.fullmatch(text) is not None


class Provider(Model):
    """The authorization server."""

    issuer: Issuer | None = Field(
        None, description="Issuer whose endpoints are discovered (RFC 8414, then OpenID Connect Discovery)."
    )
    token_url: URL | None = Field(None, description="Token endpoint; overrides what discovery finds.")
    ca_bundle: Annotated[str, Field(min_length=1, max_length=65536)] | None = Field(
        None, description="Certificates to trust beside the system's, PEM in base64."
    )
    ca_bundle_ref: ConfigMapKeyReference | None = Field(
        None, description="Certificates to trust beside the system's, PEM in a ConfigMap."
    )

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "has(self.issuer) || has(self.tokenURL)",
            "set issuer to discover the endpoints, or tokenURL",
            lambda self: bool(self.issuer or self.token_url),
        ),
        Rule(
            "!(has(self.caBundle) && has(self.caBundleRef))",
            "set caBundle or caBundleRef, not both",
            lambda self: not (self.ca_bundle and self.ca_bundle_ref),
        ),
        Rule(
            "!has(self.caBundle) || !self.caBundle.startsWith('-----BEGIN')",
            "caBundle is base64 of the PEM text: encode it (base64 -w0 ca.crt), or put it in a ConfigMap and use"
            " caBundleRef",
            lambda self: not (self.ca_bundle or "").startswith("-----BEGIN"),
        ),
        Rule(
            "!has(self.caBundle) || self.caBundle.startsWith('-----BEGIN') ||"
            " self.caBundle.matches('^[A-Za-z0-9+/=\\\\s]*$')",
            "caBundle must be base64",
            lambda self: (self.ca_bundle or "").startswith("-----BEGIN") or _is_base64(self.ca_bundle),
        ),
    )

    @property
    def ca_bundle_pem(self) -> str | None:
        """Give `caBundle` decoded; text that is not base64 comes as it is, and fails as a certificate."""
        if self.ca_bundle is None:
            return None
        try:
            return base64.b64decode(self.ca_bundle).decode()
        except (binascii.Error, UnicodeDecodeError):
            return self.ca_bundle


class ClientSpec(Model):
    """The client that is registered at the authorization server."""

    id: Annotated[str, Field(min_length=1, max_length=1024, pattern=PRINTABLE)] | None = Field(
        None, description="Client identifier."
    )
    id_secret_ref: SecretKeyReference | None = Field(
        None, description="Client identifier in a Secret; key `client-id` when absent."
    )
    secret_ref: SecretKeyReference | None = Field(None, description="Client secret; key `client-secret` when absent.")
    authentication: ClientAuthentication | None = Field(
        None,
        description="How the client authenticates (RFC 6749 §2.3): `Basic` when there is a client secret, else `None`.",
    )
    basic_encoding: BasicEncoding | None = Field(
        None,
        description="`Form` encodes id and secret as RFC 6749 §2.3.1 says; `Raw` is for servers that do not decode"
        " them. `Form` when absent.",
    )

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "has(self.id) != has(self.idSecretRef)",
            "set exactly one of id and idSecretRef",
            lambda self: (self.id is None) != (self.id_secret_ref is None),
        ),
        Rule(
            "!(has(self.authentication) && self.authentication == 'None' && has(self.secretRef))",
            "authentication None sends no secret: remove secretRef, or choose Basic or Post",
            lambda self: not (self.authentication is ClientAuthentication.NONE and self.secret_ref),
        ),
        Rule(
            "!has(self.authentication) || self.authentication == 'None' || has(self.secretRef)",
            "authentication Basic and Post need secretRef",
            lambda self: self.authentication in (None, ClientAuthentication.NONE) or self.secret_ref is not None,
        ),
        Rule(
            "!has(self.basicEncoding) || (has(self.secretRef) &&"
            " (!has(self.authentication) || self.authentication == 'Basic'))",
            "basicEncoding is for authentication Basic only",
            lambda self: (
                self.basic_encoding is None
                or (self.secret_ref is not None and self.authentication in (None, ClientAuthentication.BASIC))
            ),
        ),
    )


class PasswordSpec(Model):
    """The person whose name and password the client hands over (RFC 6749 §4.3)."""

    username: Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = Field(
        None, description="Name of the user."
    )
    username_secret_ref: SecretKeyReference | None = Field(
        None, description="Name of the user in a Secret; key `username` when absent."
    )
    password_secret_ref: SecretKeyReference = Field(description="Password; key `password` when absent.")

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "has(self.username) != has(self.usernameSecretRef)",
            "set exactly one of username and usernameSecretRef",
            lambda self: (self.username is None) != (self.username_secret_ref is None),
        ),
    )
