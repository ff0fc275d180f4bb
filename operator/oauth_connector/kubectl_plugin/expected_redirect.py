"""Checks of an authorization response that the browser sends to this machine or the user pastes."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol.authorization_errors import authorization_error
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.oauth.authorization import LONGEST_CODE, AuthorizationDenied, AuthorizationGranted, RedirectFlaw

MAX_PARAMETERS = 64
RETRY = "Run the command again"


class UnexpectedRedirect(Exception):  # noqa: N818  # it names the state, not a fault of the program
    """The response does not belong to this flow and is ignored. The text is for the user."""


@dataclass(frozen=True, slots=True)
class ExpectedRedirect:
    """The redirect that one flow expects."""

    request: ConsentRequest
    state: str

    def parse_query(self, query: str) -> AuthorizationGranted:
        """Check the query of a redirect. Raises `UnexpectedRedirect`, or `CommandFailed` where access was denied."""
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
        except ValueError:
            raise UnexpectedRedirect("The address has too many parameters.") from None
        states = [value for name, value in pairs if name == "state"]
        if len(states) != 1 or not hmac.compare_digest(states[0].encode(errors="replace"), self.state.encode()):
            raise UnexpectedRedirect(
                "The address does not belong to this run of the command: its parameter state differs."
            )
        return _require_code(self.request.understand(pairs))

    def parse_pasted(self, text: str) -> AuthorizationGranted:
        """Check pasted text: the address of the redirect, or a code of the provider. Raises as `parse_query`."""
        if "://" not in text:
            return self._parse_code(text)
        address, query = _split_address(text)
        if address != self.request.redirect_uri:
            raise UnexpectedRedirect(
                f"This is not the address of the redirect. That address begins with {self.request.redirect_uri}"
            )
        return self.parse_query(query)

    def _parse_code(self, text: str) -> AuthorizationGranted:
        if self.request.iss_required:
            raise UnexpectedRedirect(
                "This provider names its issuer in the response. Paste the whole address, not only the code."
            )
        if not text or len(text) > LONGEST_CODE or not text.isascii() or not text.isprintable() or " " in text:
            raise UnexpectedRedirect("This is neither an address nor a code. Copy the complete text again.")
        return AuthorizationGranted(SecretStr(text))


def _split_address(text: str) -> tuple[str, str]:
    """Return what precedes the query, and the query; nothing of a text that is no address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return "", ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}", parts.query


def _require_code(response_: AuthorizationGranted | AuthorizationDenied | RedirectFlaw) -> AuthorizationGranted:
    if isinstance(response_, AuthorizationGranted):
        return response_
    if isinstance(response_, AuthorizationDenied):
        raise CommandFailed(_explain_denial(response_.error))
    raise CommandFailed(FLAWS[response_])


def _explain_denial(error: str) -> str:
    explanation = authorization_error(error)
    return f"The provider returned the error {error}. {explanation.meaning} {explanation.remedy_with(RETRY)}"


FLAWS: Mapping[RedirectFlaw, str] = {
    RedirectFlaw.DUPLICATE_PARAMETER: (
        "The provider's response contains a parameter twice and was not used. Run the command again."
    ),
    RedirectFlaw.TOO_LONG: "The provider's response is too long and was not used. Run the command again.",
    RedirectFlaw.CODE_AND_ERROR: (
        "The provider's response contains both a code and an error and was not used. Run the command again."
    ),
    RedirectFlaw.NEITHER: (
        "The provider's response contains neither a code nor an error. Run the command again. If the "
        "error is repeated, check provider.authorizationURL."
    ),
    RedirectFlaw.ISSUER_MISMATCH: (
        "The response is from another issuer than that of the connector and was not used. This can be an "
        "attack. Check provider.issuer and the link that was opened."
    ),
    RedirectFlaw.ISSUER_MISSING: (
        "The response does not name its issuer, although this provider must name it, and was not used. "
        "This can be an attack. Check the link that was opened."
    ),
}
