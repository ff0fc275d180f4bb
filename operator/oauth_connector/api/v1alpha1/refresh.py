"""`spec.refresh`: when a token is replaced."""

from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.durations import Duration, at_least, in_seconds
from oauth_connector.api.schema.fields import Model, rule

DEFAULT_LIFETIME = "1h"


class Refresh(Model):
    """When a token is replaced."""

    before: Annotated[Duration, at_least("1s")] | None = Field(
        None,
        description="How long before expiry, to the second; one that is not shorter than the token's life is ignored,"
        " and an Event says so. When absent: `beforePercentage`.",
    )
    before_percentage: Annotated[int, Field(strict=True, ge=5, le=80)] | None = Field(
        None,
        description="The share of the life that is left when it is replaced, spread a little from connector to"
        " connector. When absent: 33.",
    )
    default_lifetime: Annotated[Duration, at_least("15s")] | None = Field(
        None,
        description="The life to assume when the provider tells none. When absent: the preset's, else"
        f" `{DEFAULT_LIFETIME}`.",
    )
    max_lifetime: Annotated[Duration, at_least("60s")] | None = Field(
        None,
        description="Replace a token at least this often; a living token is never declared dead by it. When absent: as"
        " long as the token lives.",
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
        """Give `before` in seconds."""
        return None if self.before is None else in_seconds(self.before)

    @property
    def max_lifetime_seconds(self) -> int | None:
        """Give `maxLifetime` in seconds."""
        return None if self.max_lifetime is None else in_seconds(self.max_lifetime)

    @property
    def default_lifetime_seconds(self) -> int:
        """Give `defaultLifetime` in seconds."""
        return in_seconds(self.default_lifetime or DEFAULT_LIFETIME)
