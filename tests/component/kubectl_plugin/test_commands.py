"""`kubectl oauth status`, `refresh` and `revoke` on a real API server."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from devtools.cluster.components import KUBECTL
from devtools.cluster.control_plane import ControlPlane
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.support.cluster import MERGE, Manifest, until

REFRESH, REVOKE = "oauthconnector.dev/refresh-requested-at", "oauthconnector.dev/revoke-requested-at"


async def run(scenario: PluginScenario, *arguments: str) -> int:
    """Run a command in the scene's namespace to its end."""
    await scenario.terminal.run(*arguments, "-n", scenario.namespace.name)
    return await scenario.terminal.ended()


async def asked(scenario: PluginScenario, annotation: str, name: str = "crm") -> str:
    """Wait for an annotation, and give its value."""
    found: list[Manifest] = []

    async def is_there() -> bool:
        manifest = await scenario.namespace.get("oauthconnectors", name) or {}
        if annotation in manifest.get("metadata", {}).get("annotations", {}):
            found.append(manifest)
        return bool(found)

    await until(is_there)
    [managers] = [
        [entry["manager"] for entry in manifest["metadata"]["managedFields"] if annotation in str(entry["fieldsV1"])]
        for manifest in found
    ]
    assert managers == ["oauth-connector-cli"]
    return str(found[0]["metadata"]["annotations"][annotation])


async def test_status_lists_a_namespace(scenario: PluginScenario) -> None:
    """One line each, on standard output, and status 1 where one is not ready."""
    await scenario.add_connector()
    await scenario.namespace.add_connector("bulk", await spec_of(scenario))
    await scenario.operator.show("crm")
    assert await run(scenario, "status") == 1
    head, bulk, crm = scenario.terminal.printed.splitlines()
    assert head.startswith("NAME ")
    assert bulk.split()[:3] == ["bulk", "Unknown", "Unseen"]
    assert crm.split()[:3] == ["crm", "True", "TokenIssued"]
    assert not scenario.terminal.shown


async def test_status_of_one_connector_is_for_programs_too(scenario: PluginScenario) -> None:
    """An object with the API's names, and status 0 where it is ready."""
    await scenario.add_connector()
    await scenario.operator.show("crm", expirationTime="2027-01-15T08:00:00Z")
    assert await run(scenario, "status", "crm", "-o", "json") == 0
    facts = json.loads(scenario.terminal.printed)
    assert facts["namespace"] == scenario.namespace.name
    assert facts["expirationTime"] == "2027-01-15T08:00:00Z"
    assert facts["consent"]["account"] == "ann@example.com"


async def test_an_empty_namespace_is_no_error(scenario: PluginScenario) -> None:
    """Standard error says so; programs get an empty list."""
    assert await run(scenario, "status") == 0
    assert "There is no OAuthConnector in namespace" in scenario.terminal.shown
    assert not scenario.terminal.printed


async def test_all_namespaces_need_permission(scenario: PluginScenario) -> None:
    """The sentence names what is missing."""
    assert await run(scenario, "status", "-A") == 1
    assert "You are not allowed to list oauthconnectors in the whole cluster" in scenario.terminal.shown


async def spec_of(scenario: PluginScenario) -> dict[str, Any]:
    """Return the spec of the scene's connector."""
    manifest = await scenario.namespace.get("oauthconnectors", "crm")
    assert manifest is not None
    spec: dict[str, Any] = manifest["spec"]
    return spec


async def test_a_refresh_is_waited_for(scenario: PluginScenario) -> None:
    """The command ends when the operator has handled the request, and prints the new expiry."""
    await scenario.add_connector()
    await scenario.terminal.run("refresh", "crm", "--wait", "-n", scenario.namespace.name)
    value = await asked(scenario, REFRESH)
    await scenario.operator.show("crm", expirationTime="2100-01-15T08:00:00Z", lastHandledRefresh=value)
    assert await scenario.terminal.ended() == 0
    assert "crm: refreshed; the token expires in " in scenario.terminal.shown


async def test_a_failed_refresh_exits_with_status_1(scenario: PluginScenario) -> None:
    """The command prints the reason from the status."""
    await scenario.add_connector()
    await scenario.terminal.run("refresh", "crm", "--wait", "-n", scenario.namespace.name)
    value = await asked(scenario, REFRESH)
    await scenario.operator.show("crm", ready="False", lastHandledRefresh=value)
    assert await scenario.terminal.ended() == 1
    assert "crm: ConsentRequired: " in scenario.terminal.shown


async def test_a_selector_refreshes_several_connectors(scenario: PluginScenario) -> None:
    """All that have the label, and no other."""
    await scenario.add_connector()
    for name in ("one", "two"):
        await scenario.namespace.add_connector(name, await spec_of(scenario))
        label = {"metadata": {"labels": {"team": "crm"}}}
        path = f"/apis/oauthconnector.dev/v1alpha1/namespaces/{scenario.namespace.name}/oauthconnectors/{name}"
        await scenario.namespace.api.request("PATCH", path, body=label, content_type=MERGE)
    assert await run(scenario, "refresh", "-l", "team=crm") == 0
    assert await asked(scenario, REFRESH, "one") != await asked(scenario, REFRESH, "two")
    crm = await scenario.namespace.get("oauthconnectors", "crm") or {}
    assert "annotations" not in crm["metadata"]


USAGE = {
    "neither": ("refresh",),
    "both": ("refresh", "crm", "-l", "team=crm"),
    "one and all": ("status", "crm", "-A"),
}


@pytest.mark.parametrize("sentence", USAGE)
async def test_names_and_selector_exclude_each_other(scenario: PluginScenario, sentence: str) -> None:
    """Neither or both is wrong usage, and one line reports it."""
    assert await run(scenario, *USAGE[sentence]) == 2
    assert "use either" in scenario.terminal.shown


async def test_an_unknown_connector_does_not_stop_the_refresh_of_others(scenario: PluginScenario) -> None:
    """Each connector is reported separately; one problem makes the exit status 1."""
    await scenario.add_connector()
    assert await run(scenario, "refresh", "none", "crm") == 1
    assert "There is no oauthconnectors none" in scenario.terminal.shown
    assert "crm: refresh requested" in scenario.terminal.shown
    assert await asked(scenario, REFRESH)


async def test_an_operator_that_does_not_act_is_reported(scenario: PluginScenario) -> None:
    """The message contains the present status."""
    await scenario.add_connector()
    assert await run(scenario, "refresh", "crm", "--wait", "--timeout", "1s") == 1
    assert "the operator did not act within 1s" in scenario.terminal.shown


async def test_a_revocation_is_confirmed_and_awaited(scenario: PluginScenario) -> None:
    """The command asks first, and shows the state of the connector at the end."""
    await scenario.add_connector()
    await scenario.terminal.run("revoke", "crm", "-n", scenario.namespace.name)
    await scenario.terminal.wait_for_output("[y/N] ")
    scenario.terminal.type("y\n")
    value = await asked(scenario, REVOKE)
    await scenario.terminal.wait_for_output("waiting for the operator")
    await scenario.operator.show("crm", lastHandledRevoke=value, lastRevocation="NoEndpoint")
    await scenario.terminal.wait_for_output("Revoke the access in your account")
    assert await scenario.terminal.ended() == 1


async def test_a_revocation_without_confirmation_is_not_requested(scenario: PluginScenario) -> None:
    """Enter means no."""
    await scenario.add_connector()
    await scenario.terminal.run("revoke", "crm", "-n", scenario.namespace.name)
    await scenario.terminal.wait_for_output("[y/N] ")
    scenario.terminal.type("\n")
    assert await scenario.terminal.ended() == 1
    assert "Nothing was revoked" in scenario.terminal.shown
    crm = await scenario.namespace.get("oauthconnectors", "crm") or {}
    assert "annotations" not in crm["metadata"]


async def test_a_revocation_that_a_policy_refuses_names_the_permission(scenario: PluginScenario) -> None:
    """A user who may patch the connector only cannot end its grant."""
    await scenario.add_connector()
    role = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{scenario.namespace.name}/roles/ann"
    rules = [{"apiGroups": ["oauthconnector.dev"], "resources": ["oauthconnectors"], "verbs": ["get", "patch"]}]
    await scenario.namespace.api.request("PATCH", role, body={"rules": rules}, content_type=MERGE)
    await scenario.terminal.run("revoke", "crm", "--yes", "-n", scenario.namespace.name)
    assert await scenario.terminal.ended() == 1
    assert "requires the permission to delete Secret crm-oauth-state" in " ".join(scenario.terminal.shown.split())


@pytest.mark.parametrize(
    ("result", "code", "message"),
    [
        ("Revoked", 0, "the provider revoked the grant"),
        ("Nothing", 0, "there was nothing to revoke"),
        ("NoEndpoint", 1, "the provider has no revocation endpoint"),
        ("Refused", 1, "the provider refused the request or did not respond"),
    ],
)
async def test_the_result_of_a_revocation_is_reported(
    scenario: PluginScenario, result: str, code: int, message: str
) -> None:
    """If the provider still has the grant, the command does not report it as revoked."""
    await scenario.add_connector()
    await scenario.terminal.run("revoke", "crm", "--yes", "-n", scenario.namespace.name)
    value = await asked(scenario, REVOKE)
    await scenario.operator.show(lastHandledRevoke=value, lastRevocation=result)
    assert await scenario.terminal.ended() == code
    assert message in scenario.terminal.shown


async def test_kubectl_finds_the_plugin(
    scenario: PluginScenario, control_plane: ControlPlane, kubeconfig: Path, tmp_path: Path
) -> None:
    """As `kubectl oauth`, with its output and its exit status."""
    plugin = tmp_path / "kubectl-oauth"
    code = "import sys; from oauth_connector.kubectl_plugin.main import main; sys.exit(main())"
    plugin.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}' \"$@\"\n")
    plugin.chmod(0o700)
    await scenario.add_connector()
    kubectl = await asyncio.create_subprocess_exec(
        *(control_plane.binaries / KUBECTL, "oauth", "status", "-n", scenario.namespace.name),
        env={
            "PATH": f"{tmp_path}:/bin",
            "PYTHONPATH": "operator",
            "KUBECONFIG": str(kubeconfig),
            "HOME": str(tmp_path),
        },
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await kubectl.communicate()
    assert out.decode().splitlines()[1].split()[:3] == ["crm", "Unknown", "Unseen"]
    assert kubectl.returncode == 1
