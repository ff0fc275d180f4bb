"""Settings that change: while the operator runs, and between two runs."""

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy
from tests.support.operator_process import OperatorProcess

REFUSED = "DestinationNotAllowed"


async def _add_refused(scene: ConnectorScene) -> None:
    """Create a connector, and wait until the operator refuses to connect to its token endpoint."""
    await scene.add_client_secret()
    await scene.namespace.add_connector("crm", scene.spec())
    await scene.namespace.wait_for_conditions("crm", not_Ready=REFUSED, Stalled=REFUSED)
    assert scene.token_requests == 0


async def test_a_corrected_setting_is_applied_after_a_restart(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A connector that was refused gets its token at the start of an operator that allows the destination."""
    scene = enter(namespace, canaille, canaille_proxy)
    operator = await start_operator()
    await _add_refused(scene)
    await operator.stop()
    operator.configure([scene.port])
    await operator.start()
    await namespace.wait_for_conditions("crm", within=30, Ready="TokenIssued")
    assert scene.token_requests == 1


async def test_a_changed_file_is_applied_while_the_operator_runs(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """Invalid content is named in the log and changes nothing; a corrected file allows a destination, or forbids it."""
    scene = enter(namespace, canaille, canaille_proxy)
    operator = await start_operator()
    await _add_refused(scene)
    operator.write_settings("allowedDestinations: [{cidr: 127.0.0.0/8, port: 443}]")
    await until(lambda: _has_logged(operator, "allowedDestinations[0].port"), within=30)
    await namespace.wait_for_conditions("crm", not_Ready=REFUSED, Stalled=REFUSED)
    operator.configure([scene.port], workers=8)
    await namespace.wait_for_conditions("crm", within=40, Ready="TokenIssued")
    assert scene.token_requests == 1
    await until(lambda: _has_logged(operator, "need a restart"))
    operator.configure([])
    await until(lambda: _has_logged(operator, "changed settings are applied", times=2), within=30)
    await namespace.add_connector("later", scene.spec())
    await namespace.wait_for_conditions("later", not_Ready=REFUSED, Stalled=REFUSED)
    assert scene.token_requests == 1


async def _has_logged(operator: OperatorProcess, text: str, times: int = 1) -> bool:
    return operator.read_log().count(text) >= times
