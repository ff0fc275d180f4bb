"""An `OAuthConsent`: a request for the consent of a user to one connector, in the form of a CertificateSigningRequest.

A user who may create OAuthConsents in a namespace may authorize the connectors of this namespace. The audit log of the
API server records who did.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError

from oauth_connector.api.schema.fields import Model, Rule, pattern_rule, rule
from oauth_connector.api.schema.times import Time
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReasonText
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.api.v1alpha1.references import ObjectName
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE, Generation

RETENTION = 3600
"""Seconds from creation until the operator deletes the object."""

CONFIRMATION = "[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"
"""Two groups of Crockford's base 32, which has no letters that look like digits."""

LONGEST_RESPONSE = 16_384

STATUS_RULE: Rule[object] = Rule(
    "!has(oldSelf.status) || has(self.status)",
    "status cannot be removed; create another OAuthConsent",
    lambda _: True,  # only the API server knows the old object
)
"""The API server does not evaluate rules inside status when status is removed. Without this rule a field that is set
once could be removed that way and set again."""


class Redirect(StrEnum):
    """Type of the redirect URI."""

    HOSTED = "Hosted"
    LOOPBACK = "Loopback"
    DEVICE = "Device"
    """None: the user enters a code at the provider, on any device (RFC 8628)."""


class OAuthConsentSpec(Model):
    """The requester and the connector. Only `confirmation` can be changed."""

    connector_name: ObjectName = Field(description="Name of the connector, in the same namespace.")
    requested_by: Annotated[str, Field(min_length=1, max_length=512)] = Field(
        description="User name of the requester. An admission policy requires the name of the user who creates the"
        " object."
    )
    ticket_hash: Annotated[
        str,
        Field(min_length=1, max_length=128),
        pattern_rule("sha256:[0-9a-f]{64}", "must be sha256: and 64 hexadecimal digits; use kubectl oauth authorize"),
    ] = Field(description="SHA-256 hash of the ticket in the link: 32 random bytes as base64url.")
    redirect: Redirect = Field(
        description="Target of the redirect: the consent server, or a port on the requester's machine. `Device` for a"
        " grant without a redirect: the user enters a code at the provider (RFC 8628)."
    )
    confirmation: (
        Annotated[
            str,
            Field(max_length=64),
            pattern_rule(CONFIRMATION, "must be the code that the last page shows, such as K7QF-2M9P"),
        ]
        | None
    ) = Field(None, description="Code that the last page shows, which the requester enters. Default: not entered yet.")

    @rule(
        "self.connectorName == oldSelf.connectorName && self.requestedBy == oldSelf.requestedBy && self.ticketHash =="
        " oldSelf.ticketHash && self.redirect == oldSelf.redirect",
        "only confirmation can be changed; create another OAuthConsent",
    )
    def _is_kept(self) -> bool:
        return True  # only the API server knows the old object


class ConsentCondition(Model):
    """A `metav1.Condition` with a `ConsentReason`."""

    type: Annotated[str, Field(min_length=1, max_length=316)] = Field(description="`Ready`.")
    status: Literal["True", "False", "Unknown"] = Field(
        description="`Unknown` while the flow is running. `True` and `False` are final."
    )
    reason: ConsentReasonText = Field(description="Reason for the status, as one word.")
    message: Annotated[str, Field(max_length=LONGEST_MESSAGE)] = Field(
        description="Explanation of the reason, and what to do."
    )
    observed_generation: Generation = Field(description="Generation of the spec that the condition describes.")
    last_transition_time: Time = Field(description="Time of the last change of the status.")


SealedText = Annotated[
    str,
    Field(min_length=1, max_length=4096),
    pattern_rule(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){4}", "must be a JWE in compact form"),
]


class Push(Model):
    """The last pushed authorization request (RFC 9126): who has the browser asks for it, and the operator answers."""

    request: SealedText = Field(
        description="Ticket and `state` of a browser, encrypted for the operator (JWE). It is written for each flow."
    )
    response: SealedText | None = Field(
        None, description="What the link is made of, encrypted for the holder of the ticket (JWE)."
    )


class OAuthConsentStatus(Model):
    """The state of the flow."""

    conditions: Annotated[tuple[ConsentCondition, ...], Field(max_length=8)] = Field(
        (),
        description="Conditions.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    request: ConsentRequest | None = Field(None, description="Authorization request, set by the operator.")
    response: (
        Annotated[
            str,
            Field(min_length=1, max_length=LONGEST_RESPONSE),
            pattern_rule(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){4}", "must be a JWE in compact form"),
        ]
        | None
    ) = Field(
        None,
        description="Authorization response, encrypted for the operator (JWE). It is set once.",
    )
    push: Push | None = Field(
        None, description="The last pushed authorization request, for providers that offer or require one (RFC 9126)."
    )
    account: Annotated[str, Field(max_length=256)] | None = Field(
        None, description="Account at the provider, if the provider names it."
    )

    @rule(
        "!has(oldSelf.response) || (has(self.response) && self.response == oldSelf.response)",
        "response can be set only once; create another OAuthConsent",
    )
    def _is_response_unchanged(self) -> bool:
        return True  # only the API server knows the old object

    @rule(
        "!has(oldSelf.request) || (has(self.request) && self.request == oldSelf.request)",
        "request can be set only once; create another OAuthConsent",
    )
    def _is_request_unchanged(self) -> bool:
        return True  # as above

    @classmethod
    def read(cls, status: Mapping[str, object]) -> Self:
        """Parse a status that a newer release may have written. Unknown fields and reasons are ignored.

        Raises `ValidationError` if the rest is invalid.
        """
        try:
            return cls.model_validate(status, by_alias=True, by_name=False, extra="ignore")
        except ValidationError:
            known = {name: value for name, value in status.items() if name != "conditions"}
            return cls.model_validate(known, by_alias=True, by_name=False, extra="ignore")
