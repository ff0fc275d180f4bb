"""The status of an `OAuthConnector`: the observed state, and the action that a user must take."""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, WithJsonSchema

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.fields import Model
from oauth_connector.api.schema.times import Time
from oauth_connector.api.v1alpha1.client_fields import AcceptedSecret
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.lifetimes import LifetimeSource
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
AcceptedSecretText = Annotated[
    AcceptedSecret, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 64, "pattern": WORD})
]
LifetimeSourceText = Annotated[
    LifetimeSource, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 64, "pattern": WORD})
]
Generation = Annotated[int, Field(json_schema_extra={"format": "int64"})]
Status = Annotated[int, Field(json_schema_extra={"format": "int32"})]
Count = Annotated[int, Field(ge=0, le=2**31 - 1, json_schema_extra={"format": "int32"})]


class Condition(Model):
    """A `metav1.Condition`."""

    type: Annotated[str, Field(min_length=1, max_length=316)] = Field(
        description="`Ready` is always present. `Reconciling`, `Stalled`, `RefreshFailed`, `ConsentRequired`"
        " and `RefreshLate` are present only while they are true."
    )
    status: Literal["True", "False", "Unknown"] = Field(description="Status of the condition.")
    reason: ReasonText = Field(description="Reason in PascalCase, from a closed set.")
    message: Annotated[str, Field(max_length=LONGEST_MESSAGE)] = Field(description="What is wrong, and what to do.")
    observed_generation: Generation = Field(description="Generation of the spec that this condition describes.")
    last_transition_time: Time = Field(description="Time at which `status` last changed.")

    def is_about(self, status: str, reason: str, message: str, generation: int) -> bool:
        """Return whether the condition says this already, at whatever time."""
        own = (self.status, self.reason, self.message, self.observed_generation)
        return own == (status, reason, message, generation)


class SecretReference(Model):
    """The output Secret."""

    name: Annotated[str, Field(max_length=253)] = Field(description="Name of the Secret.")


class LastError(Model):
    """The last error; absent after a success. It contains codes only, and no text from the provider."""

    reason: ReasonText = Field(description="Reason, as in the conditions.")
    remedy: RemedyText = Field(
        description="What resolves the error: a retry by the operator, or an action of the user."
    )
    http_status: Status | None = Field(None, description="HTTP status of the response.")
    oauth_error: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="`error` of the response (RFC 6749 §5.2), or `other` if the code is not known."
    )
    provider_code: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="Error code of the provider, such as AADSTS7000215."
    )
    request_digest: Annotated[str, Field(max_length=64)] | None = Field(
        None,
        description="Digest of the spec fields that determine the request, and of the settings if the operator"
        " itself refused it. It identifies the request that failed.",
    )


class ObservedCredential(Model):
    """Version of a credential Secret that the last request used. Without `uid`, the Secret did not exist."""

    name: Annotated[str, Field(max_length=253)] = Field(description="Name of the Secret.")
    uid: Annotated[str, Field(max_length=64)] | None = Field(None, description="UID of the Secret.")
    resource_version: Annotated[str, Field(max_length=64)] | None = Field(None, description="Version of the Secret.")


class GivenConsent(Model):
    """The consent on which the current grant is based."""

    requested_by: Annotated[str, Field(max_length=512)] = Field(description="User name of the requester.")
    time: Time = Field(description="Time at which the operator accepted the authorization response.")
    account: Annotated[str, Field(max_length=256)] | None = Field(
        None, description="Account that the user authorized, if the provider returns it."
    )


class ProviderStatus(Model):
    """What discovery came to. The operator sends nothing to another issuer of the same resource."""

    issuer: Annotated[str, Field(max_length=2048)] = Field(description="Issuer that the resource led to.")
    token_url: Annotated[str, Field(max_length=2048)] = Field(description="Its token endpoint.")


class OAuthConnectorStatus(Model):
    """Observed state of a connector."""

    observed_generation: Generation = Field(
        -1, description="Generation of the spec that this status describes; −1 before the first reconciliation."
    )
    conditions: Annotated[tuple[Condition, ...], Field(max_length=8)] = Field(
        (),
        description="Conditions of the connector.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    secret_ref: SecretReference | None = Field(None, description="The output Secret.")
    granted_scopes: (
        Annotated[tuple[Annotated[str, Field(max_length=LONGEST_SCOPE)], ...], Field(max_length=MOST_SCOPES)] | None
    ) = Field(None, description="Granted scopes; the requested scopes if the token response contains none.")
    token_type: Annotated[str, Field(max_length=64)] | None = Field(
        None,
        description="Token type: `Bearer`, or `N_A` for a token that is not used as an access token (RFC 8693 §2.2.1).",
    )
    issue_time: Time | None = Field(None, description="Time at which the token was requested.")
    expiration_time: Time | None = Field(None, description="Time at which the token expires; absent if unknown.")
    lifetime_source: LifetimeSourceText | None = Field(
        None,
        description="Where the lifetime of the token is from. `Response`: the token response states it. `JWT`: claim"
        " `exp` of the access token, where the response states nothing. `Interpreted`: the response states a number of"
        " unknown unit, or a time of unknown zone, and the most plausible one is assumed. `Introspection`: the"
        " introspection endpoint states it. `Preset`: the preset of the"
        " provider. `Default`: `refresh.defaultLifetime`.",
    )
    last_refresh_time: Time | None = Field(None, description="Time of the last successful token request.")
    next_refresh_time: Time | None = Field(
        None, description="Time of the next token request; absent if none is planned."
    )
    refresh_token_expiration_time: Time | None = Field(
        None,
        description="Time at which the refresh token expires, if the provider returns it. The user must consent"
        " again before that time.",
    )
    failed_attempts: Count = Field(0, description="Number of consecutive failed requests; absent if zero.")
    last_failure_time: Time | None = Field(None, description="Time of the last failed request.")
    last_error: LastError | None = Field(None, description="The last error.")
    observed_credentials: Annotated[tuple[ObservedCredential, ...], Field(max_length=8)] = Field(
        (),
        description="Versions of the credential Secrets that the last request used. The operator compares them to"
        " detect changes.",
    )
    last_handled_refresh: Annotated[str, Field(max_length=LONGEST_REFRESH_REQUEST)] | None = Field(
        None,
        description="Last value of the annotation oauthconnector.dev/refresh-requested-at that the operator handled.",
    )

    last_handled_revoke: Annotated[str, Field(max_length=LONGEST_REFRESH_REQUEST)] | None = Field(
        None,
        description="Last value of the annotation oauthconnector.dev/revoke-requested-at that the operator handled.",
    )
    last_revocation: RevocationText | None = Field(
        None,
        description="Result of the last revocation. `Revoked`: the provider revoked the token. `NoEndpoint`: it"
        " has no revocation endpoint. `Refused`: it rejected the request or did not respond. `Nothing`: there was"
        " no token. The operator deletes its copy of the grant in every case.",
    )
    client_secret: AcceptedSecretText | None = Field(
        None,
        description="Which client secret the provider accepted last, for connectors with `client.previousSecretRef`."
        " `Current`: that of `secretRef`. `Previous`: it refused that one.",
    )
    provider: ProviderStatus | None = Field(
        None, description="Authorization server of the last token, for connectors with `provider.resource`."
    )
    consent_url: Annotated[str, Field(max_length=2048)] | None = Field(
        None,
        description="Page with instructions to authorize this connector, for grantType AuthorizationCode. The URL"
        " alone grants no access.",
    )
    redirect_uri: Annotated[str, Field(max_length=2048)] | None = Field(
        None, description="Redirect URI to register at the provider, exactly as written here."
    )
    consent: GivenConsent | None = Field(None, description="The consent on which the current grant is based.")

    @classmethod
    def read(cls, status: object) -> Self:
        """Read a status. Fields with invalid values, written by another client, are dropped one by one."""
        rest = dict(status) if isinstance(status, Mapping) else {}
        while True:
            try:
                return cls.model_validate(rest, by_alias=True, by_name=False)
            except ValidationError as error:
                rest = _without(rest, {detail["loc"][:2] for detail in error.errors(include_input=False)})

    def to_manifest(self) -> dict[str, object]:
        """Return the status as the API server stores it, cut to the bounds of the schema so that the write succeeds."""
        clipped = self.model_copy(update=self._clip())
        written = clipped.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {name: value for name, value in written.items() if value != [] and (name, value) != _NO_FAILURES}

    def _clip(self) -> dict[str, object]:
        scopes = self.granted_scopes
        return {
            "granted_scopes": tuple(scope[:LONGEST_SCOPE] for scope in scopes[:MOST_SCOPES]) if scopes else None,
            "token_type": self.token_type[:64] if self.token_type else None,
            "last_handled_refresh": (self.last_handled_refresh or "")[:LONGEST_REFRESH_REQUEST] or None,
        }


_NO_FAILURES = ("failedAttempts", 0)


def _without(status: Mapping[str, object], wrong: Collection[tuple[int | str, ...]]) -> dict[str, object]:
    """Drop fields by their path; of a list, only the entries that are wrong. An empty path is that of the status."""
    if () in wrong:
        return {}
    entries: dict[str, set[int]] = {}
    for name, *index in wrong:
        entries.setdefault(str(name), set()).update(i for i in index if isinstance(i, int))
    kept = {name: value for name, value in status.items() if name not in entries}
    for name, bad in entries.items():
        value = status[name]
        if bad and isinstance(value, list):
            kept[name] = [item for index, item in enumerate(value) if index not in bad]
    return kept
