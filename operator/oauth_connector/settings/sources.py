"""The sources of settings: the command line, the environment, a file, in this order of precedence.

The file is YAML with camelCase keys, as in a ConfigMap. The environment has the same names in capitals after the prefix
`OAUTH_CONNECTOR_`. Unknown variables with the prefix are ignored: Kubernetes sets some in Pods when a Service is named
`oauth-connector`, and the operator and the consent server share the prefix.
"""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import Field, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from oauth_connector.api.schema.fields import to_camel_case

PREFIX = "OAUTH_CONNECTOR_"


class InvalidSettings(Exception):  # noqa: N818  # the name states a condition, not a fault of the program
    """A setting is not valid; the text states in one line which, and what to write instead.

    It is no `ValueError`, because pydantic would catch that.
    """


class Configuration(BaseSettings):
    """Settings of a process: the fields of a subclass."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    config: Path | None = Field(None, description="The file with these settings, as YAML.")
    _arguments: Mapping[str, object] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources by precedence, the first wins."""
        return init_settings, env_settings, _File(settings_cls)


ConfigurationT = TypeVar("ConfigurationT", bound=Configuration)


def read_settings(kind: type[ConfigurationT], arguments: Mapping[str, object]) -> ConfigurationT:
    """Read the settings of a kind; `arguments` are those of the command line, `None` for an absent one.

    Raises `InvalidSettings`.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        settings = kind.model_validate(given)
    except ValidationError as error:
        raise InvalidSettings("; ".join(map(_format_error, error.errors()))) from None
    settings._arguments = given  # noqa: SLF001  # of this module
    return settings


def read_again(settings: ConfigurationT) -> ConfigurationT:
    """Read the settings again from the same sources. Raises `InvalidSettings`."""
    return read_settings(type(settings), settings._arguments)  # noqa: SLF001  # of this module


class _File(PydanticBaseSettingsSource):
    """The file that the command line or the environment names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[None, str, bool]:  # noqa: ARG002  # abstract
        """Do nothing: the file is read as a whole."""
        return None, field_name, False

    def __call__(self) -> dict[str, object]:
        path = self.current_state.get("config")
        if path is None:
            return {}
        names = {to_camel_case(name): name for name in self.settings_cls.model_fields if name != "config"}
        content = _read(Path(path))
        for key in content:
            if key not in names:
                raise InvalidSettings(f"settings file {path}: unknown key {key!r}; {_suggest(str(key), names)}")
        return {names[key]: value for key, value in content.items()}


def _read(path: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidSettings(f"settings file {path} cannot be read: {cause}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise InvalidSettings(f"settings file {path} is not YAML{where}") from None
    if not isinstance(content, dict | None):
        raise InvalidSettings(f"settings file {path} must contain keys and values, such as `logLevel: info`")
    return content or {}


def _suggest(key: str, names: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(key, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known keys are {', '.join(names)}"


_MESSAGES = {
    "bool_parsing": "must be true or false",
    "extra_forbidden": "there is no such key",
    "float_parsing": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "model_type": "must contain keys and values",
    "path_not_file": "must be the path of a file that exists",
    "too_short": "needs at least one entry; leave it out for the default",
    "tuple_type": "must be a list",
}
"""What to say instead of the text of pydantic, by the type of the error."""
_SUBJECT = re.compile("^(Value error, |(Input|String) should (?=be|have|match))")
"""How texts of pydantic begin: those of validators, and those about the value."""


def _format_error(error: ErrorDetails) -> str:
    name, *inner = error["loc"]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inner)
    setting = f"setting {to_camel_case(str(name))}{path} ({PREFIX}{str(name).upper()})"
    if error["type"] == "missing":
        return f"{setting}: is required"
    wrong = _MESSAGES.get(error["type"], _SUBJECT.sub(_say_must, error["msg"]))
    return f"{setting}: {wrong}" + (f", not {error['input']!r:.60}" if wrong.startswith("must ") else "")


def _say_must(subject: re.Match[str]) -> str:
    return "must " if "should" in subject[0] else ""
