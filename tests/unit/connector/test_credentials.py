"""Credential Secrets: what is taken from them, what is wrong with them, and where they may go."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.allowed_hosts import find_forbidden_host
from oauth_connector.connector.credentials import (
    FORBIDDEN_TYPES,
    Credentials,
    CredentialSecret,
    assemble_credentials,
)
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.signed_assertion import SignedAssertionClient
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.password import Password
from tests.support.builders import NOW, a_connector, a_password_spec, a_spec
from tests.support.signing_keys import P256_KEY, RSA_KEY, write_certificate, write_pem


def a_secret(name: str = "robot", kind: str = "Opaque", **data: bytes) -> CredentialSecret:
    """Give a credential Secret with these keys (`_` for `-`)."""
    return CredentialSecret(CredentialVersion(name, "u", "1"), kind, {k.replace("_", "-"): v for k, v in data.items()})


def assembled(spec: dict[str, Any], *secrets: CredentialSecret) -> Credentials | Problem:
    """Take a spec's credentials out of these Secrets."""
    return assemble_credentials(a_connector(spec).spec, {secret.version.name: secret for secret in secrets}, NOW)


def problem_of(spec: dict[str, Any], *secrets: CredentialSecret) -> Problem:
    """Give the problem, where there must be one."""
    problem = assembled(spec, *secrets)
    assert isinstance(problem, Problem)
    return problem


def test_client_credentials_take_the_default_key() -> None:
    """A reference without a key means `client-secret`."""
    found = assembled(a_spec(), a_secret(client_secret=b"s3cret"))
    assert isinstance(found, Credentials)
    assert found.client == BasicClient("robot", SecretStr("s3cret"))
    assert found.grant == ClientCredentials()


def test_a_password_grant_takes_the_users_secret_too() -> None:
    """Client and user may come from two Secrets."""
    found = assembled(a_password_spec(), a_secret(client_secret=b"s"), a_secret("ann", password=b"p w"))
    assert isinstance(found, Credentials)
    assert found.grant == Password(SecretStr("ann"), SecretStr("p w"))


def test_the_client_id_may_come_from_a_secret() -> None:
    """`client.idSecretRef` is read like the secret."""
    spec = a_spec(client={"idSecretRef": {"name": "robot", "key": "id"}, "secretRef": {"name": "robot"}})
    found = assembled(spec, a_secret(client_secret=b"s", id=b"the-id\n"))
    assert isinstance(found, Credentials)
    assert found.client.id == "the-id"


@pytest.mark.parametrize("raw", [b"s3cret\n", b"s3cret\r\n", b"s3cret"])
def test_one_trailing_newline_is_dropped(raw: bytes) -> None:
    """The newline that `echo` adds is not part of the secret."""
    found = assembled(a_spec(), a_secret(client_secret=raw))
    assert isinstance(found, Credentials)
    assert found.client == BasicClient("robot", SecretStr("s3cret"))


@pytest.mark.parametrize(
    ("sentence", "raw"),
    [
        ("two newlines", b"s\n\n"),
        ("a tab", b"s\ts"),
        ("a NUL", b"s\0"),
        ("not UTF-8", b"\xff\xfe"),
        ("only a newline", b"\n"),
    ],
)
def test_a_value_that_no_provider_issues_is_rejected(sentence: str, raw: bytes) -> None:
    """Control characters and invalid text are reported instead of sent."""
    problem = problem_of(a_spec(), a_secret(client_secret=raw))
    assert problem.reason is Reason.CREDENTIALS_INVALID, sentence
    assert problem.needs_action


def key_spec(**client: object) -> dict[str, Any]:
    """Return a spec whose client signs with a key."""
    return a_spec(client={"id": "robot", "keyRef": {"name": "robot"}, **client})


def key_secret(**data: str) -> CredentialSecret:
    """Return the Secret with key and certificate, as `kubectl create secret tls` makes it (`_` for `.`)."""
    return CredentialSecret(
        CredentialVersion("robot", "u", "1"),
        "kubernetes.io/tls",
        {name.replace("_", "."): text.encode() for name, text in data.items()},
    )


def test_a_key_has_several_lines() -> None:
    """The text of a key is a file: its line ends are no control characters."""
    found = assembled(key_spec(algorithm="PS256", keyID="1"), key_secret(tls_key=write_pem(RSA_KEY)))
    assert isinstance(found, Credentials)
    assert isinstance(found.client, SignedAssertionClient)
    assert (found.client.key.algorithms, found.client.key.header) == (("PS256",), {"kid": "1"})


def test_a_client_secret_signs_too() -> None:
    """`ClientSecretJWT` takes the secret as the key."""
    client = {"id": "robot", "secretRef": {"name": "robot"}, "authentication": "ClientSecretJWT"}
    found = assembled(a_spec(client=client), a_secret(client_secret=b"s3cret"))
    assert isinstance(found, Credentials)
    assert isinstance(found.client, SignedAssertionClient)
    assert found.client.key.algorithms[0] == "HS256"


@pytest.mark.parametrize(
    ("client", "data", "key", "cause"),
    [
        pytest.param({}, {"tls_key": "hunter2"}, "tls.key", "neither a private key in PEM nor a JWK", id="no key"),
        pytest.param({}, {"tls_key": "a\0b"}, "tls.key", "control characters", id="binary"),
        pytest.param(
            {"algorithm": "ES256"}, {"tls_key": write_pem(RSA_KEY)}, "tls.key", "cannot sign with ES256", id="algorithm"
        ),
        pytest.param(
            {"certificateRef": {"name": "robot"}},
            {"tls_key": write_pem(RSA_KEY), "tls_crt": write_certificate(P256_KEY)},
            "tls.crt",
            "belongs to another key",
            id="certificate of another key",
        ),
    ],
)
def test_a_key_that_cannot_sign_is_named_with_the_cure(
    client: dict[str, object], data: dict[str, str], key: str, cause: str
) -> None:
    """The problem names Secret, key and cause, and not the value."""
    problem = problem_of(key_spec(**client), key_secret(**data))
    assert problem.reason is Reason.CREDENTIALS_INVALID
    assert (problem.facts["credential"], problem.facts["key"]) == ("robot", key)
    assert cause in problem.facts["cause"]
    assert problem.needs_action


def test_a_missing_secret_is_awaited() -> None:
    """A missing Secret may be created soon: no user is needed for the first ten minutes."""
    problem = problem_of(a_spec())
    assert problem.reason is Reason.CREDENTIALS_NOT_FOUND
    assert not problem.needs_action


@pytest.mark.parametrize(
    ("keys", "described"),
    [
        (["client_secret"], "it has `client_secret`"),
        (["ClientSecret", "id"], "it has `ClientSecret`"),
        (["aws-secret-access-key"], "it has 1 other key"),
        (["aws-secret-access-key", "db-password-of-prod"], "it has 2 other keys"),
        ([], "it has none"),
    ],
)
def test_a_missing_key_reveals_no_name_of_another(keys: list[str], described: str) -> None:
    """More users may read status than the Secret; a name that is only spelled in another way is shown."""
    secret = CredentialSecret(CredentialVersion("robot", "u", "1"), "Opaque", dict.fromkeys(keys, b"s"))
    problem = problem_of(a_spec(), secret)
    assert problem.reason is Reason.CREDENTIALS_NOT_FOUND
    assert problem.facts["present_keys"] == described


def test_an_output_secret_is_sent_only_where_its_owner_allows() -> None:
    """The spec of the connector that made it cannot set the annotation; a user who may edit the Secret can."""
    output = replace(a_secret(client_secret=b"s"), is_managed=True)
    problem = problem_of(a_spec(), output)
    assert problem.reason is Reason.CREDENTIALS_INVALID
    assert "oauthconnector.dev/allowed-hosts" in problem.facts["cause"]
    assert isinstance(assembled(a_spec(), replace(output, allowed_hosts=("login.example.com",))), Credentials)


@pytest.mark.parametrize("value", [b"", b"\n", b"\r\n"])
def test_an_empty_value_is_reported_as_empty(value: bytes) -> None:
    """The key exists: to create it is no remedy."""
    problem = problem_of(a_spec(), a_secret(client_secret=value))
    assert (problem.reason, problem.facts["cause"]) == (Reason.CREDENTIALS_INVALID, "it is empty")


@pytest.mark.parametrize("kind", sorted(FORBIDDEN_TYPES))
def test_a_secret_that_grants_access_to_the_cluster_is_never_sent(kind: str) -> None:
    """ServiceAccount tokens, bootstrap tokens, Helm releases and the operator's own state are not credentials."""
    assert problem_of(a_spec(), a_secret(kind=kind, client_secret=b"s")).reason is Reason.CREDENTIALS_INVALID


def test_no_problem_contains_a_value() -> None:
    """The report of an invalid value never repeats it."""
    assert "hunter2" not in repr(problem_of(a_spec(), a_secret(client_secret=b"hunter2\t")))
    assert "hunter2" not in repr(a_secret(client_secret=b"hunter2"))


@pytest.mark.parametrize(
    ("sentence", "allowed", "required", "forbidden"),
    [
        ("no annotation, none required", None, False, False),
        ("no annotation, one required", None, True, True),
        ("the host is listed", ("login.example.com",), True, False),
        ("another host is listed", ("evil.example.com",), False, True),
        ("an empty list allows nowhere", (), False, True),
    ],
)
def test_a_secret_is_sent_only_to_hosts_that_its_owner_allows(
    sentence: str, allowed: tuple[str, ...] | None, *, required: bool, forbidden: bool
) -> None:
    """The annotation `allowed-hosts` on a credential Secret limits where it is sent."""
    secret = CredentialSecret(CredentialVersion("robot", "u", "1"), allowed_hosts=allowed)
    problem = find_forbidden_host([secret], "LOGIN.example.com", required=required)
    assert (problem is not None) == forbidden, sentence
