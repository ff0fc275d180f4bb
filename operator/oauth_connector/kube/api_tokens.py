"""Sources of the token that authenticates this process to the API server."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from oauth_connector.kube.errors import AccessError

LONGEST_AGE = 60.0
"""Seconds after which a token file is read again: the kubelet replaces a projected token about once an hour."""


class APITokenSource(Protocol):
    """A source of the current token."""

    def current(self) -> SecretStr:
        """Return the token to send now. Raises `AccessError`."""

    def renew(self) -> None:
        """Read or obtain a newer token, because this one was rejected; may block. Raises `AccessError`."""

    def reread(self) -> None:
        """Look for a newer token where that costs nothing, because this one was rejected: read the file."""


@dataclass(frozen=True, slots=True)
class FixedToken:
    """A token that does not change."""

    token: SecretStr

    def current(self) -> SecretStr:
        """Return the token."""
        return self.token

    def renew(self) -> None:
        """Do nothing: there is no other token."""

    def reread(self) -> None:
        """Do nothing, as `renew`."""


@dataclass(slots=True)
class TokenFile:
    """A file that another process updates; its last valid content is kept while it is empty or missing."""

    path: Path
    clock: Callable[[], float] = time.monotonic
    _token: SecretStr | None = field(default=None, init=False)
    _read: float = field(default=0.0, init=False)

    def current(self) -> SecretStr:
        """Return the token of the file, read at most a minute ago."""
        if self._token is None or self.clock() - self._read >= LONGEST_AGE:
            self.renew()
        if self._token is None:
            raise AccessError(f"{self.path} contains no token.")
        return self._token

    def renew(self) -> None:
        """Read the file."""
        with suppress(OSError, UnicodeDecodeError):
            text = self.path.read_text().strip()
            self._token = SecretStr(text) if text else self._token
            self._read = self.clock()

    def reread(self) -> None:
        """Read the file."""
        self.renew()


@dataclass(slots=True)
class TokenProgram:
    """A login program, the `exec` of a kubeconfig (`client.authentication.k8s.io` ExecCredential).

    A relative command starts at `folder`.
    """

    config: Mapping[str, Any] = field(repr=False)  # its environment may contain a password
    folder: Path
    _token: SecretStr | None = field(default=None, init=False)

    def current(self) -> SecretStr:
        """Return the token of the last login, or log in."""
        if self._token is None:
            self.renew()
        if self._token is None:
            raise AccessError("The login program returned no token.")
        return self._token

    def renew(self) -> None:
        """Run the program to its end."""
        name = self.config.get("command", "(no command)")
        token = _run_login(self.config, self.folder)
        if token is None:
            raise AccessError(f"The login program {name} of the kubeconfig returned no token.")
        self._token = token

    def reread(self) -> None:
        """Do nothing: a login may take long, or ask the user."""


def _run_login(config: Mapping[str, Any], folder: Path) -> SecretStr | None:
    """Run the program with the `kubernetes` package, which is not in the image. Raises `AccessError` without it."""
    try:
        from kubernetes.config.config_exception import ConfigException  # noqa: PLC0415  # an extra: 75 MB
        from kubernetes.config.exec_provider import ExecProvider  # noqa: PLC0415  # as above
        from kubernetes.config.kube_config import ConfigNode  # noqa: PLC0415  # as above
    except ModuleNotFoundError:
        raise AccessError(
            "The kubeconfig logs in with a program, for which the Python package kubernetes is missing. Install "
            "oauth-connector-operator[cli]."
        ) from None
    try:
        node = ConfigNode("exec", dict(config))  # type: ignore[no-untyped-call]  # the package is typed in part
        status = ExecProvider(node, cwd=str(folder)).run()  # type: ignore[no-untyped-call]  # as above
    except (ConfigException, OSError):
        return None
    return SecretStr(status["token"]) if status.get("token") else None
