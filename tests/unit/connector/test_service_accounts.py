"""Whether a connector may present the token of a ServiceAccount."""

import pytest

from oauth_connector.api.names import ALLOW_TOKEN_FOR, ALLOWED_HOSTS
from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.references import is_api_audience
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.service_accounts import (
    ServiceAccount,
    TokenDenied,
    find_obstacle,
    name_account,
    parse_service_account,
)

VERSION = CredentialVersion("serviceaccount/builder", "u", "1")
ALLOWED = ServiceAccount(VERSION, frozenset({"crm"}))


def metadata(**annotations: str) -> dict[str, object]:
    """Return the metadata of a ServiceAccount."""
    return {"name": "builder", "uid": "u", "resourceVersion": "1", "annotations": annotations}


@pytest.mark.parametrize(
    ("annotation", "connectors"),
    [("crm", {"crm"}), ("crm,erp", {"crm", "erp"}), (" crm , ", {"crm"}), ("", set()), ("*", {"*"})],
)
def test_the_annotation_names_connectors(annotation: str, connectors: set[str]) -> None:
    """Names are separated by commas, and there is no pattern."""
    assert parse_service_account(metadata(**{ALLOW_TOKEN_FOR: annotation})) == ServiceAccount(
        VERSION, frozenset(connectors)
    )


def test_an_account_without_annotations_allows_nothing() -> None:
    """It can be read all the same: the Kubernetes API leaves an empty member out."""
    assert parse_service_account({"name": "builder", "uid": "u", "resourceVersion": "1"}) == ServiceAccount(VERSION)


def test_an_account_limits_the_hosts_as_a_secret_does() -> None:
    """The annotation `allowed-hosts` has the same form."""
    assert parse_service_account(metadata(**{ALLOWED_HOSTS: "a.example, B.example"})).allowed_hosts == (
        "a.example",
        "b.example",
    )


@pytest.mark.parametrize(
    ("account", "enabled", "reason"),
    [
        (ALLOWED, True, None),
        (ALLOWED, False, Reason.SERVICE_ACCOUNT_TOKENS_DISABLED),
        (None, False, Reason.SERVICE_ACCOUNT_TOKENS_DISABLED),
        (TokenDenied("RBAC"), False, Reason.SERVICE_ACCOUNT_TOKENS_DISABLED),
        (None, True, Reason.SERVICE_ACCOUNT_NOT_FOUND),
        (TokenDenied("RBAC"), True, Reason.SERVICE_ACCOUNT_TOKEN_DENIED),
        (ServiceAccount(VERSION), True, Reason.SERVICE_ACCOUNT_NOT_ALLOWED),
        (ServiceAccount(VERSION, frozenset({"crm2", "*", "CRM"})), True, Reason.SERVICE_ACCOUNT_NOT_ALLOWED),
    ],
)
def test_a_token_is_requested_only_if_install_and_account_allow_it(
    account: ServiceAccount | TokenDenied | None, reason: Reason | None, *, enabled: bool
) -> None:
    """The setting of the install comes first: without it the account cannot even be read."""
    problem = find_obstacle(account, "builder", "crm", is_enabled=enabled)
    assert (problem.reason if problem is not None else None) == reason


@pytest.mark.parametrize(("credential", "account"), [("serviceaccount/builder", "builder"), ("builder", None)])
def test_the_name_of_a_credential_shows_its_kind(credential: str, account: str | None) -> None:
    """The name of a Secret has no slash."""
    assert name_account(credential) == account


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("https://kubernetes.default.svc", True),
        ("https://kubernetes.default.svc.cluster.local", True),
        ("https://kubernetes.default.svc.cluster.local:443/", True),
        ("kubernetes.default.svc", True),
        ("kubernetes", True),
        ("system:konnectivity-server", True),
        ("api://AzureADTokenExchange", False),
        ("https://kubernetes.example.com", False),
        ("https://login.example.com/realms/kubernetes.default.svc", False),
    ],
)
def test_usual_audiences_of_the_kubernetes_api_are_known(audience: str, *, expected: bool) -> None:
    """They are refused in the spec; the operator finds other ones out by trying a token."""
    assert is_api_audience(audience) is expected
