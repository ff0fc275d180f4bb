"""`kubectl oauth status`, `refresh` and `revoke` against the operator that does it."""

import asyncio
import json

import pytest
from playwright.async_api import Page
from pydantic import SecretStr

from tests.e2e.scenario import ANN, FlowScenario


@pytest.mark.usefixtures("editor")
async def test_an_authorized_connector_is_shown_refreshed_and_revoked(scenario: FlowScenario, tab: Page) -> None:
    """Each command ends when the operator has acted, and its message is true at the provider too."""
    await scenario.add_connector(scenario.client(scenario.hosted))
    first = await scenario.connect(tab)
    shown = await scenario.ran("status", "crm")
    assert f"system:serviceaccount:{scenario.namespace.name}:{ANN}" in shown
    assert scenario.hosted in shown
    assert "True, TokenIssued" in await scenario.ran("status", "crm")

    await scenario.ran("refresh", "crm", "--wait")
    second = await scenario.token()
    assert second != first
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(second))

    printed = json.loads(await scenario.ran("revoke", "crm", "--yes", "-o", "json"))
    assert printed["lastHandledRevoke"] == (await scenario.status())["lastHandledRevoke"]
    assert (await scenario.status())["lastRevocation"] == "Revoked"
    assert await scenario.namespace.values("crm-token") is None
    assert not await asyncio.to_thread(scenario.server.is_live, SecretStr(second))
    await scenario.wait_for_consent_required()
    await scenario.run("status", "crm")
    assert await scenario.terminal.ended() == 1
    assert "ConsentRequired" in scenario.terminal.printed

    third = await scenario.connect(tab)
    assert await asyncio.to_thread(scenario.server.is_live, SecretStr(third))
