"""The admission policy of connectors on the real API server: who may have a Secret sent somewhere may read it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from tests.support.builders import a_password_spec, a_spec
from tests.support.cluster import Namespace

CONNECTORS = "oauthconnectors.oauthconnector.dev"
COMPLAINT = "must be allowed to get them"
EVIL = {"provider": {"tokenURL": "https://evil.example/token"}}


class Tenant:
    """Somebody who may write the connectors of a namespace, and read the Secrets that a test says."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane = plane
        self._namespace = f"--namespace={namespace}"
        self._may("connectors", "--verb=get,create,patch", f"--resource={CONNECTORS}")

    def may_read(self, secret: str) -> None:
        """Let them get a Secret."""
        self._may(secret, "--verb=get", "--resource=secrets", f"--resource-name={secret}")

    def create(self, spec: Mapping[str, Any]) -> str:
        """Create the connector `crm`; give the complaint, if any."""
        return self._done("--as=mallory", "create", "-f", "-", stdin=_manifest(spec))

    def change(self, **changes: object) -> str:
        """Change the connector; give the complaint, if any."""
        return self._done("--as=mallory", "patch", CONNECTORS, "crm", "--type=merge", "-p", json.dumps(changes))

    def given(self, spec: Mapping[str, Any]) -> None:
        """Have an administrator create the connector."""
        assert self._done("create", "-f", "-", stdin=_manifest(spec)) == ""

    def _may(self, name: str, *rules: str) -> None:
        assert self._done("create", "role", name, *rules) == ""
        assert self._done("create", "rolebinding", name, f"--role={name}", "--user=mallory") == ""

    def _done(self, *arguments: str, stdin: str | None = None) -> str:
        try:
            self._plane.kubectl(self._namespace, *arguments, stdin=stdin)
        except ControlPlaneError as error:
            return str(error)
        return ""


def _manifest(spec: Mapping[str, Any]) -> str:
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "crm"}}
    return json.dumps({**head, "spec": spec})


@pytest.fixture
def tenant(control_plane: ControlPlane, namespace: Namespace) -> Tenant:
    """Give a tenant."""
    return Tenant(control_plane, namespace.name)


def test_a_connector_is_created_by_whoever_may_read_its_secrets(tenant: Tenant) -> None:
    """All of them: one that is not theirs would go to a host of their choice."""
    tenant.may_read("robot")
    complaint = tenant.create(a_password_spec())
    assert COMPLAINT in complaint
    assert complaint.rstrip().endswith(": ann")
    tenant.may_read("ann")
    assert tenant.create(a_password_spec()) == ""


@pytest.mark.parametrize(
    "spec",
    [EVIL, {"client": {"secretRef": {"name": "another"}}}, {"provider": {"issuer": "https://evil.example"}}],
)
def test_where_secrets_go_is_changed_by_whoever_may_read_them(tenant: Tenant, spec: Mapping[str, Any]) -> None:
    """Another endpoint, another issuer beside it, another Secret."""
    tenant.given(a_spec())
    assert COMPLAINT in tenant.change(spec=spec)
    tenant.may_read("robot")
    tenant.may_read("another")
    assert tenant.change(spec=spec) == ""


def test_what_sends_nothing_elsewhere_is_free(tenant: Tenant) -> None:
    """To ask for a refresh, to suspend, to show the token otherwise."""
    tenant.given(a_spec())
    assert tenant.change(metadata={"annotations": {"oauthconnector.dev/refresh-requested-at": "now"}}) == ""
    assert tenant.change(spec={"suspend": True}) == ""
    assert tenant.change(spec={"output": {"secretName": "elsewhere"}}) == ""


def test_a_connector_that_names_no_secret_needs_none(tenant: Tenant) -> None:
    """A public client has nothing to send."""
    public = {"grantType": "AuthorizationCode", "client": {"id": "app"}, "provider": {"issuer": "https://a.example"}}
    assert tenant.create(public) == ""
