"""What a browser brings back to this machine, or a person by hand: judged before anything is made of it."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol.authorization_errors import authorization_error
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.oauth.authorization import LONGEST_CODE, Denied, Flaw, Granted

MAX_PARAMETERS = 64
RETRY = "Run the command again"


class UnexpectedRedirect(Exception):  # noqa: N818  # named for what is so
    """What came was not sent by this flow: it changes nothing. The text says why, for a person."""


@dataclass(frozen=True, slots=True)
class ExpectedRedirect:
    """What the redirect of one flow is known by."""

    request: ConsentRequest
    state: str

    def parse_query(self, query: str) -> Granted:
        """Check the query of a redirect. Raises `UnexpectedRedirect`, or `CommandFailed` where access was denied."""
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
        except ValueError:
            raise UnexpectedRedirect("The address has more parameters than any answer.") from None
        states = [value for name, value in pairs if name == "state"]
        if len(states) != 1 or not hmac.compare_digest(states[0].encode(), self.state.encode()):
            raise UnexpectedRedirect("The address does not belong to this run of the command: its state is another.")
        return _require_code(self.request.understand(pairs))

    def parse_pasted(self, text: str) -> Granted:
        """Judge what a person pasted: the address that the browser was sent to, or a code that the provider shows.

        Raises as `parse_query` does.
        """
        if "://" not in text:
            return self._parse_code(text)
        parts = urlsplit(text)
        if f"{parts.scheme}://{parts.netloc}{parts.path}" != self.request.redirect_uri:
            raise UnexpectedRedirect(
                f"That is not where the provider sends the browser: it begins with {self.request.redirect_uri}"
            )
        return self.parse_query(parts.query)

    def _parse_code(self, text: str) -> Granted:
        if self.request.iss_required:
            raise UnexpectedRedirect(
                "This provider names itself in its answer: paste the whole address, not the code alone."
            )
        if not text or len(text) > LONGEST_CODE or not text.isascii() or not text.isprintable() or " " in text:
            raise UnexpectedRedirect("That is neither an address nor a code: copy it once more, to the last character.")
        return Granted(SecretStr(text))


def _require_code(response_: Granted | Denied | Flaw) -> Granted:
    if isinstance(response_, Granted):
        return response_
    if isinstance(response_, Denied):
        raise CommandFailed(_explain_denial(response_.error))
    raise CommandFailed(FLAWS[response_])


def _explain_denial(error: str) -> str:
    explanation = authorization_error(error)
    return f"The provider returned the error {error}. {explanation.meaning} {explanation.remedy_with(RETRY)}"


FLAWS: Mapping[Flaw, str] = {
    Flaw.DUPLICATE_PARAMETER: "The provider's answer names a parameter twice and cannot be trusted. Run the command"
    " again.",
    Flaw.TOO_LONG: "The provider's answer is longer than any that is known. Run the command again.",
    Flaw.CODE_AND_ERROR: "The provider's answer holds both a code and an error and cannot be trusted. Run the command"
    " again.",
    Flaw.NEITHER: "The provider's answer holds neither a code nor an error. Run the command again; if it stays so,"
    " check provider.authorizationURL.",
    Flaw.ISSUER_MISMATCH: "The answer comes from another issuer than the connector names, and is not used: check"
    " provider.issuer, and who sent the browser there.",
    Flaw.ISSUER_MISSING: "The answer does not name its issuer, though this provider always does, and is not used: find"
    " out who sent the browser there.",
}
