"""`spec.output.formats`: keys that contain the whole token, or a login with it, in a form that programs read."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, Rule, cel_literal, pattern_rule, rule
from oauth_connector.api.v1alpha1.output_names import OutputKey


class OutputFormatType(StrEnum):
    """Formats that contain all fields under one key, and formats of a login in which the token is the password."""

    DOT_ENV = "DotEnv"
    JSON = "JSON"
    DOCKER_CONFIG_JSON = "DockerConfigJSON"
    NETRC = "Netrc"
    GIT_CREDENTIALS = "GitCredentials"


_WITHOUT_LOGIN = (OutputFormatType.DOT_ENV, OutputFormatType.JSON)
_HAS_LOGIN = f"!(self.type in [{', '.join(cel_literal(each.value) for each in _WITHOUT_LOGIN)}])"

_NAME = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_PORT = ":[1-9][0-9]{0,4}"
_PATH = "(/[A-Za-z0-9._~-]+)+"

LoginHost = Annotated[
    str,
    Field(min_length=1, max_length=253),
    pattern_rule(
        f"{_NAME}({_PORT})?({_PATH})?",
        "must be a host in lower case without https://, such as github.com or registry.example.com:5000",
    ),
]
"""The key of a login: a host, and where the format allows it a port and a path."""

LoginName = Annotated[
    str,
    Field(min_length=1, max_length=256),
    pattern_rule("[!-9;-~]+", "must be ASCII without white space and without ':', which ends a user name (RFC 7617)"),
]

_NOT_EMPTY: Rule[tuple[str, ...]] = Rule("size(self) > 0", "must not be empty: add a host", bool)

_WITH_PORT = re.compile("[^/]*:.*")
_WITH_PATH = re.compile("[^/]*/.*")


def _no_host(pattern: re.Pattern[str]) -> str:
    return f"!has(self.hosts) || !self.hosts.exists(h, h.matches({cel_literal(f'^({pattern.pattern})$')}))"


class OutputFormat(Model):
    """A key whose value contains the token in one format."""

    type: OutputFormatType = Field(
        description="`DotEnv`: lines of NAME=value. `JSON`: one object. `DockerConfigJSON`: the configuration of Docker"
        " with a login to registries, as an image pull Secret has it. `Netrc`: lines for curl, pip, Go and others."
        " `GitCredentials`: the file of `git credential-store`."
    )
    key: OutputKey = Field(description="Key in the Secret, such as `.env` or `.dockerconfigjson`.")
    hosts: Annotated[tuple[LoginHost, ...], Field(max_length=4), _NOT_EMPTY] | None = Field(
        None,
        description="Hosts that receive the token as a password, such as `europe-docker.pkg.dev`. A port is allowed in"
        " `DockerConfigJSON` and `GitCredentials`, a path in `DockerConfigJSON`. Default: none; required for formats"
        " with a login.",
    )
    username: LoginName | None = Field(
        None,
        description="User name beside the token, as the provider wants it: `oauth2accesstoken` (Google),"
        " `x-access-token` (GitHub), `oauth2` (GitLab), `x-token-auth` (Bitbucket). Default: none;"
        " required for formats with a login.",
    )

    @rule(
        f"{_HAS_LOGIN} ? has(self.hosts) : true",
        "is required with the types DockerConfigJSON, Netrc and GitCredentials: name the hosts that accept the token",
        "hosts",
    )
    def _has_required_hosts(self) -> bool:
        return self.type in _WITHOUT_LOGIN or self.hosts is not None

    @rule(
        f"{_HAS_LOGIN} ? has(self.username) : true",
        "is required with the types DockerConfigJSON, Netrc and GitCredentials: set the user name that the provider"
        " expects beside a token",
        "username",
    )
    def _has_required_username(self) -> bool:
        return self.type in _WITHOUT_LOGIN or self.username is not None

    @rule(
        f"{_HAS_LOGIN} || (!has(self.hosts) && !has(self.username))",
        "has no login: remove hosts and username, or choose DockerConfigJSON, Netrc or GitCredentials",
        "type",
    )
    def _has_login_where_written(self) -> bool:
        return self.type not in _WITHOUT_LOGIN or (self.hosts is None and self.username is None)

    @rule(
        f"self.type != 'Netrc' || {_no_host(_WITH_PORT)}",
        "must have no port with type Netrc, whose entries are for all ports of a host: remove it",
        "hosts",
    )
    def _has_no_port_in_netrc(self) -> bool:
        return self.type is not OutputFormatType.NETRC or not self._has_host(_WITH_PORT)

    @rule(
        f"self.type == 'DockerConfigJSON' || {_no_host(_WITH_PATH)}",
        "may have a path only with type DockerConfigJSON: remove it",
        "hosts",
    )
    def _has_path_in_docker_alone(self) -> bool:
        return self.type is OutputFormatType.DOCKER_CONFIG_JSON or not self._has_host(_WITH_PATH)

    @rule(
        "!has(self.hosts) || self.hosts.all(x, self.hosts.exists_one(y, y == x))",
        "contains the same host twice: remove one",
        "hosts",
    )
    def _has_each_host_once(self) -> bool:
        return len(set(self.hosts or ())) == len(self.hosts or ())

    def _has_host(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.fullmatch(host) for host in self.hosts or ())
