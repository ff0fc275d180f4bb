"""`kubectl oauth doctor` for a connector that presents the token of a ServiceAccount, as the user who runs it."""

from devtools.local.free_port import free_port
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.component.kubectl_plugin.test_doctor import allow, examine

AUDIENCE = "https://login.example.com"


async def add_connector(scenario: PluginScenario, annotation: str) -> None:
    """Create the connector `crm`, and its ServiceAccount `robot` with this annotation."""
    path = f"/api/v1/namespaces/{scenario.namespace.name}/serviceaccounts"
    metadata = {"name": "robot", "annotations": {"oauthconnector.dev/allow-token-for": annotation}}
    await scenario.namespace.api.request("POST", path, body={"metadata": metadata})
    client = {"id": "robot", "serviceAccount": {"name": "robot", "audience": AUDIENCE}}
    provider = {"tokenURL": f"https://127.0.0.1:{free_port()}/token"}
    await scenario.add_connector(grantType="ClientCredentials", provider=provider, client=client)


async def test_a_token_can_be_requested_by_the_user(scenario: PluginScenario) -> None:
    """Whether the install allows it is shown by status, and no token is printed."""
    await add_connector(scenario, "crm")
    await allow(scenario, "", "serviceaccounts", "get")
    await allow(scenario, "", "serviceaccounts/token", "create")
    _, steps = await examine(scenario)
    assert steps["secrets"]["ok"] is True
    assert f"serviceaccount/robot/{AUDIENCE}" in steps["secrets"]["text"]
    assert "eyJ" not in scenario.terminal.printed + scenario.terminal.shown


async def test_a_missing_annotation_is_found_without_the_right_to_tokens(scenario: PluginScenario) -> None:
    """It has the sentence of the condition."""
    await add_connector(scenario, "erp")
    await allow(scenario, "", "serviceaccounts", "get")
    status, steps = await examine(scenario)
    assert status == 1
    assert steps["secrets"]["reason"] == "ServiceAccountNotAllowed"
    assert "oauthconnector.dev/allow-token-for=crm" in steps["secrets"]["text"]


async def test_the_operators_own_token_is_not_checked(scenario: PluginScenario) -> None:
    """Its file is in the Pod of the operator."""
    client = {"id": "robot", "serviceAccount": {"audience": AUDIENCE}}
    provider = {"tokenURL": f"https://127.0.0.1:{free_port()}/token"}
    await scenario.add_connector(grantType="ClientCredentials", provider=provider, client=client)
    _, steps = await examine(scenario)
    assert steps["secrets"]["ok"] is None
    assert "Only the operator has its own token" in steps["secrets"]["text"]


async def test_what_the_user_may_not_do_is_not_checked(scenario: PluginScenario) -> None:
    """A user who may read the ServiceAccount, and may not create its tokens."""
    await add_connector(scenario, "crm")
    await allow(scenario, "", "serviceaccounts", "get")
    _, steps = await examine(scenario)
    assert steps["secrets"]["ok"] is None
    assert "You are not allowed to create serviceaccounts/token" in steps["secrets"]["text"]
