"""An `OAuthConsent`: a person's yes to one connector, asked for as a CertificateSigningRequest asks for a signature.

Whoever RBAC lets create one in a namespace may connect that namespace's connectors; the audit log says who did.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, WithJsonSchema

from oauth_connector.api.schema.fields import Model, Rule, rule, written
from oauth_connector.api.schema.times import Time
from oauth_connector.api.schema.urls import URL
from oauth_connector.api.v1alpha1.references import ObjectName
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE, WORD, Generation
from oauth_connector.oauth.authorization import AuthorizationRequest, Denied, Flaw, Granted, Issuer, parse_redirect

LIFETIME = 900
"""Seconds from creation within which a consent is to be given."""

KEPT = 3600
"""Seconds after which the object goes, whatever came of it."""

CONFIRMATION = "[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"
"""Two groups of Crockford's base 32: letters that are not taken for digits, nor digits for letters."""

LONGEST_RESPONSE = 16_384

STATUS_RULE: Rule[object] = Rule(
    "!has(oldSelf.status) || has(self.status)",
    "status is kept once it is there: create another OAuthConsent",
    lambda _: True,  # as below: the API server alone knows the old one
)
"""A rule within status is not asked when the whole of it is removed, and what was set once could be set again."""


class Redirect(StrEnum):
    """Where the provider sends the browser back to."""

    HOSTED = "Hosted"
    LOOPBACK = "Loopback"


class OAuthConsentSpec(Model):
    """Who asks, for which connector. It cannot be changed, but for the confirmation that comes last."""

    connector_name: ObjectName = Field(description="Name of the connector, in the same namespace.")
    requested_by: Annotated[str, Field(min_length=1, max_length=512)] = Field(
        description="User name of whoever asks; an admission policy demands that it is the requester's own."
    )
    ticket_hash: Annotated[
        str,
        Field(min_length=1, max_length=128),
        written(
            "sha256:[0-9a-f]{64}", "must be sha256: and 64 hexadecimal digits: let kubectl oauth authorize make it"
        ),
    ] = Field(description="SHA-256 of the ticket, 32 random bytes as base64url, that the link carries.")
    redirect: Redirect = Field(
        description="Where the browser comes back to: the consent service, or a port of the requester's machine."
    )
    confirmation: (
        Annotated[
            str,
            Field(max_length=64),
            written(CONFIRMATION, "must be the code that the last page shows, such as K7QF-2M9P"),
        ]
        | None
    ) = Field(None, description="Code that the last page shows, which the requester enters. Default: none until then.")

    @rule(
        "self.connectorName == oldSelf.connectorName && self.requestedBy == oldSelf.requestedBy && self.ticketHash =="
        " oldSelf.ticketHash && self.redirect == oldSelf.redirect",
        "only confirmation may be changed: create another OAuthConsent",
    )
    def _is_kept(self) -> bool:
        return True  # it compares two versions, and the API server alone knows the old one


Text = Annotated[str, Field(max_length=2048)]
Parameter = Annotated[str, Field(max_length=2048)]


class RequestParameter(Model):
    """A parameter of the authorization request."""

    name: Annotated[str, Field(min_length=1, max_length=128)] = Field(description="Its name.")
    value: Parameter = Field(description="Its value.")


class ConsentRequest(Model):
    """What the link to the provider is made of, and what the page tells: written by the operator, once."""

    connector_uid: Annotated[str, Field(max_length=64)] = Field(description="UID of the connector that it is for.")
    authorization_endpoint: URL = Field(description="Where the browser is sent.")
    token_host: Annotated[str, Field(max_length=253)] = Field(description="Host that the code will be sent to.")
    issuer: Text | None = Field(None, description="Issuer that must have answered, where it is known (RFC 9207).")
    iss_required: bool | None = Field(None, description="Whether it names itself in every answer.")
    client_id: Annotated[str, Field(max_length=1024)] = Field(description="The client that asks.")
    redirect_uri: Text = Field(description="Where the browser comes back to; the provider must know it to the letter.")
    scope: Annotated[str, Field(max_length=4096)] | None = Field(None, description="Scopes, as they are sent.")
    parameters: Annotated[tuple[RequestParameter, ...], Field(max_length=64)] = Field(
        (), description="Further parameters of the link, in order."
    )
    code_challenge: Annotated[str, Field(max_length=128)] | None = Field(
        None, description="S256 challenge (RFC 7636); the verifier never leaves the operator."
    )
    callback_parameters: Annotated[tuple[Annotated[str, Field(max_length=128)], ...], Field(max_length=8)] = Field(
        (), description="Parameters of the redirect that the operator wants to see."
    )
    secret_name: Annotated[str, Field(max_length=253)] = Field(description="Secret that the token will be written to.")
    confirmation_required: bool = Field(description="Whether the code of the last page must be typed.")
    encryption_key: Annotated[str, Field(max_length=1024)] = Field(
        description="Public key (JWK) that the response is sealed to."
    )
    digest: Annotated[str, Field(max_length=128)] = Field(
        description="Digest of all that is consented to: where it changes, the consent is void."
    )
    expiration_time: Time = Field(description="Until when the consent is to be given.")

    def link(self, state: str) -> str:
        """Give the link to the provider for one browser's `state`."""
        further = [(parameter.name, parameter.value) for parameter in self.parameters]
        asked = (self.authorization_endpoint, self.client_id, self.redirect_uri, self.scope or "", self.code_challenge)
        return AuthorizationRequest(*asked, further).url(state)

    def understand(self, query: Iterable[tuple[str, str]]) -> Granted | Denied | Flaw:
        """Understand the query of the redirect, whose `state` is compared elsewhere."""
        pairs = [(name, value) for name, value in query if name != "state"]
        return parse_redirect(pairs, Issuer(self.issuer, bool(self.iss_required)), self.callback_parameters)


class ConsentReason(StrEnum):
    """Why a consent's condition `Ready` is as it is: Unknown while a person is at it, then True or False for good."""

    AWAITING_USER = "AwaitingUser"
    AWAITING_CONFIRMATION = "AwaitingConfirmation"
    AUTHORIZED = "Authorized"
    EXPIRED = "Expired"
    CONNECTOR_NOT_FOUND = "ConnectorNotFound"
    CONNECTOR_SUSPENDED = "ConnectorSuspended"
    CONNECTOR_CHANGED = "ConnectorChanged"
    CONNECTOR_INVALID = "ConnectorInvalid"
    RESPONSE_INVALID = "ResponseInvalid"
    CODE_REJECTED = "CodeRejected"
    CODE_LOST = "CodeLost"
    SECRET_CONFLICT = "SecretConflict"  # a reason


CONSENT_SENTENCES: Mapping[ConsentReason, str] = {
    ConsentReason.AWAITING_USER: "Open the link that kubectl oauth authorize printed, and say yes at {host}",
    ConsentReason.AWAITING_CONFIRMATION: "{host} has answered: type the code of the last page where kubectl oauth"
    " authorize runs",
    ConsentReason.AUTHORIZED: "OAuthConnector `{connector}` is connected; its token is in Secret `{secret}`",
    ConsentReason.EXPIRED: "Nobody completed this within {minutes} minutes: run kubectl oauth authorize {connector}"
    " again",
    ConsentReason.CONNECTOR_NOT_FOUND: "There is no OAuthConnector `{connector}` in this namespace (any more): check"
    " the name",
    ConsentReason.CONNECTOR_SUSPENDED: "OAuthConnector `{connector}` is suspended: set spec.suspend to false, then run"
    " kubectl oauth authorize {connector} again",
    ConsentReason.CONNECTOR_CHANGED: "OAuthConnector `{connector}` was changed in the meantime, and what was agreed to"
    " no longer holds: run kubectl oauth authorize {connector} again",
    ConsentReason.CONNECTOR_INVALID: "OAuthConnector `{connector}` cannot be connected by a person as it stands:"
    " {cause}",
    ConsentReason.RESPONSE_INVALID: "What came back does not belong to this request, and was not used: run kubectl"
    " oauth authorize {connector} again",
    ConsentReason.CODE_REJECTED: "{host} did not accept the code that it had sent: look at the connector's"
    " condition Ready, and at the client's redirect URI there, then run kubectl oauth authorize {connector} again",
    ConsentReason.CODE_LOST: "{host} gave no answer that could be understood, and a code is never sent twice: run"
    " kubectl oauth authorize {connector} again",
    ConsentReason.SECRET_CONFLICT: "A Secret that `{connector}` must write is not its own and is left untouched:"
    " {cause}",
}
"""One sentence each, filled from spec and metadata only; what is not known of its facts shows as a dash."""


def consent_sentence(reason: ConsentReason, facts: Mapping[str, str]) -> str:
    """Fill a reason's sentence."""
    defaults = {"minutes": str(LIFETIME // 60), "cause": "the connector's condition Ready says what to mend"}
    known = defaults | {name: fact for name, fact in facts.items() if fact}
    return CONSENT_SENTENCES[reason].format_map(defaultdict(lambda: "–", known))[:LONGEST_MESSAGE]


ConsentReasonText = Annotated[
    ConsentReason, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 128, "pattern": WORD})
]
"""Open in the CRD, as with connectors."""


class ConsentCondition(Model):
    """A `metav1.Condition`; its reasons are those of consents."""

    type: Annotated[str, Field(min_length=1, max_length=316)] = Field(description="`Ready`.")
    status: Literal["True", "False", "Unknown"] = Field(
        description="`Unknown` while a person is at it; `True` or `False` for good."
    )
    reason: ConsentReasonText = Field(description="Why, in one word: a closed set.")
    message: Annotated[str, Field(max_length=LONGEST_MESSAGE)] = Field(
        description="Why, in one sentence, and what to do."
    )
    observed_generation: Generation = Field(description="Generation of the spec that it is about.")
    last_transition_time: Time = Field(description="When its status last changed.")


class OAuthConsentStatus(Model):
    """How far it is."""

    conditions: Annotated[tuple[ConsentCondition, ...], Field(max_length=8)] = Field(
        (),
        description="The conditions.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    request: ConsentRequest | None = Field(None, description="What is asked of the person; the operator's.")
    response: (
        Annotated[
            str,
            Field(min_length=1, max_length=LONGEST_RESPONSE),
            written(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){4}", "must be a JWE in compact form"),
        ]
        | None
    ) = Field(
        None,
        description="What came back from the provider, sealed to the operator (JWE); set once, by whoever took it.",
    )
    account: Annotated[str, Field(max_length=256)] | None = Field(
        None, description="The account that was connected, where the provider tells."
    )

    @rule(
        "!has(oldSelf.response) || (has(self.response) && self.response == oldSelf.response)",
        "response is set once: create another OAuthConsent",
    )
    def _keeps_its_response(self) -> bool:
        return True  # as with spec: the API server alone knows the old one

    @rule(
        "!has(oldSelf.request) || (has(self.request) && self.request == oldSelf.request)",
        "request is set once: create another OAuthConsent",
    )
    def _keeps_its_request(self) -> bool:
        return True  # as above

    @classmethod
    def read(cls, status: Mapping[str, object]) -> Self:
        """Read a status that a newer release may have written: fields and reasons that are not known are left out.

        Raises `ValidationError` where the rest makes no sense.
        """
        try:
            return cls.model_validate(status, by_alias=True, by_name=False, extra="ignore")
        except ValidationError:
            told = {name: value for name, value in status.items() if name != "conditions"}
            return cls.model_validate(told, by_alias=True, by_name=False, extra="ignore")
