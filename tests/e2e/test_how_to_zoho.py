"""docs/how-to/connect-zoho.md, done as it stands there: its commands by bash in a terminal, in order.

What is different from the page: hosts are on loopback (`_at_the_emulator`), and there is no kubelet. So its pod is
created and accepted, and the call that it would make is made here, with what the Secret holds.
"""

import json
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.client import KubeAPI
from tests.e2e.conftest import EDIT
from tests.e2e.scenario import ANN, QUESTION
from tests.support.cluster import Namespace, new_namespace
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.control_plane import StartOperator
from tests.support.polling import eventually
from tests.support.terminal import TerminalSession
from tests.support.zoho import Zoho, zoho
from tests.support.zoho_accounts import ZohoClient

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "connect-zoho.md").read_text()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = 'set -euo pipefail; while read -r block; do . "./$block"; echo "[$block is done]" >&2; done'
"""One shell for all commands, as at a desk: a variable of one block is there in the next; a failure ends it."""

BROWSER = '#!/bin/sh\ncp "${1#file://}" OUT/page.part && mv OUT/page.part OUT/page.html\n'
VARYING = re.compile(r"\S+T\S+Z|\b\d+[smh]\S*$", re.MULTILINE)
"""Times and ages."""


@dataclass(frozen=True)
class Block:
    """The commands of a block, and the output that the page shows for them, if any."""

    commands: str
    shows: str


def blocks() -> list[Block]:
    """Read the page: each `sh` block with the plain block that follows it, if any."""
    found = [*BLOCK.findall(PAGE), ("sh", "")]
    return [
        Block(text, after if kind == "" else "")
        for (language, text), (kind, after) in pairwise(found)
        if language == "sh"
    ]


class GuideSession:
    """What a user works with: a folder with the example, a shell in a terminal, Zoho's console in a browser."""

    def __init__(self, terminal: TerminalSession, folder: Path, server: Zoho, site: ConsentServerReplicas) -> None:
        self.terminal = terminal
        self.zoho = server
        self._folder = folder
        self._site = site
        self._done = 0

    async def sit_down(self) -> None:
        """Copy the example, and start the shell."""
        (self._folder / "examples").mkdir()
        manifest = (ROOT / "examples" / "zoho.yaml").read_text()
        (self._folder / "examples" / "zoho.yaml").write_text(self._at_the_emulator(manifest))
        await self.terminal.command("bash", "-c", SHELL, folder=self._folder)

    def type(self, block: Block, client: ZohoClient | None = None) -> None:
        """Type a block's commands, with the client's ID in the place of the page's."""
        self._done += 1
        known = re.sub(r"1000\.X+", client.id, block.commands) if client else block.commands
        (self._folder / f"block-{self._done}").write_text(self._at_the_emulator(known))
        self.terminal.type(f"block-{self._done}\n")

    async def has_shown(self, block: Block) -> None:
        """Wait until the block's commands have ended well, having printed in the end what the page shows."""
        await self.terminal.wait_for_output(f"[block-{self._done} is done]")
        if block.shows:
            expected = _words(self._at_the_emulator(block.shows))
            assert _words(self.terminal.printed)[-len(expected) :] == expected

    async def do(self, block: Block, client: ZohoClient | None = None) -> None:
        """Type a block, and see what the page shows."""
        self.type(block, client)
        await self.has_shown(block)

    async def opened(self, tab: Page) -> None:
        """Wait for the browser that the command opens; return its page."""
        page = self._folder / "page.html"
        await eventually(page.exists)
        await tab.goto(page.as_uri())

    def _at_the_emulator(self, text: str) -> str:
        """Put what is on loopback in the place of hosts: the consent server, Zoho's accounts, Zoho's API."""
        at = self.zoho.provider("us")
        urls = "".join(f"\n    {name}: {url}" for name, url in at.items() if name != "preset")
        hosts = {
            "https://connect.example.com": self._site.url,
            "allowed-hosts=accounts.zoho.com": "allowed-hosts=127.0.0.1",
            "https://www.zohoapis.com": self.zoho.origins["us"],
            "    preset: Zoho": f"    preset: Zoho{urls}\n   ",
        }
        for there, here in hosts.items():
            text = text.replace(there, here)
        return text


def _words(text: str) -> Sequence[str]:
    return VARYING.sub("", text).split()


@pytest.fixture
async def namespace(admin: KubeAPI) -> AsyncIterator[Namespace]:
    """Return the namespace of the page."""
    async with new_namespace(admin, "shop") as made:
        yield made


@pytest.fixture
async def user_kubeconfig(control_plane: ControlPlane, kubeconfig: Path) -> Path:
    """Return the kubeconfig of a user with the roles that the page names: to consent, and the two to edit."""
    whom = f"--serviceaccount=shop:{ANN}"
    for role in (EDIT, "edit"):
        control_plane.kubectl("create", "rolebinding", role, "-n", "shop", f"--clusterrole={role}", whom)
    return kubeconfig


@pytest.fixture
async def consents(
    user_kubeconfig: Path,
    control_plane: ControlPlane,
    consent_site: ConsentServerReplicas,
    start_operator: StartOperator,
    tmp_path: Path,
) -> AsyncIterator[GuideSession]:
    """Return a session with Zoho, operator and consent server running."""
    browser = tmp_path / "browser"
    browser.write_text(BROWSER.replace("OUT", str(tmp_path)))
    browser.chmod(0o700)
    path = (str(control_plane.binaries), str(Path(sys.executable).parent), os.environ["PATH"])
    desktop = {"BROWSER": f"{browser} %s", "DISPLAY": ":7"}
    terminal = TerminalSession(tmp_path, {"PATH": ":".join(path), "KUBECONFIG": str(user_kubeconfig), **desktop})
    async with zoho() as server:
        await start_operator(*server.ports, publicURL=consent_site.url, namespace="oauth-connector-system")
        made = GuideSession(terminal, tmp_path, server, consent_site)
        await made.sit_down()
        yield made
        await terminal.close()
    assert "c4n4ry" not in terminal.shown + terminal.printed


async def test_the_steps_of_the_page_work(consents: GuideSession, namespace: Namespace, tab: Page) -> None:
    """Each command works as written and prints what the page shows; the API accepts the pod's header."""
    copy, create, redirect_uri, ask_secret, add_secret, add_connector, authorize, check, call, logs = blocks()
    await consents.do(copy)
    await consents.do(create)
    await namespace.wait_for_conditions(
        "zoho", not_Ready="ConsentRequired", ConsentRequired="ConsentRequired", Reconciling="ConsentRequired"
    )
    await consents.do(redirect_uri)
    client = consents.zoho.accounts.register(consents.terminal.printed.split()[-1])
    consents.type(ask_secret)
    await eventually(lambda: not consents.terminal.echoes)
    consents.terminal.type(f"{client.secret}\n")
    await consents.has_shown(ask_secret)
    await consents.do(add_secret)
    await consents.do(add_connector, client)
    await _authorize_as_on_page(consents, authorize, tab)
    await consents.do(check)
    assert await namespace.get("pods", "zoho-reader") is not None
    assert await _called(namespace, call) == json.loads(logs.shows)


async def _authorize_as_on_page(consents: GuideSession, authorize: Block, tab: Page) -> None:
    """Do step 5 of the page, in the browser and in the terminal."""
    heading = tab.get_by_role("heading", level=1)
    consents.type(authorize)
    await consents.opened(tab)
    await expect(heading).to_have_text("Authorize zoho?")
    await tab.get_by_role("button", name="Continue to 127.0.0.1").click()
    await tab.get_by_role("button", name="Accept").click()
    await expect(heading).to_have_text("Enter this code")
    code = await tab.get_by_label("Confirmation code").inner_text()
    await consents.terminal.wait_for_output(QUESTION)
    consents.terminal.type(f"{code}\n")
    for line in authorize.shows.replace("K7QF-2M9P", code).splitlines():
        await consents.terminal.wait_for_output(line)
    await consents.has_shown(Block(authorize.commands, ""))
    await expect(heading).to_have_text("Authorized")


async def _called(namespace: Namespace, call: Block) -> object:
    """Make the pod's call as the page writes it, with the files of the Secret that the pod mounts."""
    values = await namespace.values("zoho-token") or {}

    def mounted(command: str) -> str:
        return re.sub(r"\$\(cat /zoho/(\w+)\)", lambda file: values[file.group(1)], command)

    printed, url = re.findall(r'"(\$\(cat .*?)"', call.commands)
    async with (
        aiohttp.ClientSession() as session,
        session.get(mounted(url), headers={"Authorization": mounted(printed)}) as answer,
    ):
        assert answer.status == 200
        return await answer.json()
