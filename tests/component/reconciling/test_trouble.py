"""Failures are reported in status and Events, and failed requests are not repeated in quick succession."""

import asyncio

from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy


async def test_a_wrong_client_secret_is_reported_and_a_corrected_one_is_used(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A refused client stalls without further requests; the corrected Secret is used within 65 s."""
    scene = enter(namespace, canaille, canaille_proxy)
    operator = await start_operator(scene.port)
    await scene.add_client_secret("c4n4ry-wrong")
    await namespace.add_connector("crm", scene.spec())
    await namespace.wait_for_conditions("crm", not_Ready="CredentialsRejected", Stalled="CredentialsRejected")
    connector = await namespace.get("oauthconnectors", "crm") or {}
    assert connector["status"]["lastError"]["oauthError"] == "invalid_client"
    assert "c4n4ry" not in str(connector)
    await operator.stop()
    await operator.start()
    await asyncio.sleep(20)  # what must not happen takes time not to happen
    assert scene.token_requests == 1
    await namespace.edit_secret("robot", client_secret=scene.client.secret.get_secret_value())
    await namespace.wait_for_conditions("crm", within=65, Ready="TokenIssued")
    assert scene.token_requests == 2
    await until(lambda: _has_events(namespace, ("Warning", "CredentialsRejected"), ("Normal", "TokenIssued")))


async def test_a_refused_password_is_never_sent_again(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """Neither time, a refresh request, an edit of `output` nor a restart sends it again; a new password is sent."""
    scene = enter(namespace, canaille, canaille_proxy)
    user = canaille.enroll("c4n4ry-right")
    operator = await start_operator(scene.port)
    await scene.add_client_secret()
    await namespace.add_secret("ann", password="c4n4ry-wrong")
    password = {"username": user.username, "passwordSecretRef": {"name": "ann"}}
    await namespace.add_connector("crm", scene.spec(grantType="Password", password=password, scope="profile"))
    await namespace.wait_for_conditions("crm", not_Ready="CredentialsRejected", Stalled="CredentialsRejected")
    await operator.stop()
    await operator.start()
    await namespace.request_refresh("crm", "please")
    await namespace.edit("oauthconnectors", "crm", {"spec": {"headerPrefix": "X"}})
    await asyncio.sleep(20)  # as above
    assert scene.token_requests == 1
    await namespace.edit_secret("ann", password="c4n4ry-right")
    await namespace.wait_for_conditions("crm", within=65, Ready="TokenIssued")
    assert scene.token_requests == 2


async def test_a_missing_secret_is_reported_and_used_when_it_appears(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """The message names the missing key and the existing keys."""
    scene = enter(namespace, canaille, canaille_proxy)
    await start_operator(scene.port)
    await namespace.add_connector("crm", scene.spec())
    await namespace.wait_for_conditions("crm", not_Ready="CredentialsNotFound", Reconciling="CredentialsNotFound")
    assert scene.token_requests == 0
    await scene.add_client_secret()
    await namespace.wait_for_conditions("crm", within=15, Ready="TokenIssued")
    await namespace.add_secret("misspelt", client_scret="c4n4ry")
    await namespace.add_connector("other", scene.spec(client={"id": "x", "secretRef": {"name": "misspelt"}}))
    await namespace.wait_for_conditions("other", not_Ready="CredentialsNotFound", Reconciling="CredentialsNotFound")
    connector = await namespace.get("oauthconnectors", "other") or {}
    assert "it has 1 other key" in connector["status"]["conditions"][0]["message"], "names of keys are not shown"


async def test_the_token_stays_while_the_provider_is_unavailable(
    namespace: Namespace, short_scene: ConnectorScene
) -> None:
    """Status has `RefreshFailed`; at expiry `TokenExpired`, and the Secret still exists."""
    scene = short_scene
    await scene.connect()
    token = await namespace.token("crm-token")
    await scene.proxy.down()
    await namespace.wait_for_conditions("crm", within=25, Ready="TokenIssued", RefreshFailed="ProviderUnreachable")
    assert await namespace.token("crm-token") == token
    assert scene.server.is_live(SecretStr(token or ""))
    await namespace.wait_for_conditions(
        "crm",
        within=25,
        not_Ready="TokenExpired",
        Reconciling="ProviderUnreachable",
        RefreshFailed="ProviderUnreachable",
    )
    assert await namespace.token("crm-token") == token
    await scene.proxy.up()
    await namespace.wait_for_conditions("crm", within=60, Ready="TokenIssued")
    assert scene.server.is_live(SecretStr(await namespace.token("crm-token") or ""))


async def test_a_suspended_connector_sends_no_request(namespace: Namespace, short_scene: ConnectorScene) -> None:
    """With `suspend` the token stays until it expires; without it the connector continues."""
    scene = short_scene
    await scene.connect()
    await namespace.edit("oauthconnectors", "crm", {"spec": {"suspend": True}})
    await namespace.wait_for_conditions("crm", within=40, not_Ready="Suspended")
    assert await namespace.token("crm-token")
    assert scene.token_requests == 1
    await namespace.edit("oauthconnectors", "crm", {"spec": {"suspend": None}})
    await namespace.wait_for_conditions("crm", Ready="TokenIssued")
    assert scene.token_requests == 2


async def test_credentials_are_not_sent_to_a_host_they_do_not_allow(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A credential Secret that names other hosts is not sent to this host."""
    scene = enter(namespace, canaille, canaille_proxy)
    await start_operator(scene.port)
    only = {"oauthconnector.dev/allowed-hosts": "login.example.com"}
    await namespace.add_secret("robot", only, client_secret="c4n4ry-client-secret")
    await namespace.add_connector("crm", scene.spec())
    await namespace.wait_for_conditions("crm", not_Ready="CredentialsNotAllowed", Stalled="CredentialsNotAllowed")
    assert scene.token_requests == 0


async def test_a_destination_that_is_not_allowed_is_not_reached(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """Without permission in the operator's configuration, connectors cannot reach loopback."""
    scene = enter(namespace, canaille, canaille_proxy)
    await start_operator()
    await scene.add_client_secret()
    await namespace.add_connector("crm", scene.spec())
    await namespace.wait_for_conditions("crm", not_Ready="DestinationNotAllowed", Stalled="DestinationNotAllowed")
    assert scene.token_requests == 0


async def _has_events(namespace: Namespace, *expected: tuple[str, str]) -> bool:
    """Return whether the Events are these; an Event is written after its status."""
    return {(e["type"], e["reason"]) for e in await namespace.items("events", "events.k8s.io")} == set(expected)
