"""Argo CD installs the operator and connectors from git: examples/gitops/argo-cd with its own programs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from devtools.gitops.argocd import NAMESPACE as ARGOCD
from devtools.gitops.argocd import ArgoCD
from tests.gitops.fleet import BAD, DEPLOYMENT, NAMESPACE, PATIENCE, SYSTEM, Fleet
from tests.support.cluster import until
from tests.support.page_commands import PAGES, read_commands

OPERATOR = "oauth-connector-operator"
REFRESH = "argocd.argoproj.io/refresh"


@dataclass(frozen=True)
class ArgoFleet:
    """A fleet that Argo CD deploys."""

    fleet: Fleet
    argocd: ArgoCD

    def apply(self, path: str) -> None:
        """Apply a file of the example, as a user does."""
        self.fleet.plane.kubectl("apply", "--server-side", "-f", "-", stdin=self.fleet.example(f"argo-cd/{path}"))

    def application(self, name: str = "connectors") -> dict[str, Any]:
        """Return an Application."""
        return self.fleet.read("application", name, "-n", ARGOCD)

    async def wait_for_health(self, health: str, name: str = "connectors", commit: str = "") -> None:
        """Wait until an Application is compared with a commit, Synced by a finished operation, and has a health."""
        seen: list[object] = []

        async def is_so() -> bool:
            found = self.application(name)
            status = found.get("status", {})
            sync = status.get("sync", {})
            is_current = REFRESH not in found["metadata"].get("annotations", {}) and commit in sync.get("revision", "")
            phase = status.get("operationState", {}).get("phase", "Succeeded")
            seen[:] = [sync.get("status"), status.get("health", {}).get("status"), phase, status.get("conditions")]
            return is_current and "operation" not in found and seen[:3] == ["Synced", health, "Succeeded"]

        try:
            await until(is_so, PATIENCE)
        except TimeoutError:
            shown = self.argocd.run(f"argocd app get {name}")
            raise AssertionError(f"{name} shows {seen}, not {health}\n{shown}") from None

    async def deploy(self, health: str, *connectors: str, **changes: str) -> None:
        """Commit connectors, and wait until Argo CD has synced them and shows a health."""
        commit = self.fleet.commit(*connectors, **changes)
        self.compare()
        await self.wait_for_health(health, commit=commit)

    def compare(self, name: str = "connectors") -> None:
        """Request a comparison of an Application with git."""
        place = ("application", name, "-n", ARGOCD)
        self.fleet.plane.kubectl("annotate", *place, f"{REFRESH}=hard", "--overwrite")

    async def wait_for_connector(self, **expected: object) -> None:
        """Wait until fields of the connector's status have values; None stands for an absent one."""

        async def is_so() -> bool:
            status = self.fleet.connector()["status"]
            return {name: status.get(name) for name in expected} == expected

        await until(is_so, PATIENCE)


@pytest.fixture(scope="module")
async def argo(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArgoFleet]:
    """Yield Argo CD with an installed and running operator."""
    with ExitStack() as stack:
        made = ArgoFleet(fleet, ArgoCD(fleet.plane, tmp_path_factory.mktemp("argocd"), stack))
        made.apply("operator.yaml")
        await fleet.start_operator()
        made.apply("connectors.yaml")
        await fleet.add_secrets("argo-cd")
        yield made


async def test_the_operator_is_synced_and_its_crds_are_not_pruned(argo: ArgoFleet) -> None:
    """The Application of the operator becomes healthy, a comparison finds no drift, and the CRDs are kept."""
    await argo.wait_for_health("Healthy", OPERATOR)
    synced = argo.application(OPERATOR)["status"]["operationState"]["finishedAt"]
    argo.compare(OPERATOR)
    await argo.wait_for_health("Healthy", OPERATOR)
    assert argo.application(OPERATOR)["status"]["operationState"]["finishedAt"] == synced
    crd = argo.fleet.read("crd", "oauthconnectors.oauthconnector.dev")
    assert crd["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"
    assert argo.fleet.image().startswith("registry.example.com/")


async def test_a_connector_gets_its_token_and_a_comparison_writes_nothing(argo: ArgoFleet) -> None:
    """The Application is healthy when the token is there, and another comparison finds no drift."""
    await argo.deploy("Healthy", "crm")
    before = argo.fleet.version_of("oac", "crm")
    argo.compare()
    await argo.wait_for_health("Healthy")
    assert argo.fleet.version_of("oac", "crm") == before


async def test_a_connector_that_waits_for_a_user_is_suspended_and_the_sync_succeeds(argo: ArgoFleet) -> None:
    """The Application shows Suspended, and its operation is finished."""
    await argo.deploy("Suspended", "crm", "mailbox")
    assert argo.application()["status"]["operationState"]["message"] == "successfully synced (all tasks run)"


async def test_a_connector_with_a_wrong_client_is_degraded(argo: ArgoFleet) -> None:
    """The Application is Degraded, though its manifests are in sync."""
    await argo.deploy("Degraded", "crm", **BAD)


async def test_an_edited_connector_is_repaired(argo: ArgoFleet) -> None:
    """`selfHeal` undoes an edit of a field that git sets."""
    await argo.deploy("Healthy", "crm", **{"scopes: ": "headerPrefix: Bearer\n  scopes: "})
    place = ("oac", "crm", "-n", NAMESPACE)
    argo.fleet.plane.kubectl("patch", *place, "--type=merge", "-p", '{"spec":{"headerPrefix":"Token"}}')

    async def is_repaired() -> bool:
        return bool(argo.fleet.connector()["spec"]["headerPrefix"] == "Bearer")

    await until(is_repaired, PATIENCE)


async def test_the_actions_do_what_their_names_say(argo: ArgoFleet) -> None:
    """The commands of the page work through the API server of Argo CD, and `selfHeal` does not undo them."""
    refresh, suspend, resume, revoke = read_commands(PAGES / "argo-cd.md")["Refresh, suspend, resume and revoke"]
    await argo.deploy("Healthy", "crm")
    issued = argo.fleet.version_of("secret", "crm-token")
    argo.argocd.run(refresh)
    value = argo.fleet.connector()["metadata"]["annotations"]["oauthconnector.dev/refresh-requested-at"]
    await argo.wait_for_connector(lastHandledRefresh=value)
    assert argo.fleet.version_of("secret", "crm-token") != issued
    argo.argocd.run(suspend)
    argo.compare()
    await argo.wait_for_health("Suspended")
    argo.argocd.run(resume)
    argo.compare()
    await argo.wait_for_health("Healthy")
    argo.argocd.run(revoke)
    value = argo.fleet.connector()["metadata"]["annotations"]["oauthconnector.dev/revoke-requested-at"]
    await argo.wait_for_connector(lastHandledRevoke=value, lastRevocation="NoEndpoint")


async def test_a_connector_that_leaves_git_is_pruned_with_its_token(argo: ArgoFleet) -> None:
    """Argo CD deletes the connector, and the garbage collector its Secrets."""
    await argo.deploy("Healthy", "crm")
    argo.fleet.commit()
    argo.compare()
    await argo.fleet.wait_until_gone("oac/crm", "secret/crm-token")


async def test_the_connectors_stay_when_the_operator_is_uninstalled(argo: ArgoFleet) -> None:
    """By the commands of the page the operator ends, then Argo CD deletes it, and keeps CRDs, connectors and tokens."""
    stop, delete = read_commands(PAGES / "argo-cd.md")["Uninstall the operator"]
    await argo.deploy("Healthy", "crm")
    await asyncio.gather(asyncio.to_thread(argo.argocd.run, stop), argo.fleet.stop_pods())
    argo.argocd.run(delete)
    assert not await argo.fleet.has("deployment", DEPLOYMENT, "-n", SYSTEM)
    assert await argo.fleet.has("oac", "crm", "-n", NAMESPACE)
    assert await argo.fleet.has("secret", "crm-token", "-n", NAMESPACE)
