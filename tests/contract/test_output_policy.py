"""The admission policy of output Secrets on the real API server: no connector makes what its author may not make."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.builders import a_spec
from tests.support.tenant import Tenant

MAKES = "you must be allowed to create a Secret whose name, type, labels or annotations you choose: "
MOVES = (
    "you must be allowed to get the Secret from which you move a token, or whose type, labels or annotations you"
    " change: "
)
METADATA: tuple[Mapping[str, Any], ...] = (
    {"labels": {"example.com/team": "shop"}},
    {"annotations": {"example.com/team": "shop"}},
    {"type": "example.com/token"},
)


@pytest.mark.parametrize("output", [{"secretName": "crm-token"}, {"secretName": "mine"}, *METADATA])
def test_only_a_user_who_may_create_a_secret_chooses_its_name_and_metadata(
    tenant: Tenant, output: Mapping[str, Any]
) -> None:
    """Other programs act on Secrets by name, label and annotation; a user without the permission cannot make these."""
    tenant.grant_read("robot")
    name = output.get("secretName", "crm-token")
    assert tenant.create(a_spec(output=output)).rstrip().endswith(MAKES + name)
    tenant.grant_verb("create", name)
    assert tenant.create(a_spec(output=output)) == ""


def test_a_connector_with_the_default_output_requires_no_right_to_create_secrets(tenant: Tenant) -> None:
    """The default name is that of the connector; its author chooses keys and the deletion policy."""
    tenant.grant_read("robot")
    output = {"data": [{"field": "AccessToken", "key": "token"}], "deletionPolicy": "Retain"}
    assert tenant.create(a_spec(output=output)) == ""


def test_only_a_user_who_may_get_a_token_moves_it(tenant: Tenant) -> None:
    """A user who may create and get the Secret `mine` cannot read there the token of a Secret that they may not get."""
    tenant.create_as_administrator(a_spec())
    tenant.grant_verb("create", "mine")
    tenant.grant_read("mine")
    assert tenant.change(spec={"output": {"secretName": "mine"}}).rstrip().endswith(MOVES + "crm-token")
    tenant.grant_read("crm-token")
    assert tenant.change(spec={"output": {"secretName": "mine"}}) == ""


def test_a_token_is_moved_only_to_a_secret_that_the_user_may_create(tenant: Tenant) -> None:
    """The permission to get the token does not permit another Secret."""
    tenant.create_as_administrator(a_spec())
    tenant.grant_read("crm-token")
    assert tenant.change(spec={"output": {"secretName": "mine"}}).rstrip().endswith(MAKES + "mine")


@pytest.mark.parametrize("output", METADATA)
def test_only_a_user_who_may_get_a_token_changes_the_metadata_of_its_secret(
    tenant: Tenant, output: Mapping[str, Any]
) -> None:
    """An annotation can make another program copy the Secret to a namespace of the user."""
    tenant.create_as_administrator(a_spec(output={"secretName": "shared"}))
    tenant.grant_verb("create", "shared")
    assert tenant.change(spec={"output": output}).rstrip().endswith(MOVES + "shared")
    tenant.grant_read("shared")
    assert tenant.change(spec={"output": output}) == ""


def test_a_removed_output_moves_the_token_to_the_default_secret(tenant: Tenant) -> None:
    """Both Secrets count: the one of the default name, and the one in which the token is."""
    tenant.create_as_administrator(a_spec(output={"secretName": "shared"}))
    tenant.grant_verb("create", "crm-token")
    assert tenant.change(spec={"output": None}).rstrip().endswith(MOVES + "shared")
    tenant.grant_read("shared")
    assert tenant.change(spec={"output": None}) == ""


def test_other_changes_of_a_connector_with_an_output_require_no_permission(tenant: Tenant) -> None:
    """A suspension, other keys, and a label of the connector itself."""
    tenant.create_as_administrator(a_spec(output={"secretName": "shared", **METADATA[0]}))
    assert tenant.change(spec={"suspend": True}) == ""
    assert tenant.change(spec={"output": {"formats": [{"type": "JSON", "key": "all"}]}}) == ""
    assert tenant.change(metadata={"labels": {"team": "shop"}}) == ""
