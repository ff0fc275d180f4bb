"""The three ways in which a provider's answer gets to the operator, each up to the operator's verdict.

Hosted: the consent service takes it, and the person types what its last page shows. Loopback and by hand: it is taken
here, sealed to the operator's key, and confirmed by ourselves, since it was this very person's browser or clipboard.
"""

import secrets
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from pydantic import SecretStr

from oauth_connector.api.schema.fields import written
from oauth_connector.api.v1alpha1.consent import CONFIRMATION
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol import addresses, sealing, tickets
from oauth_connector.kubectl_plugin import loopback
from oauth_connector.kubectl_plugin.browser import opened
from oauth_connector.kubectl_plugin.connector_view import READY, condition
from oauth_connector.kubectl_plugin.context import Manifest
from oauth_connector.kubectl_plugin.created_consent import CreatedConsent, either
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.expected_redirect import Expected, UnexpectedRedirect
from oauth_connector.kubectl_plugin.terminal import Terminal
from oauth_connector.oauth.authorization import Granted

AWAITING_CONFIRMATION = "AwaitingConfirmation"
PASSWORD_LIKE = "For fifteen minutes it is like a password: do not pass it on."
_SHAPE = written(CONFIRMATION, "")


@dataclass(frozen=True, slots=True)
class AuthorizeFlow:
    """One consent to one connector: what the operator asks, and the ticket that only we have."""

    consent: CreatedConsent
    request: ConsentRequest
    connector: str
    ticket: SecretStr
    browser: bool

    @property
    def narration(self) -> Terminal:
        """Where the person is told."""
        return self.consent.site.narration

    # --- hosted -------------------------------------------------------------------------------------------------
    async def hosted(self) -> None:
        """Send the person through the consent service. Raises `CommandFailed`."""
        async with opened(self._connect_link(), PASSWORD_LIKE, self.narration, browser=self.browser):
            await self.consent.wait("waiting for you in the browser", _answered)
        if self.request.confirmation_required:
            self.narration.well("The provider's answer is there.")
            await self._confirmed()
        await self.consent.verdict(is_over)

    def _connect_link(self) -> str:
        namespace, uri = self.consent.site.namespace, self.request.redirect_uri
        callback = addresses.callback_path(namespace, self.connector)
        if urlsplit(uri).scheme not in ("https", "http") or not uri.endswith(callback):
            raise CommandFailed(f"The redirect URI {uri} is not one of the consent service: give --paste.")
        path = addresses.connect_path(namespace, self.consent.name)
        return f"{uri.removesuffix(callback)}{path}#{self.ticket.get_secret_value()}"

    async def _confirmed(self) -> None:
        """Ask for the code until the operator takes one, or has made up its mind otherwise."""
        question = "Confirmation code that the last page shows: "
        while True:
            generation = await either(self._typed(question), self.consent.wait("", is_over))
            if generation is None or await self.consent.verdict(partial(_took, generation)):
                return
            question = "That is not the code of the last page. Once more: "

    async def _typed(self, question: str) -> int:
        code = tickets.normalised(await self.narration.ask(question))
        while not _SHAPE.holds(code):
            code = tickets.normalised(await self.narration.ask("It has eight letters and digits, as in K7QF-2M9P: "))
        return await self.consent.patch({"spec": {"confirmation": code}})

    # --- here ---------------------------------------------------------------------------------------------------
    async def on_loopback(self) -> None:
        """Take the answer on a port of this machine. Raises `CommandFailed`."""
        uri, namespace = self.request.redirect_uri, self.consent.site.namespace
        if not addresses.is_loopback(uri, namespace, self.connector):
            raise CommandFailed(f"The redirect URI {uri} is not on loopback, or not this connector's.")
        expected = self._expected()
        caution = (
            f"The browser must be on this machine; on another, forward the port (`ssh -L {urlsplit(uri).port}:"
            f"{urlsplit(uri).netloc} …`) or give --paste."
        )
        async with loopback.listening(expected) as listener:
            async with opened(self.request.link(expected.state), caution, self.narration, browser=self.browser):
                waiting = self.consent.wait("waiting for you in the browser", is_over)
                granted = await either(listener.answer, waiting)
            if granted is not None:
                await self._sent(granted)

    async def by_hand(self) -> None:
        """Let the person paste where the browser was sent to, or the code. Raises `CommandFailed`."""
        expected = self._expected()
        caution = (
            "At the end the browser may show an error: copy the whole address that it shows then, and paste it here."
            " (Or the code, where the provider shows one.)"
        )
        async with opened(self.request.link(expected.state), caution, self.narration, browser=False):
            granted = await either(self._pasted(expected), self.consent.wait("", is_over))
        if granted is not None:
            await self._sent(granted)

    async def _pasted(self, expected: Expected) -> Granted:
        while True:
            text = await self.narration.ask("Paste it (it will not be shown), then Enter: ", long=True)
            try:
                return expected.pasted(text)
            except UnexpectedRedirect as other:
                self.narration.warn(str(other))

    async def _sent(self, granted: Granted) -> None:
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
        await self.consent.verdict(is_over)

    def _expected(self) -> Expected:
        return Expected(self.request, secrets.token_urlsafe(32))


def is_over(manifest: Manifest) -> bool | None:
    """Tell whether the operator has connected the connector."""
    verdict = condition(manifest, READY)
    return True if verdict is not None and verdict.status == "True" else None


def _answered(manifest: Manifest) -> bool | None:
    return True if (manifest.get("status") or {}).get("response") else is_over(manifest)


def _took(generation: int, manifest: Manifest) -> bool | None:
    """Tell what became of a code: taken, refused, or nothing yet."""
    seen = condition(manifest, READY)
    if seen is not None and seen.reason == AWAITING_CONFIRMATION and seen.generation >= generation:
        return False
    return is_over(manifest)
