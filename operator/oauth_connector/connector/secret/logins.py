"""Formats of the output Secret with a login to hosts, in which the access token is the password."""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from pydantic import SecretStr

_DOCKER_HUB = ("docker.io", "https://index.docker.io/v1/")
"""The entry of Docker Hub has a name of its own: `IndexServer` in registry/config.go of moby."""

_NEEDS_QUOTES = re.compile(r'#.*|.*["\\].*')
"""What a program would take for a comment, for quotes or for an escape."""


@dataclass(frozen=True, slots=True)
class HostLogin:
    """A user name and a password, and the hosts that they are for. Neither contains white space."""

    hosts: tuple[str, ...]
    username: str
    password: SecretStr = field(repr=False)


def docker_config_json(login: HostLogin) -> SecretStr:
    """Write the configuration of Docker as `kubectl create secret docker-registry` does.

    Clients of registries read `auth`; the kubelet reads also the user name and the password.
    https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
    """
    password = login.password.get_secret_value()
    basic = base64.b64encode(f"{login.username}:{password}".encode()).decode()
    entry = {"username": login.username, "password": password, "auth": basic}
    auths = {(_DOCKER_HUB[1] if host == _DOCKER_HUB[0] else host): entry for host in login.hosts}
    return SecretStr(json.dumps({"auths": auths}, sort_keys=True, separators=(",", ":")))


def netrc(login: HostLogin) -> SecretStr:
    """Write one line for each host, as curl, Python and Go read it.

    Programs disagree about quotes and backslashes, so only a value that needs quotes has them: curl reads that since
    7.84, Python since 3.11. https://everything.curl.dev/usingcurl/netrc.html
    """
    user, password = _quote(login.username), _quote(login.password.get_secret_value())
    return _join(f"machine {host} login {user} password {password}" for host in login.hosts)


def git_credentials(login: HostLogin) -> SecretStr:
    """Write one URL for each host, with percent-encoding: https://git-scm.com/docs/git-credential-store."""
    user, password = (quote(text, safe="") for text in (login.username, login.password.get_secret_value()))
    return _join(f"https://{user}:{password}@{host}" for host in login.hosts)


def _quote(text: str) -> str:
    if not _NEEDS_QUOTES.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _join(lines: Iterable[str]) -> SecretStr:
    return SecretStr("".join(f"{line}\n" for line in lines))
