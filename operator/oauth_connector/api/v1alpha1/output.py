"""`spec.output`: what the Secret looks like that pods mount."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, Rule, cel_text, rule, written
from oauth_connector.api.v1alpha1.metadata import Annotations, Labels
from oauth_connector.api.v1alpha1.references import DataKey, ObjectName


class OutputField(StrEnum):
    """What of a token can be published under a key of its own."""

    ACCESS_TOKEN = "AccessToken"  # the name of a field
    TOKEN_TYPE = "TokenType"  # as above
    EXPIRES_AT = "ExpiresAt"
    AUTHORIZATION = "Authorization"
    SCOPE = "Scope"


DEFAULT_KEYS: Mapping[OutputField, str] = {
    OutputField.ACCESS_TOKEN: "access_token",
    OutputField.TOKEN_TYPE: "token_type",
    OutputField.EXPIRES_AT: "expires_at",
    OutputField.AUTHORIZATION: "authorization",
    OutputField.SCOPE: "scope",
}
"""The keys of a Secret whose connector names none."""


class OutputFormatType(StrEnum):
    """Formats that hold all fields under one key."""

    DOT_ENV = "DotEnv"
    JSON = "JSON"


class DeletionPolicy(StrEnum):
    """What becomes of the Secret when its connector is deleted."""

    DELETE = "Delete"
    RETAIN = "Retain"


MemberName = Annotated[
    str,
    Field(min_length=1, max_length=128),
    written("[!-~]+", "must be the name of a member of the response, such as instance_url: ASCII without white space"),
    Rule(
        "self != 'refresh_token'",
        "a refresh token is the operator's alone, and pods must not see it: remove it",
        lambda name: name != "refresh_token",
    ),
]


class OutputData(Model):
    """One field under one key."""

    field: OutputField = Field(
        description="`AccessToken`: the bare token. `TokenType`: as the provider says. `ExpiresAt`: RFC 3339, in UTC."
        " `Authorization`: `headerPrefix` and the token. `Scope`: what was granted, separated by spaces, when known."
    )
    key: DataKey = Field(description="Its key in the Secret.")


class OutputFormat(Model):
    """All fields under one key, in a named format."""

    type: OutputFormatType = Field(description="`DotEnv`: lines of NAME=value. `JSON`: one object.")
    key: DataKey = Field(description="Its key in the Secret, such as `.env`.")


class ResponseField(Model):
    """A member of the token response under a key of its own."""

    name: MemberName = Field(
        description="Name of the member, such as `instance_url`; it is left out where the response has none."
    )
    key: DataKey = Field(description="Its key in the Secret.")


_NOT_EMPTY: Rule[tuple[OutputData, ...]] = Rule("size(self) > 0", "must name a field: add one, or remove data", bool)

_DEFAULTS = f"[{', '.join(cel_text(key) for key in DEFAULT_KEYS.values())}]"
_DATA_KEYS = f"(has(self.data) ? self.data.map(d, d.key) : {_DEFAULTS})"
_FORMAT_KEYS = "(has(self.formats) ? self.formats.map(f, f.key) : [])"


def _once(items: str, member: str) -> str:
    return f"!has(self.{items}) || self.{items}.all(x, self.{items}.exists_one(y, y.{member} == x.{member}))"


class Output(Model):
    """The Secret that pods mount. Keys are used once, over `data`, `formats` and `responseFields` together."""

    secret_name: ObjectName | None = Field(
        None,
        description="Name of the Secret. It may change: the new Secret is written, then the old one removed."
        " When absent: `<connector>-token`.",
    )
    data: Annotated[tuple[OutputData, ...], Field(max_length=16), _NOT_EMPTY] | None = Field(
        None,
        description="Fields and their keys. When absent: `access_token`, `token_type`, `expires_at`, `authorization`,"
        " and `scope` when it is known.",
    )
    formats: Annotated[tuple[OutputFormat, ...], Field(max_length=4)] | None = Field(
        None, description="Keys that hold all fields in a named format, beside `data`. When absent: none."
    )
    response_fields: Annotated[tuple[ResponseField, ...], Field(max_length=16)] | None = Field(
        None,
        description="Further members of the token response to publish, beside `data`: nothing else of it is kept. When"
        " absent: none.",
    )
    labels: Labels | None = Field(None, description="Labels of the Secret, beside ours. When absent: none.")
    annotations: Annotations | None = Field(
        None, description="Annotations of the Secret, beside ours. When absent: none."
    )
    deletion_policy: DeletionPolicy | None = Field(
        None,
        description="`Delete`: the Secret goes with the connector. `Retain`: it stays, and its token expires. When"
        " absent: `Delete`.",
    )

    @rule(
        "!has(self.secretName) || !self.secretName.endsWith('-oauth-state')",
        "must not end with -oauth-state, as the operator's own Secrets do: choose another name",
        "secretName",
    )
    def _is_no_state(self) -> bool:
        return not (self.secret_name or "").endswith("-oauth-state")

    @rule(_once("data", "key"), "each key may be used once: choose another for the second", "data")
    def _has_each_data_key_once(self) -> bool:
        return _unique(data.key for data in self.data or ())

    @rule(_once("data", "field"), "each field may be published once: remove the second", "data")
    def _has_each_field_once(self) -> bool:
        return _unique(data.field for data in self.data or ())

    @rule(_once("formats", "key"), "each key may be used once: choose another for the second", "formats")
    def _has_each_format_key_once(self) -> bool:
        return _unique(chosen.key for chosen in self.formats or ())

    @rule(_once("formats", "type"), "each format may be published once: remove the second", "formats")
    def _has_each_format_once(self) -> bool:
        return _unique(chosen.type for chosen in self.formats or ())

    @rule(
        f"!has(self.formats) || self.formats.all(x, !(x.key in {_DATA_KEYS}))",
        "a key is used by data already, or is one of its defaults: choose another",
        "formats",
    )
    def _keeps_formats_apart(self) -> bool:
        return not self._data_keys & {chosen.key for chosen in self.formats or ()}

    @rule(_once("responseFields", "key"), "each key may be used once: choose another for the second", "responseFields")
    def _has_each_response_key_once(self) -> bool:
        return _unique(chosen.key for chosen in self.response_fields or ())

    @rule(_once("responseFields", "name"), "each member may be published once: remove the second", "responseFields")
    def _has_each_member_once(self) -> bool:
        return _unique(chosen.name for chosen in self.response_fields or ())

    @rule(
        f"!has(self.responseFields) || self.responseFields.all(x, !(x.key in {_DATA_KEYS}) && !(x.key in"
        f" {_FORMAT_KEYS}))",
        "a key is used by data or formats already, or is one of data's defaults: choose another",
        "responseFields",
    )
    def _keeps_members_apart(self) -> bool:
        taken = self._data_keys | {chosen.key for chosen in self.formats or ()}
        return not taken & {chosen.key for chosen in self.response_fields or ()}

    @property
    def _data_keys(self) -> set[str]:
        return set(DEFAULT_KEYS.values()) if self.data is None else {data.key for data in self.data}


def _unique(names: Iterable[str]) -> bool:
    seen = list(names)
    return len(set(seen)) == len(seen)
