"""`kubectl oauth refresh --wait` while the operator waits for the end of a limit of the provider."""

import pytest

from oauth_connector.api.reasons import DETAILED_MESSAGES, Reason
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.component.kubectl_plugin.test_commands import REFRESH, asked


@pytest.mark.parametrize("kind", ["Ready", "RefreshFailed"])
async def test_a_refresh_that_waits_for_a_limit_shows_for_what_and_until_when(
    scenario: PluginScenario, kind: str
) -> None:
    """The whole sentence is shown once, however narrow the terminal is; beside a valid token, too."""
    sentence = DETAILED_MESSAGES[Reason.RATE_LIMITED].format(host="a.example", client="client `crm`", until="8:00")
    limited = {"type": kind, "status": str(kind != "Ready"), "reason": "RateLimited", "message": sentence}
    issued = {"type": "Ready", "status": "True", "reason": "TokenIssued", "message": "The token is valid."}
    conditions = [limited] if kind == "Ready" else [issued, limited]
    times = {"observedGeneration": 1, "lastTransitionTime": "2026-01-15T08:00:00Z"}
    await scenario.add_connector()
    await scenario.operator.show("crm", conditions=[condition | times for condition in conditions])
    await scenario.terminal.run("refresh", "crm", "--wait", "-n", scenario.namespace.name)
    await scenario.terminal.wait_for_output("crm: waiting for the end of the limit", times=2)
    assert " ".join(scenario.terminal.shown.split()).count(f"! crm: {sentence}") == 1
    value = await asked(scenario, REFRESH)
    await scenario.operator.show("crm", expirationTime="2100-01-15T08:00:00Z", lastHandledRefresh=value)
    assert await scenario.terminal.ended() == 0
