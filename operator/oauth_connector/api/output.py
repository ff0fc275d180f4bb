"""`spec.output` and `spec.refresh`: what the Secret looks like, and when it is renewed."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from oauth_connector.api import durations
from oauth_connector.api.fields import Model, Rule
from oauth_connector.api.references import DataKey, ObjectName

Duration = Annotated[str, Field(min_length=2, max_length=24, pattern=durations.PATTERN)]

LABEL = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
RESERVED_CEL = (
    "(k.contains('/') && (k.split('/')[0].endsWith('kubernetes.io') || k.split('/')[0].endsWith('k8s.io')"
    " || k.split('/')[0].startsWith('argocd.') || k.split('/')[0].endsWith('oauthconnector.dev')))"
)


class OutputField(StrEnum):
    """What of a token can be published under a key of its own."""

    ACCESS_TOKEN = "AccessToken"  # the name of a field
    TOKEN_TYPE = "TokenType"  # as above
    EXPIRES_AT = "ExpiresAt"
    AUTHORIZATION = "Authorization"
    SCOPE = "Scope"


class OutputFormatType(StrEnum):
    """Formats that hold all fields under one key."""

    DOT_ENV = "DotEnv"
    JSON = "JSON"


class DeletionPolicy(StrEnum):
    """What becomes of the Secret when its connector is deleted."""

    DELETE = "Delete"
    RETAIN = "Retain"


class OutputData(Model):
    """One field under one key."""

    field: OutputField = Field(description="The field.")
    key: DataKey = Field(description="Its key in the Secret.")


class OutputFormat(Model):
    """All fields under one key, in a named format."""

    type: OutputFormatType = Field(description="`DotEnv`: lines of NAME=value. `JSON`: one object.")
    key: DataKey = Field(description="Its key in the Secret.")


class ResponseField(Model):
    """A member of the token response under a key of its own."""

    name: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_.\-]+$")] = Field(
        description="Name of the member, such as `instance_url`."
    )
    key: DataKey = Field(description="Its key in the Secret.")


def is_reserved(name: str) -> bool:
    """Tell whether a label or annotation belongs to Kubernetes, to Argo CD or to us."""
    domain, slash, _ = name.partition("/")
    return bool(slash) and (
        domain.endswith(("kubernetes.io", "k8s.io", "oauthconnector.dev")) or domain.startswith("argocd.")
    )


class Output(Model):
    """The Secret that pods mount."""

    secret_name: ObjectName | None = Field(
        None,
        description="Name of the Secret; `<connector>-token` when absent. It may change: the new Secret is written,"
        " then the old one is removed.",
    )
    data: Annotated[tuple[OutputData, ...], Field(min_length=1, max_length=16)] | None = Field(
        None,
        description="Fields and their keys. When absent: access_token, token_type, expires_at, authorization, and"
        " scope when it is known.",
    )
    formats: Annotated[tuple[OutputFormat, ...], Field(max_length=4)] | None = Field(
        None, description="Keys that hold all fields in a named format, beside `data`."
    )
    response_fields: Annotated[tuple[ResponseField, ...], Field(max_length=16)] | None = Field(
        None, description="Members of the token response to publish, beside `data`: an allow-list."
    )
    labels: Annotated[dict[str, Annotated[str, Field(max_length=63)]], Field(max_length=16)] | None = Field(
        None, description="Labels of the Secret, beside ours."
    )
    annotations: Annotated[dict[str, Annotated[str, Field(max_length=1024)]], Field(max_length=16)] | None = Field(
        None, description="Annotations of the Secret, beside ours."
    )
    deletion_policy: DeletionPolicy | None = Field(
        None, description="`Delete`: the Secret goes with the connector. `Retain`: it stays. `Delete` when absent."
    )

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!has(self.secretName) || !self.secretName.endsWith('-oauth-state')",
            "secretName must not end with -oauth-state, which is the name of our own Secrets",
            lambda self: not (self.secret_name or "").endswith("-oauth-state"),
        ),
        Rule(
            "!has(self.data) || self.data.all(d, self.data.exists_one(e, e.key == d.key))",
            "data: each key may be used once",
            lambda self: _unique([d.key for d in self.data or ()]),
        ),
        Rule(
            "!has(self.data) || self.data.all(d, self.data.exists_one(e, e.field == d.field))",
            "data: each field may be used once",
            lambda self: _unique([d.field for d in self.data or ()]),
        ),
        Rule(
            "!has(self.formats) || self.formats.all(f, self.formats.exists_one(g, g.key == f.key)"
            " && (!has(self.data) || !self.data.exists(d, d.key == f.key)))",
            "formats: a key is used twice",
            lambda self: _disjoint([f.key for f in self.formats or ()], [d.key for d in self.data or ()]),
        ),
        Rule(
            "!has(self.responseFields) || self.responseFields.all(r, self.responseFields.exists_one(s, s.key == r.key)"
            " && (!has(self.data) || !self.data.exists(d, d.key == r.key))"
            " && (!has(self.formats) || !self.formats.exists(f, f.key == r.key)))",
            "responseFields: a key is used twice",
            lambda self: _disjoint(
                [r.key for r in self.response_fields or ()],
                [d.key for d in self.data or ()] + [f.key for f in self.formats or ()],
            ),
        ),
        Rule(
            f"!has(self.labels) || self.labels.all(k, size(k) <= 253 && !{RESERVED_CEL})",
            "labels: names under kubernetes.io, k8s.io, argocd.* and oauthconnector.dev are not yours to set",
            lambda self: not any(is_reserved(name) or len(name) > 253 for name in self.labels or ()),  # noqa: PLR2004  # as in CEL
        ),
        Rule(
            f"!has(self.annotations) || self.annotations.all(k, size(k) <= 253 && !{RESERVED_CEL})",
            "annotations: names under kubernetes.io, k8s.io, argocd.* and oauthconnector.dev are not yours to set",
            lambda self: not any(is_reserved(name) or len(name) > 253 for name in self.annotations or ()),  # noqa: PLR2004  # as in CEL
        ),
    )


def _within(name: str, least: str) -> Callable[[Model], bool]:
    return lambda refresh: durations.is_within(getattr(refresh, name), least, "87600h")


class Refresh(Model):
    """When a token is replaced."""

    before: Duration | None = Field(
        None, description="How long before expiry. One that is not shorter than the token's life is ignored."
    )
    before_percentage: Annotated[int, Field(ge=5, le=80)] | None = Field(
        None, description="The share of the life that is left when it is replaced; 33 when absent."
    )
    default_lifetime: Duration | None = Field(
        None, description="The life to assume when the provider tells none; `1h` when absent."
    )
    max_lifetime: Duration | None = Field(None, description="Replace a token at least this often.")

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!(has(self.before) && has(self.beforePercentage))",
            "set before or beforePercentage, not both",
            lambda self: not (self.before and self.before_percentage),
        ),
        *(
            Rule(
                f"!has(self.{name}) || (self.{name}.matches('{durations.PATTERN}')"
                f" && duration(self.{name}) >= duration('{least}') && duration(self.{name}) <= duration('87600h'))",
                f"{name} must be between {least} and 87600h (ten years)",
                _within(python, least),
            )
            for name, python, least in (
                ("before", "before", "1s"),
                ("defaultLifetime", "default_lifetime", "15s"),
                ("maxLifetime", "max_lifetime", "60s"),
            )
        ),
    )

    @property
    def before_seconds(self) -> int | None:
        """Give `before` in seconds."""
        return durations.in_seconds(self.before)

    @property
    def max_lifetime_seconds(self) -> int | None:
        """Give `maxLifetime` in seconds."""
        return durations.in_seconds(self.max_lifetime)


def _unique(names: list[str]) -> bool:
    return len(set(names)) == len(names)


def _disjoint(names: list[str], others: list[str]) -> bool:
    return _unique(names) and not set(names) & set(others)
