"""The three ways in which a provider's answer gets to the operator, each up to the operator's verdict.

Hosted: the consent service takes it, and the person types what its last page shows. Loopback and by hand: it is taken
here, sealed to the operator's key, and confirmed by ourselves, since it was this very person's browser or clipboard.
"""

import secrets
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from pydantic import SecretStr

from oauth_connector.api.schema.fields import pattern_rule
from oauth_connector.api.v1alpha1.consent import CONFIRMATION
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol import addresses, sealing, tickets
from oauth_connector.kubectl_plugin import loopback
from oauth_connector.kubectl_plugin.browser import show_link
from oauth_connector.kubectl_plugin.connector_view import READY, condition
from oauth_connector.kubectl_plugin.context import Manifest
from oauth_connector.kubectl_plugin.created_consent import CreatedConsent, wait_for_either
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.expected_redirect import ExpectedRedirect, UnexpectedRedirect
from oauth_connector.kubectl_plugin.terminal import Terminal
from oauth_connector.oauth.authorization import Granted

AWAITING_CONFIRMATION = "AwaitingConfirmation"
SECRET_LINK_HINT = "For fifteen minutes it is like a password: do not pass it on."
_CONFIRMATION_FORM = pattern_rule(CONFIRMATION, "")


@dataclass(frozen=True, slots=True)
class AuthorizationFlow:
    """One consent to one connector: what the operator asks, and the ticket that only we have."""

    consent: CreatedConsent
    request: ConsentRequest
    connector: str
    ticket: SecretStr
    browser: bool

    @property
    def terminal(self) -> Terminal:
        """Where the person is told."""
        return self.consent.context.terminal

    # --- hosted -------------------------------------------------------------------------------------------------
    async def run_hosted(self) -> None:
        """Send the person through the consent service. Raises `CommandFailed`."""
        async with show_link(self._connect_link(), SECRET_LINK_HINT, self.terminal, browser=self.browser):
            await self.consent.wait("waiting for you in the browser", _has_response)
        if self.request.confirmation_required:
            self.terminal.success("The provider's answer is there.")
            await self._confirm()
        await self.consent.wait_for_result(is_authorized)

    def _connect_link(self) -> str:
        namespace, uri = self.consent.context.namespace, self.request.redirect_uri
        callback = addresses.callback_path(namespace, self.connector)
        if urlsplit(uri).scheme not in ("https", "http") or not uri.endswith(callback):
            raise CommandFailed(f"The redirect URI {uri} is not one of the consent service: give --paste.")
        path = addresses.connect_path(namespace, self.consent.name)
        return f"{uri.removesuffix(callback)}{path}#{self.ticket.get_secret_value()}"

    async def _confirm(self) -> None:
        """Ask for the code until the operator takes one, or has made up its mind otherwise."""
        question = "Confirmation code that the last page shows: "
        while True:
            generation = await wait_for_either(self._read_confirmation(question), self.consent.wait("", is_authorized))
            if generation is None or await self.consent.wait_for_result(partial(_is_code_accepted, generation)):
                return
            question = "That is not the code of the last page. Once more: "

    async def _read_confirmation(self, question: str) -> int:
        code = tickets.normalised(await self.terminal.ask(question))
        while not _CONFIRMATION_FORM.holds(code):
            code = tickets.normalised(await self.terminal.ask("It has eight letters and digits, as in K7QF-2M9P: "))
        return await self.consent.patch({"spec": {"confirmation": code}})

    # --- here ---------------------------------------------------------------------------------------------------
    async def run_on_loopback(self) -> None:
        """Take the answer on a port of this machine. Raises `CommandFailed`."""
        uri, namespace = self.request.redirect_uri, self.consent.context.namespace
        if not addresses.is_loopback(uri, namespace, self.connector):
            raise CommandFailed(f"The redirect URI {uri} is not on loopback, or not this connector's.")
        expected = self._expected_redirect()
        hint = (
            f"The browser must be on this machine; on another, forward the port (`ssh -L {urlsplit(uri).port}:"
            f"{urlsplit(uri).netloc} …`) or give --paste."
        )
        async with loopback.listen(expected) as listener:
            async with show_link(self.request.link(expected.state), hint, self.terminal, browser=self.browser):
                waiting = self.consent.wait("waiting for you in the browser", is_authorized)
                granted = await wait_for_either(listener.answer, waiting)
            if granted is not None:
                await self._submit(granted)

    async def run_pasted(self) -> None:
        """Let the person paste where the browser was sent to, or the code. Raises `CommandFailed`."""
        expected = self._expected_redirect()
        hint = (
            "At the end the browser may show an error: copy the whole address that it shows then, and paste it here."
            " (Or the code, where the provider shows one.)"
        )
        async with show_link(self.request.link(expected.state), hint, self.terminal, browser=False):
            granted = await wait_for_either(self._read_pasted(expected), self.consent.wait("", is_authorized))
        if granted is not None:
            await self._submit(granted)

    async def _read_pasted(self, expected: ExpectedRedirect) -> Granted:
        while True:
            text = await self.terminal.ask("Paste it (it will not be shown), then Enter: ", long=True)
            try:
                return expected.parse_pasted(text)
            except UnexpectedRedirect as other:
                self.terminal.warn(str(other))

    async def _submit(self, granted: Granted) -> None:
        """Seal an answer, hand it over, and confirm it."""
        confirmation = tickets.new_confirmation(secrets.token_bytes)
        answer = sealing.ConsentResponse(granted.code, self.ticket, confirmation, granted.iss, granted.extra)
        try:
            sealed = sealing.seal(answer, self.request.encryption_key)
        except ValueError:
            raise CommandFailed(
                "The operator's key in status.request cannot be sealed to: are the releases alike?"
            ) from None
        await self.consent.patch({"status": {"response": sealed}}, "/status")
        await self.consent.patch({"spec": {"confirmation": confirmation}})
        await self.consent.wait_for_result(is_authorized)

    def _expected_redirect(self) -> ExpectedRedirect:
        return ExpectedRedirect(self.request, secrets.token_urlsafe(32))


def is_authorized(manifest: Manifest) -> bool | None:
    """Tell whether the operator has connected the connector."""
    ready = condition(manifest, READY)
    return True if ready is not None and ready.status == "True" else None


def _has_response(manifest: Manifest) -> bool | None:
    return True if (manifest.get("status") or {}).get("response") else is_authorized(manifest)


def _is_code_accepted(generation: int, manifest: Manifest) -> bool | None:
    """Tell what became of a code: taken, refused, or nothing yet."""
    seen = condition(manifest, READY)
    if seen is not None and seen.reason == AWAITING_CONFIRMATION and seen.generation >= generation:
        return False
    return is_authorized(manifest)
