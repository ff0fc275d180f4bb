"""The admission policies of refresh tokens on the real API server: who redirects, adopts or revokes one."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.builders import a_spec
from tests.support.tenant import Tenant

STATE = "crm-oauth-state"
MOVES = f"you must be allowed to get a refresh token to change where it is sent, or to adopt it: Secret {STATE}"
ENDS = f"you must be allowed to delete a refresh token to revoke it: Secret {STATE}"
REVOKE = "oauthconnector.dev/revoke-requested-at"
PROVIDER = {"issuer": "https://login.example.com/shop"}
PUBLIC: Mapping[str, Any] = {"grantType": "AuthorizationCode", "client": {"id": "app"}, "provider": PROVIDER}


@pytest.mark.parametrize(
    "spec",
    [
        {"provider": {"issuer": "https://login.example.com/mallory"}},
        {"provider": {"tokenURL": "https://login.example.com/mallory/token"}},
        {"client": {"id": "another"}},
        {"output": {"deletionPolicy": "Retain"}},
    ],
)
def test_only_a_user_who_may_get_a_refresh_token_changes_where_it_is_sent(
    tenant: Tenant, spec: Mapping[str, Any]
) -> None:
    """A public client names no Secret, and on a host with many tenants the path decides who receives the token."""
    tenant.create_as_administrator(PUBLIC)
    assert tenant.change(spec=spec).rstrip().endswith(MOVES)
    tenant.grant_read(STATE)
    assert tenant.change(spec=spec) == ""


def test_a_refresh_token_is_not_redirected_by_way_of_another_grant_type(tenant: Tenant) -> None:
    """A connector that has one keeps it while its grant type is another; so the change of the type is checked."""
    tenant.create_as_administrator(PUBLIC)
    tenant.grant_read("robot")
    spec = {"grantType": "ClientCredentials", "client": {"id": "app", "secretRef": {"name": "robot"}}}
    assert tenant.change(spec=spec).rstrip().endswith(MOVES)


def test_only_a_user_who_may_get_a_refresh_token_adopts_it(tenant: Tenant) -> None:
    """With `deletionPolicy: Retain` a connector inherits the state Secret of a deleted one of its name."""
    retaining = {**PUBLIC, "output": {"deletionPolicy": "Retain"}}
    assert tenant.create(retaining).rstrip().endswith(MOVES)
    tenant.grant_read(STATE)
    assert tenant.create(retaining) == ""


def test_other_changes_of_a_connector_with_a_refresh_token_require_no_right_to_it(tenant: Tenant) -> None:
    """A suspension, the request of a refresh, other scopes."""
    tenant.create_as_administrator(PUBLIC)
    assert tenant.change(spec={"suspend": True}) == ""
    assert tenant.change(metadata={"annotations": {"oauthconnector.dev/refresh-requested-at": "1"}}) == ""
    assert tenant.change(spec={"scopes": ["read"]}) == ""


def test_client_credentials_require_no_right_to_a_state_secret(tenant: Tenant) -> None:
    """Their connector has no refresh token."""
    tenant.create_as_administrator(a_spec())
    tenant.grant_read("robot")
    assert tenant.change(spec={"provider": {"tokenURL": "https://b.example/token"}}) == ""
    assert tenant.change(spec={"output": {"deletionPolicy": "Retain"}}) == ""


def test_only_a_user_who_may_delete_a_refresh_token_revokes_it(tenant: Tenant) -> None:
    """The annotation has the effect of a deletion, and a user must then consent again."""
    tenant.create_as_administrator(PUBLIC)
    assert tenant.change(metadata={"annotations": {REVOKE: "1"}}).rstrip().endswith(ENDS)
    tenant.grant_verb("delete", STATE)
    assert tenant.change(metadata={"annotations": {REVOKE: "1"}}) == ""


def test_a_connector_is_created_with_a_revocation_only_by_a_user_who_may_delete_the_refresh_token(
    tenant: Tenant,
) -> None:
    """A connector can inherit a state Secret, and the operator acts on the annotation at once."""
    assert tenant.create(PUBLIC, **{REVOKE: "1"}).rstrip().endswith(ENDS)
    tenant.grant_verb("delete", STATE)
    assert tenant.create(PUBLIC, **{REVOKE: "1"}) == ""


def test_an_earlier_revocation_does_not_prevent_other_changes(tenant: Tenant) -> None:
    """Only a new value of the annotation requests a revocation; to remove it requests none."""
    tenant.create_as_administrator(PUBLIC, **{REVOKE: "1"})
    assert tenant.change(spec={"suspend": True}) == ""
    assert tenant.change(metadata={"annotations": {REVOKE: None}}) == ""
