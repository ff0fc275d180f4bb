"""One namespace with a connector `crm` on a real provider, a user with terminal and browser, and a check for leaks."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import Authentication, RegisteredClient
from oauth_connector.consent_protocol.addresses import redirect_uri
from tests.support.browser import inspect
from tests.support.browser_user import answer
from tests.support.cluster import Manifest, Namespace, until
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.control_plane import CANARY
from tests.support.http_user import UserDecision
from tests.support.operator_process import OperatorProcess
from tests.support.polling import eventually
from tests.support.secrecy import Kind, Secrecy
from tests.support.terminal import TerminalSession

ANN = "ann"
SCOPE = "openid offline_access read"
QUESTION = "Confirmation code that the last page shows: "
LIFETIME, BEFORE = 60, "50s"
"""Tokens are replaced as soon as the operator ever does, after ten seconds; the old ones go on being good."""


@dataclass
class FlowScenario:
    """The parties of a flow."""

    namespace: Namespace
    operator: OperatorProcess
    site: ConsentServerReplicas
    terminal: TerminalSession
    server: AuthorizationServer
    opened: Path
    secrecy: Secrecy = field(default_factory=Secrecy)
    transcript: str = ""
    link: str = ""

    # --- the connector ------------------------------------------------------------------------------------------
    @property
    def hosted(self) -> str:
        """The connector's redirect URI at the consent server."""
        return redirect_uri(self.site.url, self.namespace.name, "crm")

    def client(self, back: str, authentication: Authentication = "client_secret_basic") -> RegisteredClient:
        """Register a client at the provider."""
        secret = None if authentication == "none" else f"{CANARY}{self.namespace.name}-client-secret"
        made = self.server.register(
            secret=secret, authentication=authentication, lifetime=LIFETIME, redirect_uris=[back]
        )
        self.secrecy.add(Kind.CLIENT_SECRET, made.secret.get_secret_value())
        return made

    async def add_connector(
        self, client: RegisteredClient, code: dict[str, Any] | None = None, **provider: str
    ) -> Manifest:
        """Create the connector, and the Secret of its client if it has one; a `tokenURL` replaces discovery."""
        credentials: dict[str, Any] = {"id": client.id}
        if client.authentication != "none":
            await self.namespace.add_secret("crm-client", client_secret=client.secret.get_secret_value())
            credentials["secretRef"] = {"name": "crm-client", "key": "client-secret"}
        spec = {
            "grantType": "AuthorizationCode",
            "provider": provider if "tokenURL" in provider else {"issuer": self.server.issuer, **provider},
            "client": credentials,
            "scope": SCOPE,
            "authorizationCode": {"parameters": {"prompt": "consent"}, **(code or {})},
            "refresh": {"before": BEFORE},
        }
        return await self.namespace.add_connector("crm", spec)

    async def connector(self) -> Manifest:
        """Read the connector."""
        found = await self.namespace.get("oauthconnectors", "crm")
        assert found is not None
        return found

    async def status(self) -> Manifest:
        """Return the connector's status."""
        status: Manifest = (await self.connector()).get("status", {})
        return status

    async def wait_for_consent_required(self, why: str = "ConsentRequired") -> None:
        """Wait until the connector reports that consent is required, with this reason."""

        async def is_required() -> bool:
            return (await self.namespace.conditions("crm")).get("ConsentRequired") == why

        await until(is_required)

    async def consent(self) -> Manifest:
        """Return the newest consent."""
        found = sorted(await self.namespace.items("oauthconsents"), key=lambda c: int(c["metadata"]["resourceVersion"]))
        return found[-1]

    async def token(self) -> str:
        """Return the token in the output Secret, after noting all tokens that there are."""
        state = await self.namespace.values("crm-oauth-state") or {}
        output = await self.namespace.values("crm-token") or {}
        self.secrecy.add(Kind.REFRESH_TOKEN, state.get("refresh_token"))
        self.secrecy.add(Kind.ACCESS_TOKEN, state.get("access_token"))
        self.secrecy.add(Kind.ACCESS_TOKEN, output.get("access_token"))
        assert not self.secrecy.leaks({"the output Secret": json.dumps(output)}, Kind.ACCESS_TOKEN)
        return output.get("access_token", "")

    async def another_token(self, than: str) -> str:
        """Wait for another token; return it."""

        async def is_there() -> bool:
            return await self.token() not in ("", than)

        await until(is_there, within=40)
        return await self.token()

    # --- the terminal -------------------------------------------------------------------------------------------
    async def run(self, *arguments: str) -> None:
        """Run `kubectl oauth` in the terminal."""
        self.transcript += self.terminal.shown
        await self.terminal.run(*arguments, "-n", self.namespace.name)

    async def ran(self, *arguments: str) -> str:
        """Run `kubectl oauth` until it ends successfully; return its output."""
        await self.run(*arguments)
        code = await self.terminal.ended()
        assert code == 0, self.terminal.shown
        return self.terminal.printed

    async def authorize(self, *options: str) -> str:
        """Run `kubectl oauth authorize crm --no-browser`; return the link that it prints."""
        await self.run("authorize", "crm", "--no-browser", *options)
        await self.terminal.wait_for_output("\r\n\r\n  http")
        await self.terminal.wait_for_output("\r\n\r\n", times=2)
        self.link = self.terminal.shown.split("\r\n\r\n  ")[1].split("\r\n")[0]
        self.secrecy.add(Kind.TICKET, self.link.partition("#")[2])
        return self.link

    async def authorize_in_browser(self) -> str:
        """Run `kubectl oauth authorize crm`; return the address of the private page that the browser opens."""
        await self.run("authorize", "crm")
        await eventually(self.opened.exists)
        page = self.opened.read_text().strip()
        ticket = _ticket_in(Path(page.removeprefix("file://")))
        self.secrecy.add(Kind.TICKET, ticket)
        assert ticket not in self.terminal.shown
        return page

    async def confirm(self, tab: Page) -> None:
        """Type what the last page shows."""
        await expect(tab.get_by_role("heading", level=1)).to_have_text("Enter this code")
        code = await tab.get_by_label("Confirmation code").inner_text()
        self.secrecy.add(Kind.CONFIRMATION, code)
        await self.terminal.wait_for_output(QUESTION)
        self.terminal.type(f"{code}\n")

    async def connected(self) -> str:
        """Wait until the command ends successfully; return the token."""
        assert await self.terminal.ended() == 0, self.terminal.shown
        assert "crm is authorized" in self.terminal.shown
        return await self.token()

    # --- the browser --------------------------------------------------------------------------------------------
    async def look(self, tab: Page, link: str = "") -> None:
        """Open the link, up to the page that shows what will be granted."""
        tab.on("request", lambda request: self.secrecy.add_redirect(request.url))
        await tab.goto(link or self.link)
        await expect(tab.get_by_role("heading", level=1)).to_have_text("Authorize crm?")

    async def resume(self, tab: Page) -> None:
        """Leave for the provider, and wait to be there."""
        await tab.get_by_role("button", name="Continue to").click()
        await tab.wait_for_url(re.compile(f":{self.server.port}/"))

    async def answer(self, tab: Page, says: UserDecision = "accept", folder: str = "") -> None:
        """Log in at the provider, and consent or refuse; it keeps pictures of its pages where there is a folder."""
        user = self.server.user
        self.secrecy.add(Kind.PASSWORD, user.password.get_secret_value())
        await answer(tab, user, self.server.port, says, folder)

    async def connect(self, tab: Page) -> str:
        """Authorize the connector on the consent server; return the token."""
        await self.authorize()
        await self.look(tab)
        await self.resume(tab)
        await self.answer(tab)
        await self.confirm(tab)
        return await self.connected()

    # --- leaks --------------------------------------------------------------------------------------------------
    async def leaks(self) -> list[str]:
        """Name the secrets that can be read where they must not be."""
        await self.token()
        consents = await self.namespace.items("oauthconsents")
        places = {
            "the operator's log": self.operator.read_log(),
            "the consent server's log": self.site.read_log(),
            "an Event": json.dumps(await self.namespace.items("events", "events.k8s.io")),
            "the connector": json.dumps(await self.namespace.items("oauthconnectors")),
            "a consent's status": json.dumps([consent.get("status") for consent in consents]),
        }
        shown = {"the terminal": self.transcript + self.terminal.shown}
        own = self.secrecy.leaks(shown, *self._own)
        printed = self.secrecy.leaks({"the command's output": self.terminal.output}, Kind.PASSWORD)
        return self.secrecy.leaks(places) + own + printed

    @property
    def _own(self) -> tuple[Kind, ...]:
        """What the user's own terminal may show: the link with the ticket or the state, and what the user types."""
        direct = self.link.startswith(self.server.authorization_url)
        return (Kind.STATE,) if direct else (Kind.TICKET, Kind.CONFIRMATION)

    async def pictures(self, tab: Page, name: str) -> None:
        """Keep pictures of a page of the consent server, which its component tests have audited."""
        assert await inspect(tab, f"e2e/{name}", audited=()) == []


def _ticket_in(page: Path) -> str:
    found = re.search(r"#([\w-]{43})", page.read_text())
    assert found is not None
    return found[1]
