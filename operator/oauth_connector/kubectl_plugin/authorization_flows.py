"""The three flows that bring the authorization response to the operator.

Hosted: the consent server receives the response, and the user enters the code of its last page. Loopback and paste:
this command receives the response, seals it for the operator and confirms it, because it is from the user's own
browser.
"""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from pydantic import SecretStr

from oauth_connector.api.names import READY
from oauth_connector.api.schema.fields import pattern_rule
from oauth_connector.api.v1alpha1.consent import CONFIRMATION
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol import addresses, sealing, tickets
from oauth_connector.consent_protocol.consent_response import ConsentResponse
from oauth_connector.kubectl_plugin import loopback
from oauth_connector.kubectl_plugin.browser import show_link
from oauth_connector.kubectl_plugin.connector_view import condition
from oauth_connector.kubectl_plugin.context import KubeObject
from oauth_connector.kubectl_plugin.created_consent import CreatedConsent, wait_for_either
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.expected_redirect import ExpectedRedirect, UnexpectedRedirect
from oauth_connector.kubectl_plugin.pushed_link import build_link
from oauth_connector.kubectl_plugin.terminal import Terminal
from oauth_connector.kubectl_plugin.terminal_mode import hidden_input
from oauth_connector.oauth.authorization import AuthorizationGranted

AWAITING_CONFIRMATION = "AwaitingConfirmation"
SECRET_LINK_HINT = "Treat it like a password for 15 minutes: do not share it."
READING_SECONDS = 5.0
"""Seconds within which a running operator reads a response. After that the command prompts for the code."""

_CONFIRMATION_FORM = pattern_rule(CONFIRMATION, "")


@dataclass(frozen=True, slots=True)
class AuthorizationFlow:
    """The flow of one consent: its authorization request, and the ticket that only this command has."""

    consent: CreatedConsent
    request: ConsentRequest
    connector: str
    ticket: SecretStr
    browser: bool

    @property
    def terminal(self) -> Terminal:
        """The terminal for messages."""
        return self.consent.context.terminal

    # --- hosted -------------------------------------------------------------------------------------------------
    async def run_hosted(self) -> None:
        """Run the flow through the consent server. Raises `CommandFailed`."""
        async with show_link(self._connect_link(), SECRET_LINK_HINT, self.terminal, browser=self.browser):
            self._explain_silence()
            await self.consent.wait("waiting for you in the browser", _has_response)
            await self._wait_for_denial()
        if self.request.confirmation_required:
            self.terminal.success("The consent server received the provider's response.")
            await self._confirm()
        await self.consent.wait_for_result(is_authorized)

    async def _wait_for_denial(self) -> None:
        """Give the operator a moment to read the response, which may be a denial. Raises `CommandFailed` for one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READING_SECONDS):
                await self.consent.wait("", _is_read)

    def _connect_link(self) -> str:
        namespace, uri = self.consent.context.namespace, self.request.redirect_uri
        callback = addresses.callback_path(namespace, self.connector)
        if urlsplit(uri).scheme not in ("https", "http") or not uri.endswith(callback):
            raise CommandFailed(f"The redirect URI {uri} is not one of the consent server. Use --paste.")
        path = addresses.connect_path(namespace, self.consent.name)
        return f"{uri.removesuffix(callback)}{path}#{self.ticket.get_secret_value()}"

    async def _confirm(self) -> None:
        """Ask for the code until the operator accepts one or the consent ends."""
        question = "Confirmation code that the last page shows: "
        while True:
            generation = await wait_for_either(self._read_confirmation(question), self.consent.wait("", is_authorized))
            if generation is None or await self.consent.wait_for_result(partial(_is_code_accepted, generation)):
                return
            question = "The code is not correct. Enter the code that the last page shows: "

    async def _read_confirmation(self, question: str) -> int:
        code = tickets.normalize_confirmation(await self.terminal.ask(question))
        while not _CONFIRMATION_FORM.holds(code):
            code = tickets.normalize_confirmation(
                await self.terminal.ask("The code has eight letters and digits, such as K7QF-2M9P. Enter it again: ")
            )
        return await self.consent.patch({"spec": {"confirmation": code}})

    # --- on this machine --------------------------------------------------------------------------------------------
    async def run_on_loopback(self) -> None:
        """Receive the response on a port of this machine. Raises `CommandFailed`."""
        uri, namespace = self.request.redirect_uri, self.consent.context.namespace
        if not addresses.is_loopback(uri, namespace, self.connector):
            raise CommandFailed(
                f"The redirect URI {uri} is not the loopback address of this connector. Check"
                f" authorizationCode.redirectURI."
            )
        expected = self._expected_redirect()
        hint = (
            f"The browser must be on this machine. Otherwise forward the port (`ssh -L {urlsplit(uri).port}:"
            f"{urlsplit(uri).netloc} …`) or use --paste."
        )
        async with loopback.listen(expected) as listener:
            link = await self._build_link(expected)
            async with show_link(link, hint, self.terminal, browser=self.browser):
                self._explain_silence()
                waiting = self.consent.wait("waiting for you in the browser", is_authorized)
                granted = await wait_for_either(listener.answer, waiting)
            if granted is not None:
                await self._submit(granted)

    async def run_pasted(self) -> None:
        """Ask the user to paste the address of the redirect, or the code. Raises `CommandFailed`."""
        expected = self._expected_redirect()
        hint = (
            "At the end the browser may show an error. Copy the complete address from the address bar and paste it"
            " here."
            " If the provider shows a code, paste the code."
        )
        link = await self._build_link(expected)
        with hidden_input():  # all the time, because a user may paste before a prompt, or after the last one
            async with show_link(link, hint, self.terminal, browser=False):
                self._explain_silence()
                granted = await wait_for_either(self._read_pasted(expected), self.consent.wait("", is_authorized))
            if granted is not None:
                await self._submit(granted)

    async def _read_pasted(self, expected: ExpectedRedirect) -> AuthorizationGranted:
        while True:
            text = await self.terminal.ask("Paste it and press Enter (the input is not shown): ", hidden=True)
            try:
                return expected.parse_pasted(text)
            except UnexpectedRedirect as other:
                self.terminal.warn(str(other))

    async def _submit(self, granted: AuthorizationGranted) -> None:
        """Seal a response, store it in the consent, and confirm it."""
        confirmation = tickets.new_confirmation(secrets.token_bytes)
        answer = ConsentResponse(granted.code, self.ticket, confirmation, granted.iss, granted.extra)
        try:
            sealed = sealing.seal(answer, self.request.encryption_key)
        except ValueError:
            raise CommandFailed(
                "The encryption key in status.request is not valid. Update kubectl oauth to the release of the"
                " operator."
            ) from None
        await self.consent.patch({"status": {"response": sealed}}, "/status")
        await self.consent.patch({"spec": {"confirmation": confirmation}})
        await self.consent.wait_for_result(is_authorized)

    def _explain_silence(self) -> None:
        """Name the usual cause of a page of the provider that leads nowhere: no response ever arrives then."""
        self.terminal.info(
            "If the provider shows an error page, it reports nothing to this command. Its page names the cause. Usually"
            f" the redirect URI {self.request.redirect_uri} is not registered for the client, or you are not allowed to"
            " use the client. Correct that, press Ctrl-C, and run the command again."
        )

    async def _build_link(self, expected: ExpectedRedirect) -> str:
        return await build_link(self.consent, self.request, self.ticket, expected.state)

    def _expected_redirect(self) -> ExpectedRedirect:
        return ExpectedRedirect(self.request, secrets.token_urlsafe(32))


def is_authorized(manifest: KubeObject) -> bool | None:
    """Return true if the connector is authorized, else nothing."""
    ready = condition(manifest, READY)
    return True if ready is not None and ready.status == "True" else None


def _has_response(manifest: KubeObject) -> bool | None:
    return True if (manifest.get("status") or {}).get("response") else is_authorized(manifest)


def _is_read(manifest: KubeObject) -> bool | None:
    """Return true if the operator has read the response."""
    ready = condition(manifest, READY)
    return True if ready is not None and ready.reason == AWAITING_CONFIRMATION else is_authorized(manifest)


def _is_code_accepted(generation: int, manifest: KubeObject) -> bool | None:
    """Return whether the operator accepted a code; nothing while it has not decided."""
    seen = condition(manifest, READY)
    if seen is not None and seen.reason == AWAITING_CONFIRMATION and seen.generation >= generation:
        return False
    return is_authorized(manifest)
