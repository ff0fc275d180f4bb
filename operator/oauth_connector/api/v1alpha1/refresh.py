"""`spec.refresh`: when the operator refreshes the token."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.durations import Duration, duration_rule, to_seconds
from oauth_connector.api.schema.fields import Model, rule
from oauth_connector.api.schema.numbers import WHOLE_NUMBER
from oauth_connector.api.v1alpha1 import digests

DEFAULT_LIFETIME = "1h"


class AskedSource(StrEnum):
    """Where a lifetime is looked for that the token response does not contain."""

    INTROSPECTION = "Introspection"


class Refresh(Model):
    """When the operator refreshes the token."""

    before: Annotated[Annotated[Duration, duration_rule("1s")] | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Time before expiry at which the operator refreshes the token, without jitter. A value that"
        " is not shorter than the lifetime of the token is ignored; an Event reports this. A mounted"
        " file shows a new token up to 90 s late, so a value of less than `100s` sets condition `RefreshLate`. Default:"
        " `beforePercentage` applies.",
    )
    before_percentage: Annotated[
        Annotated[int, Field(strict=True, ge=5, le=80), WHOLE_NUMBER] | None, digests.NOT_DIGESTED
    ] = Field(
        None,
        description="Percentage of the lifetime that is left at the refresh; each connector adds a small jitter."
        " Default: 33, and at least 100 s unless that is more than two thirds of the lifetime; 5 for a preset whose"
        " provider revokes the old token at a refresh.",
    )
    default_lifetime: Annotated[Annotated[Duration, duration_rule("15s")] | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Lifetime to assume if the token response contains none. Default: the preset's, else"
        f" `{DEFAULT_LIFETIME}`.",
    )
    lifetime_source: Annotated[AskedSource | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Where to look for the lifetime if the token response contains none. `Introspection`: at the"
        " introspection endpoint (RFC 7662), which `provider.introspectionURL` or the metadata of the issuer name. It"
        " must be at the server of the token endpoint. Default: `Introspection` with `provider.introspectionURL`, else"
        " `defaultLifetime` counts.",
    )
    max_lifetime: Annotated[Annotated[Duration, duration_rule("60s")] | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Maximum time until the next refresh. It does not change the expiration time of the token."
        " Default: the lifetime of the token.",
    )

    @rule(
        "!(has(self.before) && has(self.beforePercentage))",
        "set before or beforePercentage, not both: remove one",
        "before",
    )
    def _has_one_measure(self) -> bool:
        return self.before is None or self.before_percentage is None

    @property
    def before_seconds(self) -> int | None:
        """Return `before` in seconds."""
        return None if self.before is None else to_seconds(self.before)

    @property
    def max_lifetime_seconds(self) -> int | None:
        """Return `maxLifetime` in seconds."""
        return None if self.max_lifetime is None else to_seconds(self.max_lifetime)

    @property
    def default_lifetime_seconds(self) -> int:
        """Return `defaultLifetime` in seconds."""
        return to_seconds(self.default_lifetime or DEFAULT_LIFETIME)
