"""Credential Secrets, read when they are used: the values that the spec refers to, and what is wrong with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

from pydantic import SecretStr

from oauth_connector.api import names
from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.client import PREVIOUS_SECRET
from oauth_connector.api.v1alpha1.credentials import list_file_paths
from oauth_connector.api.v1alpha1.references import UnusableValue
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.secret.output_token import OutputToken
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.jwt_expiry import read_jwt_expiry

FORBIDDEN_TYPES = frozenset(
    {
        "kubernetes.io/service-account-token",
        "bootstrap.kubernetes.io/token",
        "helm.sh/release.v1",
        names.STATE_TYPE,
        names.KEY_TYPE,
    }
)
"""Types of Secrets that contain no credentials for a provider. They are never sent."""


@dataclass(frozen=True, slots=True)
class CredentialSecret:
    """A Secret as it was read: its version, type, data, and the hosts that it may be sent to (`None` = not limited).

    `is_managed`: it has the label of the operator's Secrets; `output` is the token in it, if it is an output Secret.
    The tokens of a ServiceAccount have the same form, by audience; `problem` is why there is none.
    """

    version: CredentialVersion
    type: str = names.OPAQUE
    data: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    allowed_hosts: tuple[str, ...] | None = None
    is_managed: bool = False
    output: OutputToken | None = None
    problem: Problem | None = None

    @property
    def is_readable(self) -> bool:
        """Return whether it exists, or is known to have no value."""
        return bool(self.version.uid) or self.problem is not None


def parse_allowed_hosts(annotation: str | None) -> tuple[str, ...] | None:
    """Return the hosts of the annotation, in lower case; `None` (not limited) where there is no annotation."""
    if annotation is None:
        return None
    return tuple(host.strip().lower() for host in annotation.split(",") if host.strip())


@dataclass(frozen=True, slots=True)
class Credentials:
    """The client, and the grant that the spec itself presents; `None` where a consent provides the grant.

    `previous` is the client with its previous secret, where there is another one. `headers` have secret values.
    """

    client: Client
    grant: Grant | None
    previous: Client | None = None
    headers: Mapping[str, SecretStr] = field(default_factory=dict)


class UnusableCredential(Exception):  # noqa: N818  # it carries a problem, which is a value; nothing went wrong in the program
    """A value cannot be used; `problem` contains which one and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason.value)
        self.problem = problem


def assemble_credentials(
    spec: OAuthConnectorSpec, secrets: Mapping[str, CredentialSecret], now: float
) -> Credentials | Problem:
    """Take the values that the spec names out of the Secrets that were read; a token must not have expired."""
    try:
        values = {
            path: _read(spec, path, secrets, now)
            for path, reference in spec.credential_references.items()
            if path != PREVIOUS_SECRET or _has_value(secrets, reference)
        }
        previous, headers = spec.build_previous_client(values), spec.read_headers(values)
        return Credentials(spec.build_client(values), spec.build_grant(values), previous, headers)
    except UnusableCredential as unusable:
        return unusable.problem
    except UnusableValue as unusable:
        name, key = spec.reference(unusable.path)
        return _reject({"credential": name, "key": key}, unusable.cause).problem


@cache
def list_files(spec: type[OAuthConnectorSpec]) -> frozenset[str]:
    """List the paths of the references of a spec that lead to the text of a file."""
    return frozenset(list_file_paths(spec))


def list_secret_names(spec: OAuthConnectorSpec) -> list[str]:
    """List the names of the credential Secrets of a spec, in their order."""
    return sorted({reference.name for reference in spec.secret_references})


def list_credential_names(spec: OAuthConnectorSpec) -> list[str]:
    """List the names of the credential Secrets and ServiceAccounts of a spec, in their order."""
    return sorted({name for name, _ in spec.credential_references.values()})


def _has_value(secrets: Mapping[str, CredentialSecret], reference: tuple[str, str]) -> bool:
    """Return whether there is a value. The previous secret may be removed at any time: it is used no more then."""
    name, key = reference
    return name in secrets and key in secrets[name].data


def _read(spec: OAuthConnectorSpec, path: str, secrets: Mapping[str, CredentialSecret], now: float) -> SecretStr:
    """Read the value that a path of the spec refers to. Raises `UnusableCredential`."""
    name, key = spec.credential_references[path]
    connector, secret = spec.connector_references.get(path), secrets.get(name)
    if connector is not None:
        key = _find_output_key(connector, name, secret)
    value = _value(secrets, (name, key), is_file=path in list_files(type(spec)))
    if secret is None or path not in spec.token_references or not _is_expired(secret, key, value, now):
        return value
    if connector is not None:
        raise UnusableCredential(explain_unusable_output(connector, name, "it has expired"))
    facts = {"credential": name, "key": key, "cause": "the token in it has expired"}
    raise UnusableCredential(Problem(Reason.CREDENTIALS_INVALID, Remedy.FIX_CREDENTIALS, facts))


def _find_output_key(connector: str, name: str, secret: CredentialSecret | None) -> str:
    """Return the key of the access token in the output Secret of a connector. Raises `UnusableCredential`."""
    if secret is None:
        raise UnusableCredential(explain_unusable_output(connector, name, "there is none yet"))
    if secret.output is None or secret.output.connector != connector:
        cause = "the Secret is not its output Secret. Set `connectorRef.secretName`"
        raise UnusableCredential(explain_unusable_output(connector, name, cause))
    if secret.output.key is None:
        cause = "its `output.data` does not publish the field AccessToken"
        raise UnusableCredential(explain_unusable_output(connector, name, cause))
    if secret.output.is_unproved:
        raise UnusableCredential(explain_unusable_output(connector, name, "there is none yet"))
    return secret.output.key


def explain_unusable_output(connector: str, secret: str, cause: str) -> Problem:
    """Return the problem of a token that another connector does not supply; its output Secret shows when that ends."""
    facts = {"credential": secret, "source": connector, "cause": cause}
    return Problem(Reason.CREDENTIALS_INVALID, Remedy.RETRY, facts)


def _is_expired(secret: CredentialSecret, key: str, value: SecretStr, now: float) -> bool:
    """Return whether a token has expired, by the annotation of an output Secret, or by its own claim if it is a JWT."""
    output = secret.output if secret.output is not None and secret.output.key == key else None
    expires = output.expires if output is not None else read_jwt_expiry(value.get_secret_value())
    return expires is not None and expires <= now


def _value(secrets: Mapping[str, CredentialSecret], reference: tuple[str, str], *, is_file: bool) -> SecretStr:
    name, key = reference
    secret = secrets.get(name)
    facts = {"credential": name, "key": key}
    if secret is not None and secret.problem is not None:
        raise UnusableCredential(secret.problem)
    if secret is None:
        raise UnusableCredential(Problem(Reason.CREDENTIALS_NOT_FOUND, Remedy.RETRY, facts))
    if (cause := _find_obstacle(secret)) is not None:
        raise _reject(facts, cause)
    if key not in secret.data:
        facts["present_keys"] = _describe_keys(secret.data, key)
        raise UnusableCredential(Problem(Reason.CREDENTIALS_NOT_FOUND, Remedy.RETRY, facts))
    return _clean(secret.data[key], facts, _LINES if is_file else frozenset())


def _find_obstacle(secret: CredentialSecret) -> str | None:
    """Return why a Secret is not sent, whatever its content is.

    An output Secret contains a token of another provider, and the spec that made it cannot limit where it is sent.
    """
    if secret.type in FORBIDDEN_TYPES:
        return f"it is of type {secret.type}, which is never sent to a provider"
    if secret.is_managed and secret.allowed_hosts is None:
        return f"it is an output Secret, which is sent only to hosts in its annotation `{names.ALLOWED_HOSTS}`"
    return None


def _describe_keys(present: Collection[str], wanted: str) -> str:
    """Describe the keys of a Secret without their names, which more users read in status than may read the Secret.

    A name that differs from the wanted one in spelling alone is no news to them.
    """
    similar = next((key for key in sorted(present) if _normalize(key) == _normalize(wanted)), None)
    if similar is not None:
        return f"it has `{similar}`"
    return {0: "it has none", 1: "it has 1 other key"}.get(len(present), f"it has {len(present)} other keys")


def _normalize(key: str) -> str:
    return "".join(c for c in key.lower() if c.isalnum())


_LINES = frozenset("\t\r\n")
"""Control characters that the text of a file may contain."""


def _clean(raw: bytes, facts: Mapping[str, str], allowed: Collection[str]) -> SecretStr:
    """Remove one newline at the end, which `echo` adds. Reject control characters but those allowed.

    RFC 6749 (appendix A) allows none in a client secret, a user name, a password or a token.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise _reject(facts, "it is not UTF-8 text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise _reject(facts, "it is empty")
    if any((ord(c) < ord(" ") or ord(c) == 127) and c not in allowed for c in text):  # noqa: PLR2004  # DEL
        raise _reject(facts, "it holds control characters")
    return SecretStr(text)


def _reject(facts: Mapping[str, str], cause: str) -> UnusableCredential:
    return UnusableCredential(Problem(Reason.CREDENTIALS_INVALID, Remedy.FIX_CREDENTIALS, {**facts, "cause": cause}))
