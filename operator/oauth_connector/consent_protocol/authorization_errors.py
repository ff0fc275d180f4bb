"""The error codes with which providers send people back, each with a sentence for the person.

RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2. `error_description` is never shown: it is a stranger's
text on our page.
"""

import re
from collections.abc import Mapping

_START = "Open the link again that the command printed"
_OWNER = "Whoever looks after the connector"
_CODE = re.compile("[A-Za-z0-9_.-]{1,64}")

SENTENCES: Mapping[str, tuple[str, str]] = {
    "access_denied": (
        "Access was not granted: somebody clicked “Deny” or “Cancel”, or a rule at the provider forbids it.",
        f"{_START} if you want to say yes after all. If a rule forbids it, an administrator there allows the client.",
    ),
    "invalid_request": (
        "The provider does not accept the request as it stands.",
        f"{_OWNER} checks authorizationCode.parameters, pkce and the redirect URI with the provider's documentation.",
    ),
    "unauthorized_client": (
        "The provider does not let this client use the authorization code grant.",
        f"{_OWNER} enables it in the client's settings at the provider.",
    ),
    "unsupported_response_type": (
        "The provider does not do the authorization code grant at this address.",
        f"{_OWNER} checks provider.authorizationURL.",
    ),
    "invalid_scope": (
        "The provider does not know one of the scopes, or does not grant it to this client.",
        f"{_OWNER} checks scopes and scopeSeparator, and what is granted to the client at the provider.",
    ),
    "invalid_target": (
        "The provider does not know the resource that the token is to be for.",
        f"{_OWNER} checks resources and audience.",
    ),
    "server_error": (
        "The provider failed with an error of its own.",
        f"{_START} in a minute.",
    ),
    "temporarily_unavailable": (
        "The provider is overloaded or under maintenance.",
        f"{_START} in a few minutes.",
    ),
    "login_required": (
        "The provider wants you to sign in, but was asked not to show a sign-in page.",
        f"Sign in there first. {_OWNER} can also remove prompt=none from authorizationCode.parameters.",
    ),
    "interaction_required": (
        "The provider needs to ask you something, but was asked not to show a page.",
        f"{_OWNER} removes prompt=none from authorizationCode.parameters.",
    ),
    "consent_required": (
        "The provider needs your consent, or an administrator's.",
        f"{_OWNER} removes prompt=none from authorizationCode.parameters, or has an administrator consent there.",
    ),
    "account_selection_required": (
        "The provider does not know which of your accounts is meant.",
        "Sign out there, or choose the account first. Then open the link again.",
    ),
    "request_not_supported": (
        "The provider does not understand a parameter of the request.",
        f"{_OWNER} checks authorizationCode.parameters.",
    ),
}

GENERAL = (
    "The provider sent you back with an error that this page does not know.",
    f"{_START}. If it happens again, the code may say more to whoever looks after the connector.",
)


def sentence(error: str) -> tuple[str, str]:
    """Say what a code means and what to do."""
    return SENTENCES.get(error, GENERAL)


def shown(error: str) -> str:
    """Give a code as far as it can be shown: one word without spaces, in which nobody can write us a message."""
    return error if _CODE.fullmatch(error) else ""
