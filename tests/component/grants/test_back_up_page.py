"""docs/how-to/back-up.md: its commands, for a namespace with a grant and one with client credentials."""

import asyncio
from pathlib import Path

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.client import KubeAPI
from tests.support.cluster import new_namespace, until
from tests.support.grant_connectors import GrantConnectorFactory
from tests.support.page_commands import PAGES, PageShell, read_commands


async def test_the_commands_of_the_page_restore_a_grant(
    control_plane: ControlPlane, admin: KubeAPI, connectors: GrantConnectorFactory, tmp_path: Path
) -> None:
    """The namespace is backed up, deleted, and restored with the valid token and without a token request."""
    sections = read_commands(PAGES / "back-up.md")
    (back_up,), (restore_key,), (restore,) = (sections[name] for name in ("Back up", "Restore the key", "Restore"))
    shell = PageShell(tmp_path, control_plane.kubeconfig)
    async with new_namespace(admin, "shop") as shop:
        holder = await GrantConnectorFactory(shop, connectors.server).create_awaiting_consent("crm")
        await holder.authorize()
        await holder.wait_for_conditions(Ready="TokenIssued")
        await asyncio.to_thread(shell.run, back_up)
        await shop.delete("oauthconnectors", "crm")

        async def has_lost_state() -> bool:
            return not [s for s in await shop.items("secrets") if s["metadata"]["name"] in _WRITTEN]

        await until(has_lost_state, within=60)
        await asyncio.to_thread(shell.run, restore_key)
        await asyncio.to_thread(shell.run, restore)
        await holder.wait_for_conditions(Ready="TokenIssued")
        assert await holder.has_valid_token()
        assert holder.presented == []


_WRITTEN = {"crm-token", "crm-oauth-state"}
