"""Where the token comes from that says to the API server who we are."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from oauth_connector.kube.errors import AccessError

MOST_AGE = 60.0
"""Seconds after which a token file is read again: the kubelet replaces a projected token about once an hour."""


class APITokenSource(Protocol):
    """Gives the token of the moment."""

    def current(self) -> SecretStr:
        """Give the token to send now. Raises `AccessError`."""

    def renew(self) -> None:
        """Look for a newer token, since this one was refused; may block. Raises `AccessError`."""


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A token that is what it is."""

    token: SecretStr

    def current(self) -> SecretStr:
        """Give the token."""
        return self.token

    def renew(self) -> None:
        """Do nothing: there is no other."""


@dataclass(slots=True)
class TokenFile:
    """A file that somebody keeps fresh; its last good content is kept while it is empty or away."""

    path: Path
    clock: Callable[[], float] = time.monotonic
    _token: SecretStr | None = field(default=None, init=False)
    _read: float = field(default=0.0, init=False)

    def current(self) -> SecretStr:
        """Give the file's token, read at most a minute ago."""
        if self._token is None or self.clock() - self._read >= MOST_AGE:
            self.renew()
        if self._token is None:
            raise AccessError(f"{self.path} holds no token.")
        return self._token

    def renew(self) -> None:
        """Read the file."""
        with suppress(OSError, UnicodeDecodeError):
            text = self.path.read_text().strip()
            self._token = SecretStr(text) if text else self._token
            self._read = self.clock()


@dataclass(slots=True)
class TokenProgram:
    """A program that logs in, as a kubeconfig's `exec` names it (`client.authentication.k8s.io` ExecCredential).

    `folder` is where a relative command is looked for.
    """

    config: Mapping[str, Any] = field(repr=False)  # its environment may hold a password
    folder: Path
    _token: SecretStr | None = field(default=None, init=False)

    def current(self) -> SecretStr:
        """Give the token of the last login, or log in."""
        if self._token is None:
            self.renew()
        if self._token is None:
            raise AccessError("the login program gave no token")
        return self._token

    def renew(self) -> None:
        """Run the program, however long it takes."""
        name = self.config.get("command", "(no command)")
        token = _login(self.config, self.folder)
        if token is None:
            raise AccessError(f"The login program {name} of the kubeconfig gives no token: it failed, or gives others.")
        self._token = token


def _login(config: Mapping[str, Any], folder: Path) -> SecretStr | None:
    # Imported here alone: it brings the generated client along, 48 MB that no Pod needs.
    from kubernetes.config.config_exception import ConfigException  # noqa: PLC0415  # 48 MB that no Pod needs
    from kubernetes.config.exec_provider import ExecProvider  # noqa: PLC0415  # as above
    from kubernetes.config.kube_config import ConfigNode  # noqa: PLC0415  # as above

    try:
        node = ConfigNode("exec", dict(config))  # type: ignore[no-untyped-call]  # the package is typed in part
        status = ExecProvider(node, cwd=str(folder)).run()  # type: ignore[no-untyped-call]  # as above
    except (ConfigException, OSError):
        return None
    return SecretStr(status["token"]) if status.get("token") else None
