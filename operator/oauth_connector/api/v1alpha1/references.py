"""References to Secrets and ConfigMaps in the connector's own namespace."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, SecretStr

from oauth_connector.api.schema.fields import Model, Rule, cel_literal, full_match, pattern_rule
from oauth_connector.oauth.signing_key import SigningKey, UnusableKey, load_signing_key

SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
"""A DNS-1123 subdomain: the form of the names of Secrets and ConfigMaps."""

KEY = r"[.]?[-_a-zA-Z0-9][-._a-zA-Z0-9]*"
"""A key of a Secret or ConfigMap. The API server rejects `.` and keys that begin with `..`."""

LONGEST_KEY = 253

API_AUDIENCE = r"(https?://)?kubernetes(\.default(\.svc(\.[a-zA-Z0-9.-]+)?)?)?(:[0-9]+)?/?|system:.*"
"""The usual audiences of the Kubernetes API. The operator finds the others out: see `kube.service_account_tokens`."""

is_api_audience = full_match(API_AUDIENCE)

SERVICE_ACCOUNT_PREFIX = "serviceaccount/"
"""What precedes the name of a ServiceAccount among the names of credentials."""

OPERATOR_TOKEN = "operator/token"
"""The name of the operator's own token among the names of credentials."""

ObjectName = Annotated[
    str,
    Field(min_length=1, max_length=253),
    pattern_rule(
        SUBDOMAIN,
        "must be a valid object name: lower-case letters, digits, '-' and '.', with a letter or digit at both ends",
    ),
]
ConnectorName = Annotated[
    str,
    Field(min_length=1, max_length=200),
    pattern_rule(SUBDOMAIN, "must be the name of a connector: lower-case letters, digits, '-' and '.'"),
]
DataKey = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_KEY),
    pattern_rule(KEY, "must be a valid key: letters, digits, '-', '_' and '.', and not '..' at the beginning"),
]

TokenAudience = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule("[!-~]+", "must be printable ASCII without white space"),
    Rule(
        f"!self.matches({cel_literal(f'^({API_AUDIENCE})$')})",
        "must not be an audience of the Kubernetes API, because the provider could use the token there: set the one"
        " that the provider requires",
        lambda audience: not is_api_audience(audience),
    ),
]

CA_KEY = "ca.crt"

_ATOMIC = ConfigDict(json_schema_extra={"x-kubernetes-map-type": "atomic"})


class SecretKeyReference(Model):
    """A key of a Secret in the connector's namespace."""

    model_config = _ATOMIC

    name: ObjectName = Field(description="Name of the Secret.")
    key: DataKey | None = Field(
        None, description="Key in the Secret. Default: the key in the description of the reference."
    )


class TLSSecretReference(Model):
    """A Secret of type `kubernetes.io/tls` in the connector's namespace."""

    model_config = _ATOMIC

    name: ObjectName = Field(description="Name of the Secret.")

    keys: ClassVar = ("tls.key", "tls.crt")
    """What is read of it. The value of each is found under the path of the reference with the key, such as
    `client.tlsSecretRef.tls.key`."""


class Content(StrEnum):
    """What the value of a reference is: it decides which characters are allowed."""

    TEXT = "Text"
    """One line, without control characters (RFC 6749 appendix A)."""
    FILE = "File"
    """The text of a file, such as a key in PEM or JSON."""


@dataclass(frozen=True, slots=True)
class DefaultKey:
    """Metadata of a field: the key that its reference means by default, and what is there. It is not in the schema."""

    key: str
    content: Content = Content.TEXT


@dataclass(frozen=True, slots=True)
class HoldsToken:
    """Metadata of a field: the value that it refers to is a token, which is not sent once it has expired."""


ACCESS_TOKEN_KEY = "access_token"
"""The key of the access token in an output Secret, unless `output.data` names another one."""

OUTPUT_SUFFIX = "-token"
"""What follows the name of a connector in the name of its output Secret, unless `output.secretName` is set."""


class ConnectorReference(Model):
    """Another connector in the same namespace, whose access token is presented."""

    model_config = _ATOMIC

    name: ConnectorName = Field(description="Name of the connector.")
    secret_name: ObjectName | None = Field(
        None, description="Name of its output Secret, if it sets `output.secretName`. Default: `<name>-token`."
    )

    @property
    def effective_secret_name(self) -> str:
        """Return the name of the output Secret, by default `<name>-token`."""
        return self.secret_name or f"{self.name}{OUTPUT_SUFFIX}"


class ServiceAccountReference(Model):
    """A ServiceAccount whose token is presented: one in the connector's namespace, or the operator's own."""

    model_config = _ATOMIC

    name: ObjectName | None = Field(
        None,
        description="Name of the ServiceAccount. Its annotation `oauthconnector.dev/allow-token-for` must contain the"
        " name of the connector. Default: the operator's own, whose token its setting `operatorTokens` must allow for"
        " this namespace and audience.",
    )
    audience: TokenAudience = Field(
        description="Audience of the token, as the provider requires it, such as `api://AzureADTokenExchange`. It is"
        " never one of the Kubernetes API."
    )

    @property
    def credential_name(self) -> str:
        """Return the name by which credentials and status distinguish it from a Secret, whose names have no slash."""
        return f"{SERVICE_ACCOUNT_PREFIX}{self.name}" if self.name is not None else OPERATOR_TOKEN

    def describe(self) -> str:
        """Return whose token it is for which audience, after "a token"."""
        holder = f"of ServiceAccount {self.name}" if self.name is not None else "of the operator"
        return f"{holder} for audience {self.audience}"


def is_secret(credential: str) -> bool:
    """Return whether a name among the names of credentials is that of a Secret."""
    return "/" not in credential


CredentialValues = Mapping[str, SecretStr]
"""Values of credentials by the field of a member that refers to them, such as `passwordSecretRef`."""


class UnusableValue(ValueError):  # noqa: N818  # it carries what a user has to correct; the program is right
    """The value of a reference cannot be used; `path` names the reference, such as `client.keyRef`.

    `cause` follows "it cannot be used:" and contains no part of the value.
    """

    def __init__(self, path: str, cause: str) -> None:
        super().__init__(f"{path}: {cause}")
        self.path, self.cause = path, cause


def read_signing_key(path: str, value: SecretStr) -> SigningKey:
    """Read a private key in PEM or JWK. Raises `UnusableValue` for the reference at this path."""
    return require_key(path, load_signing_key(value))


def require_key(path: str, key: SigningKey | UnusableKey) -> SigningKey:
    """Return the key. Raises `UnusableValue` for the reference at this path if it is unusable."""
    if isinstance(key, UnusableKey):
        raise UnusableValue(path, key.cause)
    return key


class ConfigMapKeyReference(Model):
    """A key of a ConfigMap in the connector's namespace."""

    model_config = _ATOMIC

    kind: Literal["ConfigMap"] | None = Field(None, description="Kind of the referenced object. Default: `ConfigMap`.")
    name: ObjectName = Field(description="Name of the ConfigMap.")
    key: DataKey | None = Field(None, description=f"Key in the ConfigMap. Default: `{CA_KEY}`.")

    @property
    def effective_key(self) -> str:
        """Return the key, by default `ca.crt`."""
        return self.key or CA_KEY
