"""Formats of the output Secret: one key in a form that programs read, with all fields or with a login."""

import json
import re
from collections.abc import Callable, Mapping

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.output_formats import OutputFormat, OutputFormatType
from oauth_connector.connector.secret.logins import HostLogin, docker_config_json, git_credentials, netrc

_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PLAIN = re.compile(r"[A-Za-z0-9._~+/=:@-]*")
_ESCAPED = str.maketrans({c: f"\\{c}" for c in '\\"$`'})


def dot_env(values: Mapping[str, SecretStr]) -> SecretStr:
    """Write `NAME=value` lines that a shell and the dotenv libraries read in the same way."""
    lines = (f"{name.upper()}={_quote(value)}\n" for name, value in _name_fields(values).items())
    return SecretStr("".join(lines))


def json_object(values: Mapping[str, SecretStr]) -> SecretStr:
    """Write one JSON object with the default key names, sorted, without white space."""
    return SecretStr(json.dumps(_name_fields(values), sort_keys=True, separators=(",", ":")))


_OF_FIELDS: Mapping[OutputFormatType, Callable[[Mapping[str, SecretStr]], SecretStr]] = {
    OutputFormatType.DOT_ENV: dot_env,
    OutputFormatType.JSON: json_object,
}

_OF_A_LOGIN: Mapping[OutputFormatType, Callable[[HostLogin], SecretStr]] = {
    OutputFormatType.DOCKER_CONFIG_JSON: docker_config_json,
    OutputFormatType.NETRC: netrc,
    OutputFormatType.GIT_CREDENTIALS: git_credentials,
}


def write_format(chosen: OutputFormat, values: Mapping[str, SecretStr]) -> SecretStr:
    """Write the fields of a token, or a login with it, in the format that the spec chooses."""
    if chosen.type in _OF_FIELDS:
        return _OF_FIELDS[chosen.type](values)
    return _OF_A_LOGIN[chosen.type](HostLogin(chosen.hosts or (), chosen.username or "", values["AccessToken"]))


def _name_fields(values: Mapping[str, SecretStr]) -> dict[str, str]:
    """Name the fields like the default keys; fields of the response are published only where the spec lists them."""
    own = {name: value for name, value in sorted(values.items()) if "/" not in name}
    return {_SNAKE.sub("_", name).lower(): value.get_secret_value() for name, value in own.items()}


def _quote(value: str) -> str:
    """Quote only where needed, with single quotes where possible: every reader takes their content literally."""
    if _PLAIN.fullmatch(value):
        return value
    return f'"{value.translate(_ESCAPED)}"' if "'" in value or "\\" in value else f"'{value}'"
