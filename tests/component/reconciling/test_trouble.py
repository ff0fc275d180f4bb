"""What goes wrong, what is told, and that nobody is hammered."""

import asyncio

from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import Scene, enter
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy


async def test_a_wrong_client_secret_is_told_not_hammered_and_a_corrected_one_used(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A refused client stalls; the provider is left in peace, and the corrected Secret is picked up within 65 s."""
    scene = enter(namespace, canaille, canaille_proxy)
    operator = await start_operator(scene.port)
    await scene.add_client_secret("c4n4ry-wrong")
    await namespace.add_connector("crm", scene.spec())
    await namespace.shows("crm", not_Ready="CredentialsRejected", Stalled="CredentialsRejected")
    connector = await namespace.get("oauthconnectors", "crm") or {}
    assert connector["status"]["lastError"]["oauthError"] == "invalid_client"
    assert "c4n4ry" not in str(connector)
    await operator.stop()
    await operator.start()
    await asyncio.sleep(20)  # what must not happen takes time not to happen
    assert scene.calls == 1
    await namespace.edit_secret("robot", client_secret=scene.client.secret.get_secret_value())
    await namespace.shows("crm", within=65, Ready="TokenIssued")
    assert scene.calls == 2
    await until(lambda: _tells(namespace, ("Warning", "CredentialsRejected"), ("Normal", "TokenIssued")))


async def test_a_refused_password_is_never_sent_again(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """Not by time, not by a request, not by an edit of `output`, not by a restart; another password is sent at once."""
    scene = enter(namespace, canaille, canaille_proxy)
    person = canaille.enroll("c4n4ry-right")
    operator = await start_operator(scene.port)
    await scene.add_client_secret()
    await namespace.add_secret("ann", password="c4n4ry-wrong")
    password = {"username": person.username, "passwordSecretRef": {"name": "ann"}}
    await namespace.add_connector("crm", scene.spec(grantType="Password", password=password, scope="profile"))
    await namespace.shows("crm", not_Ready="CredentialsRejected", Stalled="CredentialsRejected")
    await operator.stop()
    await operator.start()
    request = {"metadata": {"annotations": {"oauthconnector.dev/refresh-requested-at": "please"}}}
    await namespace.edit("oauthconnectors", "crm", request)
    await namespace.edit("oauthconnectors", "crm", {"spec": {"headerPrefix": "X"}})
    await asyncio.sleep(20)  # as above
    assert scene.calls == 1
    await namespace.edit_secret("ann", password="c4n4ry-right")
    await namespace.shows("crm", within=65, Ready="TokenIssued")
    assert scene.calls == 2


async def test_a_missing_secret_is_waited_for(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A credential that is not there is told, with the keys that are, and used soon after it appears."""
    scene = enter(namespace, canaille, canaille_proxy)
    await start_operator(scene.port)
    await namespace.add_connector("crm", scene.spec())
    await namespace.shows("crm", not_Ready="CredentialsNotFound", Reconciling="CredentialsNotFound")
    assert scene.calls == 0
    await scene.add_client_secret()
    await namespace.shows("crm", within=15, Ready="TokenIssued")
    await namespace.add_secret("misspelt", client_scret="c4n4ry")
    await namespace.add_connector("other", scene.spec(client={"id": "x", "secretRef": {"name": "misspelt"}}))
    await namespace.shows("other", not_Ready="CredentialsNotFound", Reconciling="CredentialsNotFound")
    connector = await namespace.get("oauthconnectors", "other") or {}
    assert "`client-scret`" in connector["status"]["conditions"][0]["message"]


async def test_a_provider_that_is_down_leaves_the_old_token(namespace: Namespace, brief_scene: Scene) -> None:
    """The old token stays and `RefreshFailed` stands beside it; at expiry `TokenExpired`, the Secret still there."""
    scene = brief_scene
    await scene.connect()
    token = await namespace.token("crm-token")
    await scene.proxy.down()
    await namespace.shows("crm", within=25, Ready="TokenIssued", RefreshFailed="ProviderUnreachable")
    assert await namespace.token("crm-token") == token
    assert scene.server.is_live(SecretStr(token or ""))
    await namespace.shows(
        "crm",
        within=25,
        not_Ready="TokenExpired",
        Reconciling="ProviderUnreachable",
        RefreshFailed="ProviderUnreachable",
    )
    assert await namespace.token("crm-token") == token
    await scene.proxy.up()
    await namespace.shows("crm", within=60, Ready="TokenIssued")
    assert scene.server.is_live(SecretStr(await namespace.token("crm-token") or ""))


async def test_a_suspended_connector_makes_no_call(namespace: Namespace, brief_scene: Scene) -> None:
    """`suspend` leaves the token there until it dies, and makes no call; without it the connector goes on."""
    scene = brief_scene
    await scene.connect()
    await namespace.edit("oauthconnectors", "crm", {"spec": {"suspend": True}})
    await namespace.shows("crm", within=40, not_Ready="Suspended")
    assert await namespace.token("crm-token")
    assert scene.calls == 1
    await namespace.edit("oauthconnectors", "crm", {"spec": {"suspend": None}})
    await namespace.shows("crm", Ready="TokenIssued")
    assert scene.calls == 2


async def test_a_secret_that_may_not_go_there_is_not_sent(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A credential Secret that names other hosts is not sent to this one."""
    scene = enter(namespace, canaille, canaille_proxy)
    await start_operator(scene.port)
    only = {"oauthconnector.dev/allowed-hosts": "login.example.com"}
    await namespace.add_secret("robot", only, client_secret="c4n4ry-client-secret")
    await namespace.add_connector("crm", scene.spec())
    await namespace.shows("crm", not_Ready="CredentialsNotAllowed", Stalled="CredentialsNotAllowed")
    assert scene.calls == 0


async def test_a_destination_that_nobody_allowed_is_not_reached(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """Without the operator's leave loopback is out of reach for connectors."""
    scene = enter(namespace, canaille, canaille_proxy)
    await start_operator()
    await scene.add_client_secret()
    await namespace.add_connector("crm", scene.spec())
    await namespace.shows("crm", not_Ready="DestinationNotAllowed", Stalled="DestinationNotAllowed")
    assert scene.calls == 0


async def _tells(namespace: Namespace, *expected: tuple[str, str]) -> bool:
    """Tell whether the Events are these; an Event follows the status that it is about."""
    return {(e["type"], e["reason"]) for e in await namespace.items("events", "events.k8s.io")} == set(expected)
