"""The Role on the page about installation permits all that its table names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.support.page_commands import PAGES, PageShell, read_commands
from tests.support.tenant import Tenant

NAMESPACE = "shop"
REVOKE = "oauthconnector.dev/revoke-requested-at"
SPEC: dict[str, Any] = {
    "grantType": "AuthorizationCode",
    "provider": {"issuer": "https://login.example.com/shop"},
    "client": {"id": "app", "secretRef": {"name": "crm-client"}},
    "output": {
        "secretName": "crm-token",
        "type": "example.com/token",
        "labels": {"example.com/team": "shop"},
        "annotations": {"example.com/team": "shop"},
        "deletionPolicy": "Retain",
    },
}
"""A connector with everything for which a policy asks."""


@pytest.fixture
def owner(control_plane: ControlPlane, tmp_path: Path) -> Iterator[Tenant]:
    """Yield a user who may write connectors, and has the Role that the commands of the page create."""
    control_plane.kubectl("create", "namespace", NAMESPACE)
    (create_role,) = read_commands(PAGES / "install.md")["Permissions to write connectors"]
    PageShell(tmp_path, control_plane.kubeconfig).run(create_role)
    who = ("--role=crm-owner", "--user=mallory")
    control_plane.kubectl("create", "rolebinding", "crm-owner", "--namespace", NAMESPACE, *who)
    yield Tenant(control_plane, NAMESPACE)
    control_plane.kubectl("delete", "namespace", NAMESPACE)


def test_the_role_of_the_page_permits_all_of_its_table(owner: Tenant) -> None:
    """Its user chooses the Secrets, changes where they and a refresh token are sent, and revokes the grant."""
    assert owner.create(SPEC) == ""
    assert owner.change(spec={"provider": {"issuer": "https://login.example.com/other"}}) == ""
    assert owner.change(spec={"output": {"type": None, "labels": None}}) == ""
    assert owner.change(metadata={"annotations": {REVOKE: "1"}}) == ""
