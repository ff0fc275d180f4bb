"""Flux and Argo CD apply connectors while the operator reconciles them: they find no drift and lose no request."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.cluster.control_plane import ControlPlane
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Manifest, Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy
from tests.support.gitops_tools import TOOLS, Flux, GitOpsTool, tool_of

REFRESH = "oauthconnector.dev/refresh-requested-at"
AS_ARGOCD = ("--field-manager=argocd-server",)
"""The field manager of actions."""


@dataclass(frozen=True)
class Release:
    """A connector in Git, the tool that applies it, and the operator that reconciles it."""

    scene: ConnectorScene
    tool: GitOpsTool
    plane: ControlPlane

    def in_git(self, **changes: Any) -> Manifest:
        """Return the connector as it is in Git."""
        return {
            "apiVersion": "oauthconnector.dev/v1alpha1",
            "kind": "OAuthConnector",
            "metadata": {"name": "crm", "namespace": self.scene.namespace.name},
            "spec": self.scene.spec(**changes),
        }

    async def live(self) -> Manifest:
        """Return the connector in the cluster."""
        return await self.scene.namespace.get("oauthconnectors", "crm") or {}

    async def deploy(self, **changes: Any) -> None:
        """Apply the connector and wait for its token."""
        self.tool.apply(self.in_git(**changes))
        await self.scene.namespace.wait_for_conditions("crm", Ready="TokenIssued")

    def kubectl(self, *arguments: str) -> None:
        """Run kubectl in the namespace, as a user does."""
        self.plane.kubectl(*arguments, "--namespace", self.scene.namespace.name)

    async def wait_for_refresh(self, value: str) -> None:
        """Wait until the operator has handled a request."""

        async def is_handled() -> bool:
            return bool((await self.live())["status"].get("lastHandledRefresh") == value)

        await until(is_handled)


@pytest.fixture(params=TOOLS)
async def release(  # what a release needs: two servers, a cluster, an operator and a tool
    request: pytest.FixtureRequest,
    control_plane: ControlPlane,
    namespace: Namespace,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    start_operator: StartOperator,
) -> Release:
    """Return a connector that is not applied yet, and a running operator."""
    scene = enter(namespace, canaille, canaille_proxy)
    await start_operator(scene.port)
    await scene.add_client_secret()
    return Release(scene, tool_of(request.param, control_plane.kubeconfig), control_plane)


async def test_a_second_apply_changes_nothing(release: Release) -> None:
    """Status, token and Secret are no drift: the second apply writes nothing and causes no token request."""
    await release.deploy()
    before = await release.live()
    assert not release.tool.has_drift(release.in_git())
    release.tool.apply(release.in_git())
    after = await release.live()
    assert after["metadata"]["generation"] == 1
    assert after["status"] == before["status"]
    assert release.scene.token_requests == 1


async def test_an_edited_spec_is_drift_and_is_repaired(release: Release) -> None:
    """A sync writes the spec of Git."""
    await release.deploy()
    await release.scene.namespace.edit("oauthconnectors", "crm", {"spec": {"headerPrefix": "Token"}})
    release.tool.apply(release.in_git(headerPrefix="Bearer"))
    assert (await release.live())["spec"]["headerPrefix"] == "Bearer"
    assert not release.tool.has_drift(release.in_git(headerPrefix="Bearer"))


async def test_a_request_of_the_plugin_survives_an_apply(release: Release) -> None:
    """The annotation of `kubectl oauth refresh` is no drift, and an apply does not remove it."""
    await release.deploy()
    release.kubectl("annotate", "oac", "crm", f"{REFRESH}=now-1", "--field-manager=oauth-connector-cli")
    assert not release.tool.has_drift(release.in_git())
    release.tool.apply(release.in_git())
    assert (await release.live())["metadata"]["annotations"][REFRESH] == "now-1"
    await release.wait_for_refresh("now-1")
    assert release.scene.token_requests == 2


async def test_a_handled_request_that_is_removed_is_not_repeated(release: Release) -> None:
    """Flux removes an annotation of kubectl's own field manager; the operator has handled it and sends no more."""
    await release.deploy()
    release.kubectl("annotate", "oac", "crm", f"{REFRESH}=now-1")
    await release.wait_for_refresh("now-1")
    release.tool.apply(release.in_git())
    kept = (await release.live())["metadata"].get("annotations", {}).get(REFRESH)
    assert kept == (None if isinstance(release.tool, Flux) else "now-1")
    release.kubectl("annotate", "oac", "crm", f"{REFRESH}=now-2", "--overwrite")
    await release.wait_for_refresh("now-2")
    assert release.scene.token_requests == 3


async def test_suspend_is_kept_where_git_does_not_set_it(release: Release) -> None:
    """A connector that an action suspended stays suspended: Git says nothing about `suspend`."""
    await release.deploy()
    release.kubectl("patch", "oac", "crm", "--type=merge", "-p", '{"spec":{"suspend":true}}', *AS_ARGOCD)
    assert not release.tool.has_drift(release.in_git())
    release.tool.apply(release.in_git())
    assert (await release.live())["spec"]["suspend"] is True


async def test_suspend_follows_git_where_git_sets_it(release: Release) -> None:
    """A value in Git wins over an action at the next sync."""
    await release.deploy(suspend=False)
    release.kubectl("patch", "oac", "crm", "--type=merge", "-p", '{"spec":{"suspend":true}}', *AS_ARGOCD)
    assert release.tool.has_drift(release.in_git(suspend=False))
    release.tool.apply(release.in_git(suspend=False))
    assert (await release.live())["spec"]["suspend"] is False


async def test_a_connector_of_kubectl_is_adopted_without_a_token_request(release: Release) -> None:
    """A connector that `kubectl apply` created keeps its token and its Secret when a tool takes it over."""
    file = release.plane.folder / "crm.yaml"
    file.write_text(json.dumps(release.in_git()))
    release.kubectl("apply", "-f", str(file))
    await release.scene.namespace.wait_for_conditions("crm", Ready="TokenIssued")
    release.tool.apply(release.in_git())
    assert not release.tool.has_drift(release.in_git())
    assert (await release.live())["metadata"]["generation"] == 1
    assert release.scene.token_requests == 1


async def test_a_connector_that_flux_prunes_takes_its_secret_along(release: Release) -> None:
    """Flux deletes only what it applied: the connector, and the garbage collector then deletes the Secret."""
    await release.deploy()
    flux = Flux(release.plane.kubeconfig)
    (outcome,) = flux.outcomes("delete", release.in_git()).values()
    assert outcome == ("deleted" if release.tool == flux else "skipped")

    async def is_as_expected() -> bool:
        is_gone = await release.scene.namespace.get("secrets", "crm-token") is None
        return is_gone == (outcome == "deleted")

    await until(is_as_expected)
