"""`kubectl oauth status`, `refresh` and `revoke` against the operator that does it."""

import asyncio
import json

import pytest
from playwright.async_api import Page
from pydantic import SecretStr

from tests.e2e.scenario import ANN, Stage


@pytest.mark.usefixtures("editor")
async def test_a_connected_connector_is_shown_refreshed_and_revoked(stage: Stage, tab: Page) -> None:
    """Each verb ends when the operator has acted, and what it says is so at the provider too."""
    await stage.add_connector(stage.client(stage.hosted))
    first = await stage.connect(tab)
    shown = await stage.ran("status", "crm")
    assert f"system:serviceaccount:{stage.namespace.name}:{ANN}" in shown
    assert stage.hosted in shown
    assert "True, TokenIssued" in await stage.ran("status", "crm")

    await stage.ran("refresh", "crm", "--wait")
    second = await stage.token()
    assert second != first
    assert await asyncio.to_thread(stage.server.is_live, SecretStr(second))

    told = json.loads(await stage.ran("revoke", "crm", "--yes", "-o", "json"))
    assert told["lastHandledRevoke"] == (await stage.status())["lastHandledRevoke"]
    assert (await stage.status())["lastRevocation"] == "Revoked"
    assert await stage.namespace.values("crm-token") is None
    assert not await asyncio.to_thread(stage.server.is_live, SecretStr(second))
    await stage.waits_for_a_person()
    await stage.run("status", "crm")
    assert await stage.terminal.ended() == 1
    assert "ConsentRequired" in stage.terminal.printed

    third = await stage.connect(tab)
    assert await asyncio.to_thread(stage.server.is_live, SecretStr(third))
