"""What `kubectl oauth authorize` says before it asks anybody for anything."""

from devtools.cluster.control_plane import ControlPlane
from tests.component.kubectl_plugin.conftest import Scene
from tests.support.cluster import MERGE


async def told(scene: Scene, *options: str) -> str:
    """Give what an authorization says that must end at once, with no consent made."""
    await scene.authorize("-n", scene.namespace.name, *options)
    assert await scene.terminal.ended() == 1
    assert await scene.operator.consents() == []
    assert not scene.terminal.printed
    return scene.terminal.shown


async def test_a_connector_that_is_not_there_is_told(scene: Scene) -> None:
    """With its name and namespace."""
    assert f"There is no oauthconnectors crm in namespace {scene.namespace.name}" in await told(scene)


async def test_a_grant_without_a_person_is_told(scene: Scene) -> None:
    """Its grantType is named, and where to look instead."""
    await scene.add_connector(grantType="ClientCredentials")
    shown = await told(scene)
    assert "grantType ClientCredentials" in shown
    assert f"kubectl oauth status crm -n {scene.namespace.name}" in shown


async def test_a_suspended_connector_is_told(scene: Scene) -> None:
    """With the field to set."""
    await scene.add_connector(suspend=True)
    assert "set spec.suspend to false" in await told(scene)


async def test_missing_rights_are_told_before_anybody_consents(scene: Scene) -> None:
    """All of them at once; on loopback the status of consents is among them."""
    await scene.add_connector(scene.loopback)
    role = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{scene.namespace.name}/roles/ann"
    rules = [{"apiGroups": ["oauthconnector.dev"], "resources": ["*"], "verbs": ["get", "create"]}]
    await scene.namespace.api.request("PATCH", role, body={"rules": rules}, content_type=MERGE)
    assert "You may not patch oauthconsents, patch oauthconsents/status" in await told(scene)


async def test_a_stranger_to_the_namespace_is_told(scene: Scene, control_plane: ControlPlane) -> None:
    """Who may not even look learns nothing but that."""
    stranger = control_plane.kubeconfig_for(scene.namespace.name, "default")
    await scene.add_connector()
    assert "You may not get oauthconnectors" in await told(scene, "--kubeconfig", str(stranger))


async def test_a_context_that_is_not_there_is_told(scene: Scene) -> None:
    """As kubectl does."""
    assert "has no context named prod" in await told(scene, "--context", "prod")


async def test_an_operator_that_does_not_answer_is_told(scene: Scene) -> None:
    """Within the time that is given, and the consent is taken back."""
    await scene.add_connector()
    shown = await told(scene, "--timeout", "2s")
    assert "The operator has not taken up OAuthConsent crm-" in shown


async def test_an_operators_no_is_told(scene: Scene) -> None:
    """Its sentence ends the command; its object stays."""
    await scene.add_connector()
    await scene.authorize("-n", scene.namespace.name)
    await scene.operator.say("False", "ConnectorInvalid", "Its condition Ready says what to mend")
    assert await scene.terminal.ended() == 1
    assert "ConnectorInvalid: Its condition Ready says what to mend" in scene.terminal.shown
    assert len(await scene.operator.consents()) == 1
