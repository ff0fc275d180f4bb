"""The status of an `OAuthConnector`: what the operator did, and what a person must do."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, PlainSerializer, ValidationError

from oauth_connector.api.fields import Model
from oauth_connector.api.reasons import Reason
from oauth_connector.oauth.errors import Remedy


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Time = Annotated[datetime, PlainSerializer(_written, return_type=str)]
"""RFC 3339 in UTC, whole seconds."""


class Condition(Model):
    """A `metav1.Condition`."""

    type: Annotated[str, Field(max_length=316)] = Field(
        description="`Ready` always; `Reconciling`, `Stalled`, `RefreshFailed` only while true."
    )
    status: Literal["True", "False", "Unknown"] = Field(description="Whether it is so.")
    reason: Reason = Field(description="Why, in one word: a closed set.")
    message: Annotated[str, Field(max_length=2048)] = Field(description="Why, in one sentence, and what to do.")
    observed_generation: int = Field(description="Generation of the spec that it is about.")
    last_transition_time: Time = Field(description="When its status last changed.")


class SecretReference(Model):
    """The Secret that was written."""

    name: Annotated[str, Field(max_length=253)] = Field(description="Name of the Secret.")


class LastError(Model):
    """What went wrong last; absent while nothing is wrong. No text of the provider's but codes of known shape."""

    reason: Reason = Field(description="The reason, as in the conditions.")
    remedy: Remedy = Field(description="Who can mend it: the operator by trying again, or a person.")
    http_status: int | None = Field(None, description="HTTP status of the answer.")
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


class OAuthConnectorStatus(Model):
    """What the operator says of a connector."""

    observed_generation: int = Field(
        -1, description="Generation of the spec that this status is about; −1: not seen yet."
    )
    conditions: Annotated[tuple[Condition, ...], Field(max_length=8)] = Field((), description="The conditions.")
    secret_ref: SecretReference | None = Field(None, description="The Secret that holds the token.")
    granted_scopes: Annotated[tuple[Annotated[str, Field(max_length=512)], ...], Field(max_length=64)] | None = Field(
        None, description="Scopes that were granted; those asked for where the provider does not say."
    )
    token_type: Annotated[str, Field(max_length=64)] | None = Field(None, description="Type of the token.")
    issue_time: Time | None = Field(None, description="When the token was asked for.")
    expiration_time: Time | None = Field(None, description="When it expires; absent while unknown.")
    last_refresh_time: Time | None = Field(None, description="When the provider last gave a token.")
    next_refresh_time: Time | None = Field(None, description="When it will be asked next; absent where it will not.")
    failed_attempts: Annotated[int, Field(ge=0)] = Field(
        0, description="Calls that failed in a row; absent while none."
    )
    last_failure_time: Time | None = Field(None, description="When the last of them failed.")
    last_error: LastError | None = Field(None, description="What went wrong last.")
    observed_credentials: Annotated[tuple[ObservedCredential, ...], Field(max_length=8)] = Field(
        (), description="Versions of the credential Secrets that were tried last: what was refused is not tried again."
    )
    last_handled_refresh: Annotated[str, Field(max_length=1024)] | None = Field(
        None, description="The last value of the annotation oauthconnector.dev/refresh-requested-at that was acted on."
    )

    @classmethod
    def read(cls, status: Mapping[str, object]) -> Self:
        """Read a status; fields that somebody filled with nonsense by hand are dropped."""
        try:
            return cls.model_validate(status)
        except ValidationError as error:
            wrong = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}
            sound = {name: value for name, value in status.items() if name not in wrong}
            return cls.model_validate(sound) if len(sound) < len(status) else cls()

    def written(self) -> dict[str, object]:
        """Give the status as the API server keeps it."""
        written = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {name: value for name, value in written.items() if value not in (0, [])}
