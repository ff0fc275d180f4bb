"""`kubectl oauth authorize` for a grant without a redirect (RFC 8628)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.component.kubectl_plugin.conftest import PluginScenario

DEVICE_URL = "https://login.example.com/device"
ACTIVATE = "https://login.example.com/activate"


async def add_connector(scenario: PluginScenario) -> None:
    """Create a connector whose user enters a code."""
    provider = {"deviceAuthorizationURL": DEVICE_URL, "tokenURL": "https://login.example.com/t"}
    await scenario.add_connector(grantType="DeviceCode", provider=provider)


async def fill(scenario: PluginScenario) -> dict[str, Any]:
    """Write the codes, as the operator does."""
    device = {
        "userCode": "WDJB-MJHT",
        "verificationURI": ACTIVATE,
        "completeURI": f"{ACTIVATE}?user_code=WDJB-MJHT",
        "interval": 5,
        "expirationTime": (datetime.now(UTC) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sealedCode": "a.b.c.d.e",
    }
    return await scenario.operator.fill("", DEVICE_URL, device=device, confirmationRequired=False)


async def test_the_code_is_shown_with_its_link_and_as_an_image(scenario: PluginScenario) -> None:
    """The user enters it anywhere; the command asks nothing, and ends when the connector has its token."""
    await add_connector(scenario)
    await scenario.authorize("-n", scenario.namespace.name)
    consent = await fill(scenario)
    assert consent["spec"]["redirect"] == "Device"
    await scenario.terminal.wait_for_output("enter the code WDJB-MJHT")
    assert await scenario.link() == ACTIVATE
    await scenario.terminal.wait_for_output("Do not send the code to anyone")
    assert "\u2588\u2580" in scenario.terminal.shown
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0
    assert "crm is authorized" in scenario.terminal.shown


async def test_the_page_of_the_consent_server_has_the_ticket_in_its_fragment(scenario: PluginScenario) -> None:
    """It shows the same code to this user only."""
    await add_connector(scenario)
    page = f"https://oauth.example.com/connector/{scenario.namespace.name}/crm"
    await scenario.operator.show(ready="False", consentURL=page)
    await scenario.authorize("-n", scenario.namespace.name)
    consent = await fill(scenario)
    start = f"https://oauth.example.com/connect/{scenario.namespace.name}/{consent['metadata']['name']}#"
    await scenario.terminal.wait_for_output(start)


async def test_a_denial_ends_the_command(scenario: PluginScenario) -> None:
    """The operator reports it, and the command says so."""
    await add_connector(scenario)
    await scenario.authorize("-n", scenario.namespace.name)
    await fill(scenario)
    await scenario.terminal.wait_for_output("WDJB-MJHT")
    await scenario.operator.say("False", "AccessDenied", "The user denied access.")
    assert await scenario.terminal.ended() == 1
    assert "AccessDenied: The user denied access." in scenario.terminal.shown


async def test_there_is_nothing_to_paste(scenario: PluginScenario) -> None:
    """The option is refused with its reason, and no consent is created."""
    await add_connector(scenario)
    await scenario.authorize("-n", scenario.namespace.name, "--paste")
    assert await scenario.terminal.ended() != 0
    assert "has no redirect to paste" in scenario.terminal.shown
    assert await scenario.operator.consents() == []
