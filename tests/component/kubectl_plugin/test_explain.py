"""`kubectl oauth explain` on a real API server, with the permissions of a user."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from oauth_connector.api.schema.times import format_time
from tests.component.kubectl_plugin.conftest import PluginScenario

SPEC: dict[str, Any] = {
    "grantType": "ClientCredentials",
    "provider": {"tokenURL": "https://login.example.com/token"},
    "client": {"id": "robot", "secretRef": {"name": "robot"}},
}


def times() -> dict[str, str]:
    """Return the times of a token that was issued a minute ago, and is valid for an hour."""
    issued = datetime.now(UTC) - timedelta(minutes=1)
    return {"issueTime": format_time(issued), "expirationTime": format_time(issued + timedelta(hours=1))}


async def explain(scenario: PluginScenario, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the command. Return its exit status and its events."""
    await scenario.terminal.run("explain", "crm", "-n", scenario.namespace.name, "-o", "json", *options)
    status = await scenario.terminal.ended()
    return status, json.loads(scenario.terminal.printed or "[]")


def write_manifest(folder: Path, **changes: Any) -> str:
    """Write an edited manifest, and return its path."""
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "crm"}}
    path = folder / "crm.yaml"
    path.write_text(yaml.safe_dump({**head, "spec": {**SPEC, **changes}}))
    return str(path)


async def test_a_new_connector_is_explained(scenario: PluginScenario) -> None:
    """The operator requests a token at once; nothing is wrong."""
    await scenario.add_connector(**SPEC)
    status, [event] = await explain(scenario)
    assert status == 0
    assert (event["action"], event["why"], event["reason"]) == ("request a token", "there is no token yet", None)
    assert "You are not allowed to read its Secrets" in scenario.terminal.shown


async def test_an_edit_is_explained_before_it_is_applied(scenario: PluginScenario, tmp_path: Path) -> None:
    """Other scopes need another token; the connector stays as it is."""
    await scenario.add_connector(**SPEC)
    await scenario.operator.show("crm", **times(), secretRef={"name": "crm-token"})
    _, [kept, refresh] = await explain(scenario)
    assert (kept["action"], refresh["action"]) == ("keep the token", "request a token")
    assert refresh["at"] is not None
    status, [event, *_] = await explain(scenario, "-f", write_manifest(tmp_path, scopes=["write"]))
    assert status == 0
    assert event["why"] == "the current token was requested with another spec"


async def test_an_edit_that_would_be_refused_is_named(scenario: PluginScenario, tmp_path: Path) -> None:
    """With the reason and the field: exit status 1."""
    await scenario.add_connector(**SPEC)
    status, [event] = await explain(scenario, "-f", write_manifest(tmp_path, grantType="Password"))
    assert status == 1
    assert event["reason"] == "InvalidSpec"
    assert "password" in event["why"]


async def test_a_consent_that_is_missing_is_an_error(scenario: PluginScenario) -> None:
    """The sentence is that of the condition, and what happens after it is known."""
    await scenario.add_connector()
    await scenario.terminal.run("explain", "crm", "-n", scenario.namespace.name)
    assert await scenario.terminal.ended() == 1
    now, later = scenario.terminal.printed.splitlines()
    assert now.startswith("now       The operator will request no token. ConsentRequired: A user must authorize")
    assert later.startswith("later     The operator will request a token. As soon as a user has consented")


async def test_a_file_without_the_connector_is_wrong_usage(scenario: PluginScenario, tmp_path: Path) -> None:
    """The option is named."""
    await scenario.add_connector()
    (tmp_path / "empty.yaml").write_text("")
    status, _ = await explain(scenario, "-f", str(tmp_path / "empty.yaml"))
    assert status == 2
    assert "0 manifests of OAuthConnector crm" in scenario.terminal.shown
