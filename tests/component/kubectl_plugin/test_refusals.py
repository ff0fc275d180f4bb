"""What `kubectl oauth authorize` reports before it creates a consent."""

from devtools.cluster.control_plane import ControlPlane
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.support.cluster import MERGE


async def run_refused(scenario: PluginScenario, *options: str) -> str:
    """Run an authorization that ends at once and creates no consent; return its message."""
    await scenario.authorize("-n", scenario.namespace.name, *options)
    assert await scenario.terminal.ended() == 1
    assert await scenario.operator.consents() == []
    assert not scenario.terminal.printed
    return scenario.terminal.shown


async def test_a_missing_connector_is_reported(scenario: PluginScenario) -> None:
    """With its name and namespace."""
    assert f"There is no oauthconnectors crm in namespace {scenario.namespace.name}" in await run_refused(scenario)


async def test_a_grant_without_user_is_reported(scenario: PluginScenario) -> None:
    """The message names its grantType, and the command to use instead."""
    await scenario.add_connector(grantType="ClientCredentials")
    shown = await run_refused(scenario)
    assert "grantType ClientCredentials" in shown
    assert f"kubectl oauth status crm -n {scenario.namespace.name}" in shown


async def test_a_suspended_connector_is_reported(scenario: PluginScenario) -> None:
    """With the field to set."""
    await scenario.add_connector(suspend=True)
    assert "Set spec.suspend to false" in await run_refused(scenario)


async def test_missing_permissions_are_reported_before_the_consent(scenario: PluginScenario) -> None:
    """All of them at once; on loopback the status of consents is among them."""
    await scenario.add_connector(scenario.loopback)
    role = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{scenario.namespace.name}/roles/ann"
    rules = [{"apiGroups": ["oauthconnector.dev"], "resources": ["*"], "verbs": ["get", "create"]}]
    await scenario.namespace.api.request("PATCH", role, body={"rules": rules}, content_type=MERGE)
    assert "You are not allowed to patch oauthconsents, patch oauthconsents/status" in await run_refused(scenario)


async def test_a_user_without_any_permission_is_reported(scenario: PluginScenario, control_plane: ControlPlane) -> None:
    """A user without the permission to read connectors sees only that."""
    other_user = control_plane.kubeconfig_for(scenario.namespace.name, "default")
    await scenario.add_connector()
    assert "You are not allowed to get oauthconnectors" in await run_refused(scenario, "--kubeconfig", str(other_user))


async def test_an_unknown_context_is_reported(scenario: PluginScenario) -> None:
    """As kubectl does."""
    assert "has no context named prod" in await run_refused(scenario, "--context", "prod")


async def test_an_operator_that_does_not_process_the_consent_is_reported(scenario: PluginScenario) -> None:
    """Within the time that is given, and the consent is taken back."""
    await scenario.add_connector()
    shown = await run_refused(scenario, "--timeout", "2s")
    assert "The operator did not process OAuthConsent crm-" in shown


async def test_a_failed_consent_is_reported(scenario: PluginScenario) -> None:
    """Its sentence ends the command; its object stays."""
    await scenario.add_connector()
    await scenario.authorize("-n", scenario.namespace.name)
    await scenario.operator.say("False", "ConnectorInvalid", "Its condition Ready says what to mend")
    assert await scenario.terminal.ended() == 1
    assert "ConnectorInvalid: Its condition Ready says what to mend" in scenario.terminal.shown
    assert len(await scenario.operator.consents()) == 1
