"""The reasons of the condition `Ready` of an `OAuthConsent`, and the sentence of each.

A sentence is a fixed template filled from spec and metadata only, as in `api.reasons`.
"""

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import WithJsonSchema

from oauth_connector.api.v1alpha1.consent_request import LIFETIME
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE, WORD


class ConsentReason(StrEnum):
    """Reasons of the condition `Ready`: its status is Unknown while the flow is running, then True or False."""

    AWAITING_USER = "AwaitingUser"
    AWAITING_CONFIRMATION = "AwaitingConfirmation"
    AUTHORIZED = "Authorized"
    EXPIRED = "Expired"
    CONNECTOR_NOT_FOUND = "ConnectorNotFound"
    CONNECTOR_SUSPENDED = "ConnectorSuspended"
    CONNECTOR_CHANGED = "ConnectorChanged"
    CONNECTOR_INVALID = "ConnectorInvalid"
    ACCESS_DENIED = "AccessDenied"
    RESPONSE_INVALID = "ResponseInvalid"
    CODE_REJECTED = "CodeRejected"
    CODE_LOST = "CodeLost"
    SECRET_CONFLICT = "SecretConflict"
    INTERNAL_ERROR = "InternalError"


_RUN_AGAIN = "Run `kubectl oauth authorize {connector}` again."

CONSENT_MESSAGES: Mapping[ConsentReason, str] = {
    ConsentReason.AWAITING_USER: "Open the link of `kubectl oauth authorize`, and consent at {host}.",
    ConsentReason.AWAITING_CONFIRMATION: "{host} returned an authorization code. Enter the confirmation code of the"
    " last page where `kubectl oauth authorize` runs.",
    ConsentReason.AUTHORIZED: "OAuthConnector `{connector}` is authorized. Its token is in Secret `{secret}`.",
    ConsentReason.EXPIRED: f"The consent was not completed within {{minutes}} minutes. {_RUN_AGAIN}",
    ConsentReason.CONNECTOR_NOT_FOUND: "OAuthConnector `{connector}` does not exist in this namespace. Check the name.",
    ConsentReason.CONNECTOR_SUSPENDED: "OAuthConnector `{connector}` is suspended. Set spec.suspend to false, then run"
    " `kubectl oauth authorize {connector}` again.",
    ConsentReason.CONNECTOR_CHANGED: "OAuthConnector `{connector}` was changed after the request was made, so the"
    f" consent is void. {_RUN_AGAIN}",
    ConsentReason.CONNECTOR_INVALID: "OAuthConnector `{connector}` cannot be authorized. {cause}",
    ConsentReason.ACCESS_DENIED: "{host} returned `access_denied`: the user denied access, or a policy at the provider"
    " forbids it. To try again, run `kubectl oauth authorize {connector}` again.",
    ConsentReason.RESPONSE_INVALID: f"The response does not belong to this request and was not used. {_RUN_AGAIN}",
    ConsentReason.CODE_REJECTED: f"{{host}} rejected the request with its authorization code. {{cause}} {_RUN_AGAIN}",
    ConsentReason.CODE_LOST: f"{{host}} sent no valid token response, and a code is never sent twice. {_RUN_AGAIN}",
    ConsentReason.SECRET_CONFLICT: "A Secret that OAuthConnector `{connector}` must write has another owner and was not"
    " changed. {cause}",
    ConsentReason.INTERNAL_ERROR: "The operator cannot process this consent because of an error of its own."
    f" {_RUN_AGAIN} If the error is repeated, read the log of the operator.",
}
"""One sentence for each reason. A placeholder without a known fact becomes a dash."""


_REFUSED_CODE = (
    "The code has expired or was used before, or the client or its redirect URI differs from the registration at the"
    " provider."
)


def format_consent_message(reason: ConsentReason, facts: Mapping[str, str]) -> str:
    """Return the message of a reason, filled with facts and cut to the length of a condition's message."""
    is_refused = reason is ConsentReason.CODE_REJECTED
    cause = _REFUSED_CODE if is_refused else "See the condition Ready of the connector."
    defaults = {"minutes": str(LIFETIME // 60), "cause": cause}
    known = defaults | {name: fact for name, fact in facts.items() if fact}
    return CONSENT_MESSAGES[reason].format_map(defaultdict(lambda: "–", known))[:LONGEST_MESSAGE]


ConsentReasonText = Annotated[
    ConsentReason, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 128, "pattern": WORD})
]
"""An open set in the CRD, so that a newer operator can add reasons; as with connectors."""
