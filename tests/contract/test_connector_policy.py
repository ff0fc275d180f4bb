"""The admission policy of connectors on the real API server: only a user who may read a Secret can have it sent."""

from collections.abc import Mapping
from typing import Any

import pytest

from oauth_connector.api.v1alpha1.credentials import list_reference_paths
from oauth_connector.api.v1alpha1.provider_request import MOST_HEADERS
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.service_accounts import name_account
from tests.support.builders import a_password_spec, a_spec
from tests.support.tenant import Tenant

REJECTED = "you must be allowed to get a Secret that is sent to a provider"
REJECTED_TOKEN = "you must be allowed to create a token of a ServiceAccount whose token is sent to a provider"
EVIL = {"provider": {"tokenURL": "https://evil.example/token"}}
A_CLIENT = {"idSecretRef": {"name": "client-id"}, "secretRef": {"name": "client-secret"}}
A_ROTATION = a_spec(
    client={"id": "robot", "secretRef": {"name": "client-secret"}, "previousSecretRef": {"name": "previous-secret"}}
)
A_USER = {"usernameSecretRef": {"name": "user-name"}, "passwordSecretRef": {"name": "user-password"}}
A_PASSWORD = a_spec(grantType="Password", client=A_CLIENT, password=A_USER)
A_KEY = a_spec(client={"id": "robot", "keyRef": {"name": "key"}, "certificateRef": {"name": "certificate"}})
A_CERTIFICATE = a_spec(client={"id": "robot", "tlsSecretRef": {"name": "client-certificate"}})
HEADERS = [
    {"name": f"X-Key-{place}", "valueFrom": {"secretKeyRef": {"name": f"header-{place}"}}}
    for place in range(MOST_HEADERS)
]
WITH_HEADERS = a_spec(provider={"tokenURL": "https://login.example.com/token", "request": {"headers": HEADERS}})
A_REFRESH_TOKEN = a_spec(grantType="RefreshToken", refreshToken={"secretRef": {"name": "initial"}})
A_SECRET_TOKEN = {"subjectToken": {"secretRef": {"name": "subject"}}, "actorToken": {"secretRef": {"name": "actor"}}}
A_CONNECTOR_TOKEN = {
    "subjectToken": {"connectorRef": {"name": "user"}},
    "actorToken": {"connectorRef": {"name": "agent", "secretName": "of-agent"}},
}
AN_ACCOUNT_TOKEN = {
    "subjectToken": {"serviceAccount": {"name": "orders", "audience": "https://sts.example.com"}},
    "actorToken": {"serviceAccount": {"name": "agent", "audience": "https://sts.example.com"}},
}
EXCHANGES = [
    a_spec(grantType="TokenExchange", tokenExchange=member)
    for member in (A_SECRET_TOKEN, A_CONNECTOR_TOKEN, AN_ACCOUNT_TOKEN)
]
AN_ACCOUNT = a_spec(client={"id": "robot", "serviceAccount": {"name": "robot", "audience": "api://a"}})
BEARERS = [
    a_spec(grantType="JWTBearer", jwtBearer=member)
    for member in (
        {"keyRef": {"name": "signing"}, "issuer": "robot"},
        {"googleKeyRef": {"name": "google"}},
        {"assertion": {"secretRef": {"name": "assertion"}}},
        {"assertion": {"connectorRef": {"name": "user"}}},
        {"assertion": {"serviceAccount": {"name": "orders", "audience": "https://sts.example.com"}}},
    )
]


def _named_secrets(spec: Mapping[str, Any]) -> dict[str, str]:
    references = OAuthConnectorSpec.model_validate(spec, by_alias=True).credential_references
    paths = tuple(list_reference_paths(OAuthConnectorSpec))
    found = {path: secret for path, (secret, _) in references.items()}
    return {next(known for known in paths if path.startswith(known)): secret for path, secret in found.items()}


def test_only_a_user_who_may_read_all_secrets_creates_a_connector(tenant: Tenant) -> None:
    """A Secret without this permission could be sent to a host that the user chooses."""
    tenant.grant_read("robot")
    error = tenant.create(a_password_spec())
    assert REJECTED in error
    assert error.rstrip().endswith(": ann")
    tenant.grant_read("ann")
    assert tenant.create(a_password_spec()) == ""


@pytest.mark.parametrize(
    "spec",
    [EVIL, {"client": {"secretRef": {"name": "another"}}}, {"provider": {"issuer": "https://evil.example"}}],
)
def test_only_a_user_who_may_read_them_changes_where_secrets_are_sent(tenant: Tenant, spec: Mapping[str, Any]) -> None:
    """Another endpoint, an issuer beside the endpoint, another Secret."""
    tenant.create_as_administrator(a_spec())
    assert REJECTED in tenant.change(spec=spec)
    tenant.grant_read("robot")
    tenant.grant_read("another")
    assert tenant.change(spec=spec) == ""


@pytest.mark.parametrize("path", tuple(list_reference_paths(OAuthConnectorSpec)))
def test_each_reference_of_the_spec_requires_the_right_to_its_secret(tenant: Tenant, path: str) -> None:
    """A user who may read all Secrets of a connector except one cannot create it."""
    specs = (A_PASSWORD, A_ROTATION, A_KEY, A_CERTIFICATE, AN_ACCOUNT, A_REFRESH_TOKEN, WITH_HEADERS)
    spec = next(spec for spec in (*specs, *EXCHANGES, *BEARERS) if path in _named_secrets(spec))
    for other, secret in _named_secrets(spec).items():
        if other != path:
            _grant(tenant, secret)
    error, secret = tenant.create(spec), _named_secrets(spec)[path]
    account = name_account(secret)
    assert error.rstrip().endswith(f"{REJECTED}: {secret}" if account is None else f"{REJECTED_TOKEN}: {account}")
    _grant(tenant, secret)
    assert tenant.create(spec) == ""


def test_only_a_user_who_may_create_tokens_changes_where_they_are_sent(tenant: Tenant) -> None:
    """The annotation of the ServiceAccount names the connector, and not its server."""
    tenant.create_as_administrator(AN_ACCOUNT)
    assert REJECTED_TOKEN in tenant.change(spec=EVIL)
    tenant.grant_token("robot")
    assert tenant.change(spec=EVIL) == ""


def _grant(tenant: Tenant, credential: str) -> None:
    account = name_account(credential)
    if account is None:
        tenant.grant_read(credential)
    else:
        tenant.grant_token(account)


def test_other_changes_require_no_right_to_secrets(tenant: Tenant) -> None:
    """A request of a refresh, a suspension, other keys of the output Secret."""
    tenant.create_as_administrator(a_spec())
    assert tenant.change(metadata={"annotations": {"oauthconnector.dev/refresh-requested-at": "now"}}) == ""
    assert tenant.change(spec={"suspend": True}) == ""
    assert tenant.change(spec={"output": {"data": [{"field": "AccessToken", "key": "token"}]}}) == ""


def test_a_connector_that_names_no_secret_requires_no_right(tenant: Tenant) -> None:
    """A public client sends no Secret."""
    public = {"grantType": "AuthorizationCode", "client": {"id": "app"}, "provider": {"issuer": "https://a.example"}}
    assert tenant.create(public) == ""


def test_the_operators_own_token_requires_no_right(tenant: Tenant) -> None:
    """TH48 in docs/explanation/threat-model.md: settings, which no tenant can change, name namespaces and hosts."""
    client = {"id": "robot", "serviceAccount": {"audience": "https://login.example.com"}}
    assert tenant.create(a_spec(client=client)) == ""
