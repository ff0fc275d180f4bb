"""The error codes of an authorization response: what each means, and what to do.

Sources: RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2. `error_description` is never shown: the
provider's text must not appear in a page or a terminal of the operator.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WORD = re.compile("[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class AuthorizationErrorText:
    """What an error code means, and what to do: one or more sentences each.

    `{retry}` in `remedy` is replaced by the instruction that starts another attempt.
    """

    meaning: str
    remedy: str

    def remedy_with(self, retry: str) -> str:
        """Return the remedy; `retry` is an imperative clause such as "Run the command again"."""
        return self.remedy.format(retry=retry)


AUTHORIZATION_ERRORS: Mapping[str, AuthorizationErrorText] = {
    "access_denied": AuthorizationErrorText(
        "Access was not granted. The user selected “Deny” or “Cancel”, or a policy at the provider forbids access.",
        "{retry} if you want to grant access. If a policy forbids it, ask an administrator of the provider to allow the"
        " client.",
    ),
    "invalid_request": AuthorizationErrorText(
        "The provider does not accept the authorization request.",
        "Compare `authorizationCode.parameters`, `pkce` and the redirect URI of the connector with the provider's"
        " documentation.",
    ),
    "unauthorized_client": AuthorizationErrorText(
        "The provider does not allow this client to use the authorization code grant.",
        "Enable this grant in the client's settings at the provider.",
    ),
    "unsupported_response_type": AuthorizationErrorText(
        "The provider does not support the authorization code grant at this address.",
        "Check `provider.authorizationURL` of the connector. Enable the authorization code grant for the client.",
    ),
    "invalid_scope": AuthorizationErrorText(
        "The provider does not know one of the scopes, or does not grant it to this client.",
        "Check `scopes` and `scopeSeparator` of the connector, and the scopes that the provider allows for the client.",
    ),
    "invalid_target": AuthorizationErrorText(
        "The provider does not know the resource that the token is for.",
        "Check `resources` and `audience` of the connector.",
    ),
    "server_error": AuthorizationErrorText("The provider had an internal error.", "{retry} in a minute."),
    "temporarily_unavailable": AuthorizationErrorText(
        "The provider is overloaded or under maintenance.", "{retry} in a few minutes."
    ),
    "login_required": AuthorizationErrorText(
        "You must sign in at the provider, but the request does not allow a sign-in page.",
        "Sign in at the provider first, or remove `prompt=none` from `authorizationCode.parameters` of the connector.",
    ),
    "interaction_required": AuthorizationErrorText(
        "The provider must show a page, but the request does not allow one.",
        "Remove `prompt=none` from `authorizationCode.parameters` of the connector.",
    ),
    "consent_required": AuthorizationErrorText(
        "The provider requires your consent, or the consent of an administrator.",
        "Remove `prompt=none` from `authorizationCode.parameters` of the connector, or ask an administrator of the"
        " provider to consent.",
    ),
    "account_selection_required": AuthorizationErrorText(
        "The provider does not know which of your accounts to use.",
        "Sign out at the provider, or select the account there. {retry} after that.",
    ),
    "request_not_supported": AuthorizationErrorText(
        "The provider does not support a parameter of the request.",
        "Check `authorizationCode.parameters` of the connector.",
    ),
}

UNKNOWN_ERROR = AuthorizationErrorText(
    "The provider returned an error that is not a standard one.",
    "{retry}. If the error is repeated, look for its code in the provider's documentation.",
)


def authorization_error(code: str) -> AuthorizationErrorText:
    """Return the text of an error code, or a general one."""
    return AUTHORIZATION_ERRORS.get(code, UNKNOWN_ERROR)


def displayable_code(code: str) -> str:
    """Return the code if it is one short word, else nothing: other text could be a message to the user."""
    return code if _WORD.fullmatch(code) else ""
