"""Flux installs the operator and connectors from git: examples/gitops/flux with its own controllers."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from devtools.gitops.flux import NAMESPACE as FLUX_SYSTEM
from devtools.gitops.flux import start_flux
from tests.gitops.fleet import BAD, DEPLOYMENT, NAMESPACE, PATIENCE, SYSTEM, Fleet
from tests.support.cluster import until
from tests.support.page_commands import PAGES, read_commands

REQUEST = "reconcile.fluxcd.io/requestedAt"
READY = ("True", "ReconciliationSucceeded")


@dataclass(frozen=True)
class FluxFleet:
    """A fleet that Flux deploys."""

    fleet: Fleet

    def apply(self, path: str) -> None:
        """Apply a file of the example, as a user does."""
        self.fleet.plane.kubectl("apply", "--server-side", "-f", "-", stdin=self.fleet.example(f"flux/{path}"))

    async def reconcile(self, kind: str, name: str, commit: str) -> dict[str, Any]:
        """Request a reconciliation; return the condition Ready when it has handled the commit."""
        value = str(time.time_ns())
        self.fleet.plane.kubectl("annotate", kind, name, "-n", FLUX_SYSTEM, f"{REQUEST}={value}", "--overwrite")
        found: dict[str, Any] = {}

        async def is_handled() -> bool:
            status = self.fleet.read(kind, name, "-n", FLUX_SYSTEM).get("status", {})
            found.update(next((c for c in status.get("conditions", ()) if c["type"] == "Ready"), {}))
            seen = status.get("lastAttemptedRevision") or status.get("artifact", {}).get("revision", "")
            is_final = found.get("status") != "Unknown" and found.get("reason") != "DependencyNotReady"
            return status.get("lastHandledReconcileAt") == value and commit in seen and is_final

        await until(is_handled, PATIENCE)
        return found

    async def deploy(self, *connectors: str, **changes: str) -> tuple[str, str, str]:
        """Commit connectors; return status, reason and message of the Kustomization when Flux has handled them."""
        commit = self.fleet.commit(*connectors, **changes)
        await self.reconcile("gitrepository", "fleet", commit)
        ready = await self.reconcile("kustomization", "connectors", commit)
        return ready["status"], ready["reason"], ready["message"]


@pytest.fixture(scope="module")
async def flux(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FluxFleet]:
    """Yield Flux with an installed and running operator."""
    with ExitStack() as stack:
        start_flux(fleet.plane, tmp_path_factory.mktemp("flux"), stack)
        made = FluxFleet(fleet)
        made.apply("source.yaml")
        made.apply("operator.yaml")
        await fleet.start_operator()
        made.apply("connectors.yaml")
        await fleet.add_secrets("flux")
        yield made


async def test_the_operator_is_installed_and_its_crds_are_not_pruned(flux: FluxFleet) -> None:
    """The Kustomization of the operator becomes ready, and each CRD keeps Flux from deleting it."""
    ready = await flux.reconcile("kustomization", "oauth-connector-operator", "v0.1.0")
    assert (ready["status"], ready["reason"]) == READY
    crd = flux.fleet.read("crd", "oauthconnectors.oauthconnector.dev")
    assert crd["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"] == "disabled"
    assert flux.fleet.image().startswith("registry.example.com/")


async def test_a_connector_gets_its_token_and_another_reconciliation_writes_nothing(flux: FluxFleet) -> None:
    """The release is ready when the token is there, and the next reconciliation finds no drift."""
    assert (await flux.deploy("crm"))[:2] == READY
    before = flux.fleet.connector()
    assert before["status"]["secretRef"] == {"name": "crm-token"}
    assert (await flux.deploy("crm"))[:2] == READY
    assert flux.fleet.connector()["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


async def test_a_connector_that_waits_for_a_user_does_not_fail_the_release(flux: FluxFleet) -> None:
    """The release is ready while one of its connectors waits for a user."""
    assert (await flux.deploy("crm", "mailbox"))[:2] == READY
    conditions = {c["type"]: c["status"] for c in flux.fleet.connector("mailbox")["status"]["conditions"]}
    assert conditions == {"Ready": "False", "Reconciling": "True", "ConsentRequired": "True"}


async def test_a_connector_with_a_wrong_client_fails_the_release_early(flux: FluxFleet) -> None:
    """Flux does not wait for its timeout, and its message names the connector."""
    status, reason, message = await flux.deploy("crm", **BAD)
    assert (status, reason) == ("False", "HealthCheckFailed")
    assert "OAuthConnector/orders/bad status: 'Failed'" in message


async def test_an_edited_connector_is_repaired(flux: FluxFleet) -> None:
    """Flux undoes what kubectl edited, and keeps a request of the plugin."""
    assert (await flux.deploy("crm"))[:2] == READY
    place = ("oac", "crm", "-n", NAMESPACE)
    flux.fleet.plane.kubectl("patch", *place, "--type=merge", "-p", '{"spec":{"headerPrefix":"Token"}}')
    request = "oauthconnector.dev/refresh-requested-at=now-1"
    flux.fleet.plane.kubectl("annotate", *place, request, "--field-manager=oauth-connector-cli")
    assert (await flux.deploy("crm"))[:2] == READY
    found = flux.fleet.connector()
    assert "headerPrefix" not in found["spec"]
    assert yaml.safe_dump(found["metadata"]["annotations"]) == f"{request.replace('=', ': ')}\n"


async def test_a_connector_that_leaves_git_is_pruned_with_its_token(flux: FluxFleet) -> None:
    """Flux deletes the connector, and the garbage collector its Secrets."""
    assert (await flux.deploy("crm"))[:2] == READY
    assert (await flux.deploy())[:2] == READY
    await flux.fleet.wait_until_gone("oac/crm", "secret/crm-token")


async def test_the_connectors_stay_when_the_operator_is_uninstalled(flux: FluxFleet) -> None:
    """By the commands of the page the operator ends, then Flux deletes it, and keeps CRDs, connectors and tokens."""
    stop, delete = read_commands(PAGES / "flux.md")["Uninstall the operator"]
    assert (await flux.deploy("crm"))[:2] == READY
    await asyncio.gather(asyncio.to_thread(flux.fleet.run, stop), flux.fleet.stop_pods())
    await asyncio.to_thread(flux.fleet.run, delete)
    assert not await flux.fleet.has("deployment", DEPLOYMENT, "-n", SYSTEM)
    assert await flux.fleet.has("oac", "crm", "-n", NAMESPACE)
    assert await flux.fleet.has("secret", "crm-token", "-n", NAMESPACE)
