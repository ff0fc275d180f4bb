"""The operator's own settings: from the command line, the environment, a file, in this order of precedence.

The file is YAML with camelCase keys, as in a ConfigMap; the environment has the same names in capitals after the prefix
`OAUTH_CONNECTOR_`. No setting holds a secret. Unknown variables with the prefix are left alone: Kubernetes itself sets
some in Pods beside a Service of our name.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BeforeValidator, Field, FilePath, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from oauth_connector.api.fields import camel
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.telemetry.logging import LogFormat

PREFIX = "OAUTH_CONNECTOR_"


class InvalidSettings(Exception):  # noqa: N818  # named for what is so
    """The settings cannot be used; the text says in one line which, and what to write instead.

    It is no `ValueError`, which pydantic would take for its own.
    """


def _from_text(value: object) -> object:
    """Let an environment variable hold what a file would, as YAML (and so as JSON)."""
    try:
        return yaml.safe_load(value) if isinstance(value, str) else value
    except yaml.YAMLError:
        raise ValueError("must be YAML or JSON") from None


class Settings(BaseSettings):
    """What whoever installs the operator may choose."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    config: Path | None = Field(None, description="The file with these settings, as YAML.")
    kubeconfig: FilePath | None = Field(
        None, description="How to reach the cluster from outside; without it, the Pod's own ServiceAccount."
    )
    allowed_destinations: Annotated[tuple[AllowedDestination, ...], NoDecode, BeforeValidator(_from_text)] = Field(
        (),
        description="Token endpoints that may be reached although they are private, or without TLS:"
        " a list of `{host | cidr, ports, http}`.",
    )
    trust_bundle: FilePath | None = Field(
        None, description="A PEM file of certificate authorities that are trusted beside those of the system."
    )
    require_allowed_hosts: bool = Field(
        default=False,
        description="Send credentials only from Secrets that name the host in `oauthconnector.dev/allowed-hosts`.",
    )
    workers: int = Field(64, ge=1, le=1024, description="Passes over connectors that may be under way at once.")
    token_request_seconds: float = Field(
        15, gt=0, le=60, description="The time limit of one request to a provider, all of it."
    )
    api_request_seconds: float = Field(
        15, gt=0, le=60, description="The time limit of one request to the Kubernetes API, watches apart."
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Where browsers reach the consent service, such as `https://connect.example.com`; without it only"
        " connectors with a redirect URI on loopback can be consented to.",
    )
    confirm_consents: bool = Field(
        default=True, description="Whether a consent's requester must type the code that the browser's last page shows."
    )
    namespace: str | None = Field(
        None, description="Where the operator keeps its own key; without it, the Pod's namespace."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="How lines look: `auto` is `console` on a terminal and `json` elsewhere."
    )
    http_host: str | None = Field(None, description="The address for probes and metrics; without it, every address.")
    http_port: int = Field(8080, ge=0, le=65535, description="The port for probes and metrics; 0 is any free one.")
    metrics_per_object: bool = Field(
        default=True, description="Serve series for each connector; leave them out above ten thousand."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the sources in order, the strongest first."""
        return init_settings, env_settings, _File(settings_cls)


def load(arguments: Mapping[str, object]) -> Settings:
    """Gather the settings; `arguments` are those given on the command line, `None` where one was not.

    Raises `InvalidSettings`.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise InvalidSettings("; ".join(map(_sentence, error.errors()))) from None


class _File(PydanticBaseSettingsSource):
    """The file that a stronger source names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[None, str, bool]:  # noqa: ARG002  # abstract
        """Do nothing: the file is read as a whole."""
        return None, field_name, False

    def __call__(self) -> dict[str, object]:
        path = self.current_state.get("config")
        if path is None:
            return {}
        names = {camel(name): name for name in self.settings_cls.model_fields if name != "config"}
        content = _read(Path(path))
        for key in content:
            if key not in names:
                raise InvalidSettings(f"settings file {path}: unknown key {key!r}; {_cure(str(key), names)}")
        return {names[key]: value for key, value in content.items()}


def _read(path: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidSettings(f"settings file {path} cannot be read: {cause}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise InvalidSettings(f"settings file {path} is not YAML{where}") from None
    if not isinstance(content, dict | None):
        raise InvalidSettings(f"settings file {path} must hold keys and values, such as `logLevel: info`")
    return content or {}


def _cure(key: str, names: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(key, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"


_PLAINLY = {"extra_forbidden": "there is no such key", "tuple_type": "must be a list"}


def _sentence(error: ErrorDetails) -> str:
    name, *inner = error["loc"]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inner)
    wrong = _PLAINLY.get(error["type"], error["msg"].removeprefix("Value error, "))
    return f"setting {camel(str(name))}{path} ({PREFIX}{str(name).upper()}): {wrong}, not {error['input']!r:.60}"
