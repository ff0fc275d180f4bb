"""`spec.output`: name, keys and metadata of the output Secret."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, Rule, cel_literal, rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.metadata import Annotations, Labels
from oauth_connector.api.v1alpha1.output_formats import OutputFormat, OutputFormatType
from oauth_connector.api.v1alpha1.output_members import MemberName
from oauth_connector.api.v1alpha1.output_names import OutputKey, OutputName
from oauth_connector.api.v1alpha1.output_template import OutputTemplate
from oauth_connector.api.v1alpha1.output_type import (
    BASIC_AUTH,
    BASIC_AUTH_KEYS,
    DOCKER_CONFIG_JSON,
    DOCKER_CONFIG_KEY,
    OutputType,
)
from oauth_connector.api.v1alpha1.references import ACCESS_TOKEN_KEY


class OutputField(StrEnum):
    """Fields of a token that can be published, each under its own key."""

    ACCESS_TOKEN = "AccessToken"  # the name of a field
    TOKEN_TYPE = "TokenType"
    EXPIRES_AT = "ExpiresAt"
    AUTHORIZATION = "Authorization"
    SCOPE = "Scope"


DEFAULT_KEYS: Mapping[OutputField, str] = {
    OutputField.ACCESS_TOKEN: ACCESS_TOKEN_KEY,
    OutputField.TOKEN_TYPE: "token_type",
    OutputField.EXPIRES_AT: "expires_at",
    OutputField.AUTHORIZATION: "authorization",
    OutputField.SCOPE: "scope",
}
"""Default keys of the output Secret."""


class DeletionPolicy(StrEnum):
    """Effect on the output Secret when its connector is deleted."""

    DELETE = "Delete"
    RETAIN = "Retain"


class OutputData(Model):
    """A field of the token and its key."""

    field: OutputField = Field(
        description="`AccessToken`: the bare token. `TokenType`: its type, which is always `Bearer`. `ExpiresAt`:"
        " its expiration time, RFC 3339 in UTC. `Authorization`: `headerPrefix` and the token. `Scope`: the"
        " granted scopes, separated by spaces, if known."
    )
    key: OutputKey = Field(description="Key in the Secret.")


class ResponseField(Model):
    """A member of the token response and its key."""

    name: MemberName = Field(
        description="Name of the member, such as `instance_url`. If the response does not contain it, the Secret"
        " has no such key."
    )
    key: OutputKey = Field(description="Key in the Secret.")


_NOT_EMPTY: Rule[tuple[OutputData, ...]] = Rule(
    "size(self) > 0", "must not be empty: add a field, or remove data", bool
)

_DEFAULTS = f"[{', '.join(cel_literal(key) for key in DEFAULT_KEYS.values())}]"
_DATA_KEYS = f"(has(self.data) ? self.data.map(d, d.key) : {_DEFAULTS})"
_RESPONSE_KEYS = "(has(self.responseFields) ? self.responseFields.map(f, f.key) : [])"
_FORMAT_KEYS = "(has(self.formats) ? self.formats.map(f, f.key) : [])"


def _unique_cel(items: str, member: str) -> str:
    return f"!has(self.{items}) || self.{items}.all(x, self.{items}.exists_one(y, y.{member} == x.{member}))"


class Output(Model):
    """The Secret that Pods mount. Each key may be used once in `data`, `formats`, `responseFields` and `template`."""

    secret_name: Annotated[OutputName | None, digests.OUTPUT] = Field(
        None,
        description="Name of the Secret. After a change the operator writes the new Secret, then deletes the old"
        " one. Default: `<connector>-token`.",
    )
    data: Annotated[Annotated[tuple[OutputData, ...], Field(max_length=16), _NOT_EMPTY] | None, digests.OUTPUT] = Field(
        None,
        description="Fields of the token and their keys. Default: `access_token`, `token_type`, `expires_at`,"
        " `authorization`, and `scope` if it is known.",
    )
    formats: Annotated[Annotated[tuple[OutputFormat, ...], Field(max_length=8)] | None, digests.OUTPUT] = Field(
        None, description="Keys that contain all fields in one format, in addition to `data`. Default: none."
    )
    response_fields: Annotated[Annotated[tuple[ResponseField, ...], Field(max_length=16)] | None, digests.OUTPUT] = (
        Field(
            None,
            description="Members of the token response to publish, in addition to `data`. The operator stores no"
            " other member. Default: none.",
        )
    )
    template: OutputTemplate | None = Field(
        None, description="Further keys with texts of your own, in addition to `data`. Default: none."
    )
    type: Annotated[OutputType | None, digests.OUTPUT] = Field(
        None,
        description="Type of the Secret. `kubernetes.io/dockerconfigjson` is that of image pull Secrets, and needs"
        " the format `DockerConfigJSON` under the key `.dockerconfigjson`. `kubernetes.io/basic-auth` needs the key"
        " `username` or `password`. A type cannot change, so after a change the operator deletes the Secret and creates"
        " it again. Default: `Opaque`.",
    )
    labels: Annotated[Labels | None, digests.OUTPUT] = Field(
        None, description="Labels of the Secret, in addition to those of the operator. Default: none."
    )
    annotations: Annotated[Annotations | None, digests.OUTPUT] = Field(
        None, description="Annotations of the Secret, in addition to those of the operator. Default: none."
    )
    deletion_policy: Annotated[DeletionPolicy | None, digests.OUTPUT] = Field(
        None,
        description="`Delete`: the Secret is deleted together with the connector. `Retain`: the Secret stays, and"
        " its token expires. Default: `Delete`.",
    )

    @rule(_unique_cel("data", "key"), "contains the same key twice: use each key once", "data")
    def _has_each_data_key_once(self) -> bool:
        return _is_unique(data.key for data in self.data or ())

    @rule(_unique_cel("data", "field"), "contains the same field twice: remove one", "data")
    def _has_each_field_once(self) -> bool:
        return _is_unique(data.field for data in self.data or ())

    @rule(_unique_cel("formats", "key"), "contains the same key twice: use each key once", "formats")
    def _has_each_format_key_once(self) -> bool:
        return _is_unique(chosen.key for chosen in self.formats or ())

    @rule(_unique_cel("formats", "type"), "contains the same format twice: remove one", "formats")
    def _has_each_format_once(self) -> bool:
        return _is_unique(chosen.type for chosen in self.formats or ())

    @rule(
        f"!has(self.formats) || self.formats.all(x, !(x.key in {_DATA_KEYS}))",
        "contains a key that data uses, explicitly or by default: choose another key",
        "formats",
    )
    def _has_unused_format_keys(self) -> bool:
        return not self._data_keys & {chosen.key for chosen in self.formats or ()}

    @rule(_unique_cel("responseFields", "key"), "contains the same key twice: use each key once", "responseFields")
    def _has_each_response_key_once(self) -> bool:
        return _is_unique(chosen.key for chosen in self.response_fields or ())

    @rule(_unique_cel("responseFields", "name"), "contains the same member twice: remove one", "responseFields")
    def _has_each_member_once(self) -> bool:
        return _is_unique(chosen.name for chosen in self.response_fields or ())

    @rule(
        f"!has(self.responseFields) || self.responseFields.all(x, !(x.key in {_DATA_KEYS}) && !(x.key in"
        f" {_FORMAT_KEYS}))",
        "contains a key that data or formats use, explicitly or by default: choose another key",
        "responseFields",
    )
    def _has_unused_response_keys(self) -> bool:
        taken = self._data_keys | {chosen.key for chosen in self.formats or ()}
        return not taken & {chosen.key for chosen in self.response_fields or ()}

    @rule(
        f"!has(self.template) || self.template.data.all(k, !(k in {_DATA_KEYS}) && !(k in {_FORMAT_KEYS}) &&"
        f" !(k in {_RESPONSE_KEYS}))",
        "contains a key that data, formats or responseFields use, explicitly or by default: choose another key",
        "template",
    )
    def _has_unused_template_keys(self) -> bool:
        others = {each.key for each in self.formats or ()} | {each.key for each in self.response_fields or ()}
        return self.template is None or not self.template.data.keys() & (self._data_keys | others)

    @rule(
        f"!has(self.type) || self.type != {cel_literal(DOCKER_CONFIG_JSON)} || (has(self.formats) &&"
        f" self.formats.exists(f, f.type == 'DockerConfigJSON' && f.key == {cel_literal(DOCKER_CONFIG_KEY)}))",
        f"requires the format DockerConfigJSON under the key {DOCKER_CONFIG_KEY}: add it to formats",
        "type",
    )
    def _has_registries_where_typed(self) -> bool:
        wanted = (OutputFormatType.DOCKER_CONFIG_JSON, DOCKER_CONFIG_KEY)
        return self.type != DOCKER_CONFIG_JSON or wanted in {(each.type, each.key) for each in self.formats or ()}

    @rule(
        f"!has(self.type) || self.type != {cel_literal(BASIC_AUTH)} || (has(self.data) && self.data.exists(d,"
        " d.key in ['username', 'password'])) || (has(self.template) && self.template.data.exists(k, k in ['username',"
        " 'password']))",
        "requires the key username or password: publish the field AccessToken under the key password in data",
        "type",
    )
    def _has_login_where_typed(self) -> bool:
        keys = self._data_keys | (set(self.template.data) if self.template else set())
        return self.type != BASIC_AUTH or not BASIC_AUTH_KEYS.isdisjoint(keys)

    @property
    def published_members(self) -> frozenset[str]:
        """Return the names of the members of a token response that the Secret contains, alone or in a text."""
        listed = {each.name for each in self.response_fields or ()}
        return frozenset(listed | (self.template.response_members if self.template else set()))

    @property
    def _data_keys(self) -> set[str]:
        return set(DEFAULT_KEYS.values()) if self.data is None else {data.key for data in self.data}


def _is_unique(names: Iterable[str]) -> bool:
    seen = list(names)
    return len(set(seen)) == len(seen)
