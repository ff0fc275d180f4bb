"""`kubectl oauth status`, `refresh` and `revoke` on a real API server."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from devtools.cluster.components import KUBECTL
from devtools.cluster.control_plane import ControlPlane
from tests.component.kubectl_plugin.conftest import Scene
from tests.support.cluster import MERGE, Manifest, until

REFRESH, REVOKE = "oauthconnector.dev/refresh-requested-at", "oauthconnector.dev/revoke-requested-at"


async def run(scene: Scene, *arguments: str) -> int:
    """Run a command in the scene's namespace to its end."""
    await scene.terminal.run(*arguments, "-n", scene.namespace.name)
    return await scene.terminal.ended()


async def asked(scene: Scene, annotation: str, name: str = "crm") -> str:
    """Wait for an annotation, and give its value."""
    found: list[Manifest] = []

    async def is_there() -> bool:
        manifest = await scene.namespace.get("oauthconnectors", name) or {}
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


async def test_status_lists_a_namespace(scene: Scene) -> None:
    """One line each, on standard output, and status 1 where one is not ready."""
    await scene.add_connector()
    await scene.namespace.add_connector("bulk", await spec_of(scene))
    await scene.operator.show("crm")
    assert await run(scene, "status") == 1
    head, bulk, crm = scene.terminal.printed.splitlines()
    assert head.startswith("NAME ")
    assert bulk.split()[:3] == ["bulk", "Unknown", "Unseen"]
    assert crm.split()[:3] == ["crm", "True", "TokenIssued"]
    assert not scene.terminal.shown


async def test_status_of_one_connector_is_for_programs_too(scene: Scene) -> None:
    """An object with the API's names, and status 0 where it is ready."""
    await scene.add_connector()
    await scene.operator.show("crm", expirationTime="2027-01-15T08:00:00Z")
    assert await run(scene, "status", "crm", "-o", "json") == 0
    facts = json.loads(scene.terminal.printed)
    assert facts["namespace"] == scene.namespace.name
    assert facts["expirationTime"] == "2027-01-15T08:00:00Z"
    assert facts["consent"]["account"] == "ann@example.com"


async def test_an_empty_namespace_is_no_problem(scene: Scene) -> None:
    """It is told on standard error; programs get an empty list."""
    assert await run(scene, "status") == 0
    assert "There is no OAuthConnector in namespace" in scene.terminal.shown
    assert not scene.terminal.printed


async def test_all_namespaces_need_the_right_to_see_them(scene: Scene) -> None:
    """The sentence names what is missing."""
    assert await run(scene, "status", "-A") == 1
    assert "You may not list oauthconnectors in the whole cluster" in scene.terminal.shown


async def spec_of(scene: Scene) -> dict[str, Any]:
    """Give the spec of the scene's connector."""
    manifest = await scene.namespace.get("oauthconnectors", "crm")
    assert manifest is not None
    spec: dict[str, Any] = manifest["spec"]
    return spec


async def test_a_refresh_is_waited_for(scene: Scene) -> None:
    """The operator's echo ends it, and the new expiry is told."""
    await scene.add_connector()
    await scene.terminal.run("refresh", "crm", "--wait", "-n", scene.namespace.name)
    value = await asked(scene, REFRESH)
    await scene.operator.show("crm", expirationTime="2100-01-15T08:00:00Z", lastHandledRefresh=value)
    assert await scene.terminal.ended() == 0
    assert "crm: refreshed; the token expires in " in scene.terminal.shown


async def test_a_refresh_that_fails_is_a_problem(scene: Scene) -> None:
    """What status says of it is told."""
    await scene.add_connector()
    await scene.terminal.run("refresh", "crm", "--wait", "-n", scene.namespace.name)
    value = await asked(scene, REFRESH)
    await scene.operator.show("crm", ready="False", lastHandledRefresh=value)
    assert await scene.terminal.ended() == 1
    assert "crm: ConsentRequired: " in scene.terminal.shown


async def test_a_selector_refreshes_many(scene: Scene) -> None:
    """All that have the label, and no other."""
    await scene.add_connector()
    for name in ("one", "two"):
        await scene.namespace.add_connector(name, await spec_of(scene))
        label = {"metadata": {"labels": {"team": "crm"}}}
        path = f"/apis/oauthconnector.dev/v1alpha1/namespaces/{scene.namespace.name}/oauthconnectors/{name}"
        await scene.namespace.api.request("PATCH", path, body=label, content_type=MERGE)
    assert await run(scene, "refresh", "-l", "team=crm") == 0
    assert await asked(scene, REFRESH, "one") != await asked(scene, REFRESH, "two")
    crm = await scene.namespace.get("oauthconnectors", "crm") or {}
    assert "annotations" not in crm["metadata"]


USAGE = {
    "neither": ("refresh",),
    "both": ("refresh", "crm", "-l", "team=crm"),
    "one and all": ("status", "crm", "-A"),
}


@pytest.mark.parametrize("sentence", USAGE)
async def test_a_command_names_what_it_means_in_one_way(scene: Scene, sentence: str) -> None:
    """Neither or both is wrong usage, told in one line."""
    assert await run(scene, *USAGE[sentence]) == 2
    assert "and not both." in scene.terminal.shown


async def test_an_unknown_connector_does_not_keep_others_from_a_refresh(scene: Scene) -> None:
    """Each is told by itself; one problem makes the exit status 1."""
    await scene.add_connector()
    assert await run(scene, "refresh", "none", "crm") == 1
    assert "There is no oauthconnectors none" in scene.terminal.shown
    assert "crm: a refresh is asked for" in scene.terminal.shown
    assert await asked(scene, REFRESH)


async def test_an_operator_that_does_not_act_is_told(scene: Scene) -> None:
    """With what status says now."""
    await scene.add_connector()
    assert await run(scene, "refresh", "crm", "--wait", "--timeout", "1s") == 1
    assert "the operator has not acted within 1s" in scene.terminal.shown


async def test_a_revocation_is_agreed_to_and_waited_for(scene: Scene) -> None:
    """It asks first, and shows in the end how the connector stands."""
    await scene.add_connector()
    await scene.terminal.run("revoke", "crm", "-n", scene.namespace.name)
    await scene.terminal.shows("[y/N] ")
    scene.terminal.type("y\n")
    value = await asked(scene, REVOKE)
    await scene.terminal.shows("waiting for the operator")
    await scene.operator.show("crm", lastHandledRevoke=value, lastRevocation="NoEndpoint")
    await scene.terminal.shows("end the grant at your account there")
    assert await scene.terminal.ended() == 1


async def test_a_revocation_that_nobody_agrees_to_is_none(scene: Scene) -> None:
    """Enter means no."""
    await scene.add_connector()
    await scene.terminal.run("revoke", "crm", "-n", scene.namespace.name)
    await scene.terminal.shows("[y/N] ")
    scene.terminal.type("\n")
    assert await scene.terminal.ended() == 1
    assert "Nothing was revoked" in scene.terminal.shown
    crm = await scene.namespace.get("oauthconnectors", "crm") or {}
    assert "annotations" not in crm["metadata"]


@pytest.mark.parametrize(
    ("result", "code", "told"),
    [
        ("Revoked", 0, "the provider has revoked the grant"),
        ("Nothing", 0, "there was nothing to revoke"),
        ("NoEndpoint", 1, "the provider has no revocation endpoint"),
        ("Refused", 1, "the provider refused or did not answer"),
    ],
)
async def test_what_came_of_a_revocation_is_told(scene: Scene, result: str, code: int, told: str) -> None:
    """Where the provider still has the grant, nobody is told that it is gone."""
    await scene.add_connector()
    await scene.terminal.run("revoke", "crm", "--yes", "-n", scene.namespace.name)
    value = await asked(scene, REVOKE)
    await scene.operator.show(lastHandledRevoke=value, lastRevocation=result)
    assert await scene.terminal.ended() == code
    assert told in scene.terminal.shown


async def test_kubectl_finds_the_plugin(
    scene: Scene, control_plane: ControlPlane, kubeconfig: Path, tmp_path: Path
) -> None:
    """As `kubectl oauth`, with its output and its exit status."""
    plugin = tmp_path / "kubectl-oauth"
    code = "import sys; from oauth_connector.kubectl_plugin.main import main; sys.exit(main())"
    plugin.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}' \"$@\"\n")
    plugin.chmod(0o700)
    await scene.add_connector()
    kubectl = await asyncio.create_subprocess_exec(
        *(control_plane.binaries / KUBECTL, "oauth", "status", "-n", scene.namespace.name),
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
