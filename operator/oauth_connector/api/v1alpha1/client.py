"""`spec.client`: the client, and how it authenticates."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from oauth_connector.api.schema.fields import Model, rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.client_builders import BUILDERS, build_certificate
from oauth_connector.api.v1alpha1.client_fields import AssertionAudienceText, ClientID, KeyID, SigningAlgorithm
from oauth_connector.api.v1alpha1.client_rules import (
    MethodFields,
    MethodTable,
    build_alone_rule,
    build_method_rules,
    has_field,
    imply_method,
    join_names,
    list_credentials,
    render_confidential,
)
from oauth_connector.api.v1alpha1.references import (
    Content,
    CredentialValues,
    DefaultKey,
    SecretKeyReference,
    ServiceAccountReference,
    TLSSecretReference,
)
from oauth_connector.api.v1alpha1.registration import Registration, RegistrationMethod
from oauth_connector.oauth.client_auth.basic import BasicEncoding
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.registry_check import require_complete

CLIENT_ID_KEY, CLIENT_SECRET_KEY = "client-id", "client-secret"
"""Default keys of references: in code, not in the schema, so that the API server writes nothing into a spec."""

CLIENT_SECRET, PREVIOUS_SECRET = "client.secretRef", "client.previousSecretRef"
"""Paths of the references to the two client secrets."""

KEY_KEY, CERTIFICATE_KEY = "tls.key", "tls.crt"
"""Default keys of signing key and certificate: those of a Secret of type `kubernetes.io/tls`."""

_ASSERTION_FIELDS = frozenset({"keyID", "algorithm", "assertionAudience", "tlsSecretRef"})
_SECRET_FIELDS = frozenset({"previousSecretRef", "tlsSecretRef"})
METHOD_FIELDS: MethodTable = require_complete(
    ClientAuthentication,
    {
        ClientAuthentication.BASIC: MethodFields("secretRef", _SECRET_FIELDS | {"basicEncoding"}),
        ClientAuthentication.POST: MethodFields("secretRef", _SECRET_FIELDS),
        ClientAuthentication.CLIENT_SECRET_JWT: MethodFields("secretRef", _ASSERTION_FIELDS | _SECRET_FIELDS),
        ClientAuthentication.PRIVATE_KEY_JWT: MethodFields("keyRef", _ASSERTION_FIELDS | {"certificateRef"}),
        ClientAuthentication.WORKLOAD_IDENTITY: MethodFields("serviceAccount", frozenset({"tlsSecretRef"})),
        ClientAuthentication.TLS: MethodFields("tlsSecretRef"),
        ClientAuthentication.NONE: MethodFields(),
    },
)
"""The fields of each method. The first method of a credential is the one of a client that names no method."""

CONFIDENTIAL = render_confidential(METHOD_FIELDS)
"""CEL over a spec: whether its client is confidential (RFC 6749 §2.1)."""

CONFIDENTIAL_FIELDS = join_names([f"client.{name}" for name in list_credentials(METHOD_FIELDS)])
"""What a user sets for a client to be confidential, in messages."""


_ID_FIELDS = frozenset({"id", "idSecretRef"})
_BESIDE_REGISTRATION = _ID_FIELDS.union(*(fields.all for fields in METHOD_FIELDS.values())) - {"assertionAudience"}


class ClientSpec(Model):
    """The client that is registered at the authorization server."""

    id: Annotated[ClientID | None, digests.CLIENT] = Field(
        None, description="Client identifier. Default: the value that `idSecretRef` refers to."
    )
    id_secret_ref: Annotated[SecretKeyReference | None, DefaultKey(CLIENT_ID_KEY), digests.CLIENT] = Field(
        None,
        description=f"Secret that contains the client identifier, in key `{CLIENT_ID_KEY}` unless `key` is set."
        " Default: none.",
    )
    secret_ref: Annotated[SecretKeyReference | None, DefaultKey(CLIENT_SECRET_KEY), digests.CLIENT] = Field(
        None,
        description=f"Secret that contains the client secret, in key `{CLIENT_SECRET_KEY}` unless `key` is set."
        " Default: none, for a public client.",
    )
    previous_secret_ref: Annotated[SecretKeyReference | None, DefaultKey(CLIENT_SECRET_KEY), digests.CLIENT] = Field(
        None,
        description="Secret that contains the client secret which `secretRef` replaces, in key"
        f" `{CLIENT_SECRET_KEY}` unless `key` is set. It is tried once where the provider refuses the client, and"
        " may be missing. `status.clientSecret` shows which of the two was accepted. Default: none.",
    )
    key_ref: Annotated[SecretKeyReference | None, DefaultKey(KEY_KEY, Content.FILE), digests.CLIENT] = Field(
        None,
        description="Secret that contains the private key which signs assertions: PEM (PKCS #8, PKCS #1, SEC 1) or a"
        f" JWK, in key `{KEY_KEY}` unless `key` is set. Default: none.",
    )
    certificate_ref: Annotated[SecretKeyReference | None, DefaultKey(CERTIFICATE_KEY, Content.FILE), digests.CLIENT] = (
        Field(
            None,
            description="Secret that contains the certificate of the signing key, in PEM, in key"
            f" `{CERTIFICATE_KEY}` unless `key` is set. Its thumbprints and the chain are in the header of each"
            " assertion (`x5t`, `x5t#S256`, `x5c`), as Microsoft Entra requires. Default: none.",
        )
    )
    key_id: Annotated[KeyID | None, digests.CLIENT] = Field(
        None,
        description="Identifier of the signing key at the provider, `kid` in the header of each assertion. Default:"
        " that of the JWK, else none.",
    )
    algorithm: Annotated[SigningAlgorithm | None, digests.CLIENT] = Field(
        None,
        description="Algorithm of the signature (RFC 7518 §3.1). Default: the first one of the key that the metadata of"
        " the issuer contain, else `RS256`, `ES256`, `ES384`, `ES512` or `EdDSA` by the kind of the key, and `HS256`"
        " for a client secret.",
    )
    assertion_audience: Annotated[AssertionAudienceText | None, digests.CLIENT] = Field(
        None,
        description="Audience of the assertions: `Issuer`, `TokenEndpoint`, or a URI. Default: `Issuer` where the"
        " issuer names the token endpoint or has its origin, else `TokenEndpoint`.",
    )
    tls_secret_ref: Annotated[TLSSecretReference | None, digests.CLIENT] = Field(
        None,
        description="Secret of type `kubernetes.io/tls`, such as one of cert-manager: the client certificate that each"
        " connection for a token request or a revocation presents (RFC 8705). Default: none.",
    )
    service_account: Annotated[ServiceAccountReference | None, digests.CLIENT] = Field(
        None,
        description="ServiceAccount whose token is presented as an assertion: the provider trusts the issuer of the"
        " cluster, and there is no secret. The operator must allow it (setting `serviceAccountTokens`). Default: none.",
    )
    authentication: Annotated[ClientAuthentication | None, digests.CLIENT] = Field(
        None,
        description="Client authentication (RFC 6749 §2.3). `Basic` sends client id and secret in the"
        " Authorization header, `Post` sends them in the body, `None` sends the client id alone. `PrivateKeyJWT` signs"
        " an assertion with the key in `keyRef`, `ClientSecretJWT` with the client secret (RFC 7523 §2.2)."
        " `WorkloadIdentity` presents a token of the ServiceAccount in `serviceAccount` (RFC 7523 §2.2)."
        " `TLS` presents the certificate in `tlsSecretRef` alone (RFC 8705 §2); the other methods may present one, too."
        " Default: for a client with a secret the preset's, else `Basic`; for a client with a key `PrivateKeyJWT`; for"
        " a client with a ServiceAccount `WorkloadIdentity`; for a client with a certificate alone `TLS`; else `None`."
        " Beside `registration` with method `MetadataDocument`, `PrivateKeyJWT` signs with a key of the operator, and"
        " `None` is a public client; default: `None` where the server's metadata allow it.",
    )
    basic_encoding: Annotated[BasicEncoding | None, digests.CLIENT] = Field(
        None,
        description="Encoding of client id and secret for `Basic`. `Form` follows RFC 6749 §2.3.1; `Raw` is for"
        " servers that do not decode them. Default: `Form`.",
    )

    registration: Registration | None = Field(
        None,
        description="How the operator gets a client where `provider.resource` leads to the server, in the place of `id`"
        " and credentials. Default: automatic where there is no `client`.",
    )

    @rule(
        "has(self.registration) || has(self.id) != has(self.idSecretRef)",
        "set exactly one of id and idSecretRef",
        "id",
    )
    def _has_one_id(self) -> bool:
        return self.registration is not None or (self.id is None) != (self.id_secret_ref is None)

    _registration_stands_alone: ClassVar = build_alone_rule(_BESIDE_REGISTRATION)

    _has_fields_of_its_method: ClassVar = build_method_rules(METHOD_FIELDS)

    @rule(
        "!has(self.algorithm) || self.algorithm.startsWith('HS') == has(self.secretRef)",
        "HS256, HS384 and HS512 sign with a client secret, the other algorithms with a key: set another one",
        "algorithm",
    )
    def _has_algorithm_of_its_credential(self) -> bool:
        return self.algorithm is None or self.algorithm.startswith("HS") == (self.secret_ref is not None)

    @rule(
        "!has(self.registration) || !has(self.authentication) || self.authentication == 'None' ||"
        " (self.authentication == 'PrivateKeyJWT' && has(self.registration.method) &&"
        " self.registration.method == 'MetadataDocument')",
        "PrivateKeyJWT beside registration requires registration.method MetadataDocument: set it, or remove"
        " authentication",
        "authentication",
    )
    def _has_document_for_its_key(self) -> bool:
        if self.registration is None or self.authentication in (None, ClientAuthentication.NONE):
            return True
        is_document = self.registration.method is RegistrationMethod.METADATA_DOCUMENT
        return is_document and self.authentication is ClientAuthentication.PRIVATE_KEY_JWT

    @property
    def is_confidential(self) -> bool:
        """Return whether the client has credentials (RFC 6749 §2.1)."""
        return any(has_field(self, name) for name in list_credentials(METHOD_FIELDS))

    @property
    def effective_basic_encoding(self) -> BasicEncoding:
        """Return how Basic is encoded, by default as RFC 6749 §2.3.1 requires."""
        return self.basic_encoding or BasicEncoding.FORM

    def choose_authentication(self, preset: ClientAuthentication | None) -> ClientAuthentication:
        """Return the method: the client's own, else the preset's where the client has its credential, else implied."""
        implied = imply_method(METHOD_FIELDS, self)
        if self.authentication is not None or preset is None:
            return implied
        return preset if METHOD_FIELDS[preset].credential == METHOD_FIELDS[implied].credential else implied

    def build_client(self, authentication: ClientAuthentication, values: CredentialValues) -> Client:
        """Build the client with its method; `values` are by field, such as `secretRef`.

        Raises `UnusableValue` for a value that the method cannot use, and `ValueError` where it needs a secret and
        there is none.
        """
        if self.registration is not None:
            return PublicClient("")  # the server gives the client, and a grant contains it
        client_id = self.id or (values["idSecretRef"].get_secret_value() if self.id_secret_ref else "")
        client = BUILDERS[authentication](self, client_id, values)
        return client if self.tls_secret_ref is None else replace(client, certificate=build_certificate(values))
