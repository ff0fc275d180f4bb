"""The status of an `OAuthConnector`: what the operator did, and what a person must do."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, WithJsonSchema

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.fields import Model
from oauth_connector.api.schema.times import Time
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.revocation import Revocation

LONGEST_MESSAGE = 2048
MOST_SCOPES, LONGEST_SCOPE = 64, 512
LONGEST_REFRESH_REQUEST = 1024

WORD = r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"
ReasonText = Annotated[Reason, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 128, "pattern": WORD})]
"""A closed set here but not in the CRD: an older CRD must not refuse the status of a newer operator."""

RemedyText = Annotated[Remedy, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 64, "pattern": WORD})]
RevocationText = Annotated[
    Revocation, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 64, "pattern": WORD})
]
Generation = Annotated[int, Field(json_schema_extra={"format": "int64"})]
Status = Annotated[int, Field(json_schema_extra={"format": "int32"})]
Count = Annotated[int, Field(ge=0, le=2**31 - 1, json_schema_extra={"format": "int32"})]


class Condition(Model):
    """A `metav1.Condition`."""

    type: Annotated[str, Field(min_length=1, max_length=316)] = Field(
        description="`Ready` always; `Reconciling`, `Stalled`, `RefreshFailed`, `ConsentRequired` only while true."
    )
    status: Literal["True", "False", "Unknown"] = Field(description="Whether it is so.")
    reason: ReasonText = Field(description="Why, in one word: a closed set.")
    message: Annotated[str, Field(max_length=LONGEST_MESSAGE)] = Field(
        description="Why, in one sentence, and what to do."
    )
    observed_generation: Generation = Field(description="Generation of the spec that it is about.")
    last_transition_time: Time = Field(description="When its status last changed.")


class SecretReference(Model):
    """The Secret that was written."""

    name: Annotated[str, Field(max_length=253)] = Field(description="Name of the Secret.")


class LastError(Model):
    """What went wrong last; absent while nothing is wrong. No text of the provider's but codes of known shape."""

    reason: ReasonText = Field(description="The reason, as in the conditions.")
    remedy: RemedyText = Field(description="Who can mend it: the operator by trying again, or a person.")
    http_status: Status | None = Field(None, description="HTTP status of the answer.")
    oauth_error: Annotated[str, Field(max_length=64)] | None = Field(None, description="`error` of the answer.")
    provider_code: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="A code of the provider's own, such as AADSTS7000215."
    )
    request_digest: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="Digest of the fields of spec that shaped the request: what failed is known again by it."
    )


class ObservedCredential(Model):
    """A version of a credential Secret that a token was asked for with; without a UID it was not there."""

    name: Annotated[str, Field(max_length=253)] = Field(description="Name of the Secret.")
    uid: Annotated[str, Field(max_length=64)] | None = Field(None, description="UID of the Secret.")
    resource_version: Annotated[str, Field(max_length=64)] | None = Field(None, description="Version of the Secret.")


class GivenConsent(Model):
    """The consent that the present grant rests on."""

    requested_by: Annotated[str, Field(max_length=512)] = Field(description="Who asked for it.")
    time: Time = Field(description="When the provider's answer was taken.")
    account: Annotated[str, Field(max_length=256)] | None = Field(
        None, description="The account that was connected, where the provider tells."
    )


class OAuthConnectorStatus(Model):
    """What the operator says of a connector."""

    observed_generation: Generation = Field(
        -1, description="Generation of the spec that this status is about; −1: not seen yet."
    )
    conditions: Annotated[tuple[Condition, ...], Field(max_length=8)] = Field(
        (),
        description="The conditions.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    secret_ref: SecretReference | None = Field(None, description="The Secret that holds the token.")
    granted_scopes: (
        Annotated[tuple[Annotated[str, Field(max_length=LONGEST_SCOPE)], ...], Field(max_length=MOST_SCOPES)] | None
    ) = Field(None, description="Scopes that were granted; those asked for where the provider does not say.")
    token_type: Annotated[str, Field(max_length=64)] | None = Field(None, description="Type of the token.")
    issue_time: Time | None = Field(None, description="When the token was asked for.")
    expiration_time: Time | None = Field(None, description="When it expires; absent while unknown.")
    last_refresh_time: Time | None = Field(None, description="When the provider last gave a token.")
    next_refresh_time: Time | None = Field(None, description="When it will be asked next; absent where it will not.")
    refresh_token_expiration_time: Time | None = Field(
        None, description="When the refresh token expires, where the provider tells; a person is needed then."
    )
    failed_attempts: Count = Field(0, description="Calls that failed in a row; absent while none.")
    last_failure_time: Time | None = Field(None, description="When the last of them failed.")
    last_error: LastError | None = Field(None, description="What went wrong last.")
    observed_credentials: Annotated[tuple[ObservedCredential, ...], Field(max_length=8)] = Field(
        (), description="Versions of the credential Secrets that were tried last: what was refused is not tried again."
    )
    last_handled_refresh: Annotated[str, Field(max_length=LONGEST_REFRESH_REQUEST)] | None = Field(
        None, description="The last value of the annotation oauthconnector.dev/refresh-requested-at that was acted on."
    )

    last_handled_revoke: Annotated[str, Field(max_length=LONGEST_REFRESH_REQUEST)] | None = Field(
        None, description="The last value of the annotation oauthconnector.dev/revoke-requested-at that was acted on."
    )
    last_revocation: RevocationText | None = Field(
        None,
        description="What came of it: `Revoked`, `NoEndpoint` where the provider has none, `Refused` where it would not"
        " or did not answer, `Nothing` where there was no token. Forgotten here it is in any case.",
    )
    consent_url: Annotated[str, Field(max_length=2048)] | None = Field(
        None,
        description="Page that says how to connect this connector, for grantType AuthorizationCode; the link alone"
        " proves nothing.",
    )
    redirect_uri: Annotated[str, Field(max_length=2048)] | None = Field(
        None, description="The redirect URI to register at the provider, to the letter."
    )
    consent: GivenConsent | None = Field(None, description="The consent that the present grant rests on.")

    @classmethod
    def read(cls, status: object) -> Self:
        """Read a status; what somebody filled with nonsense by hand is dropped, and nothing else."""
        rest = dict(status) if isinstance(status, Mapping) else {}
        while True:
            try:
                return cls.model_validate(rest, by_alias=True, by_name=False)
            except ValidationError as error:
                rest = _without(rest, {detail["loc"][:2] for detail in error.errors(include_input=False)})

    def written(self) -> dict[str, object]:
        """Give the status as the API server keeps it, within its bounds: a long answer must not stop a write."""
        clipped = self.model_copy(update=self._clipped())
        written = clipped.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {name: value for name, value in written.items() if value != [] and (name, value) != _NO_FAILURES}

    def _clipped(self) -> dict[str, object]:
        scopes = self.granted_scopes
        return {
            "granted_scopes": tuple(scope[:LONGEST_SCOPE] for scope in scopes[:MOST_SCOPES]) if scopes else None,
            "token_type": self.token_type[:64] if self.token_type else None,
            "last_handled_refresh": (self.last_handled_refresh or "")[:LONGEST_REFRESH_REQUEST] or None,
        }


_NO_FAILURES = ("failedAttempts", 0)


def _without(status: Mapping[str, object], wrong: Iterable[tuple[int | str, ...]]) -> dict[str, object]:
    """Drop fields by their path; of a list, only the entries that are wrong."""
    entries: dict[str, set[int]] = {}
    for name, *index in wrong:
        entries.setdefault(str(name), set()).update(i for i in index if isinstance(i, int))
    kept = {name: value for name, value in status.items() if name not in entries}
    for name, bad in entries.items():
        value = status[name]
        if bad and isinstance(value, list):
            kept[name] = [item for index, item in enumerate(value) if index not in bad]
    return kept
