"""A file for the refresh token that replaces the one which `oauth-connector check` presents."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from oauth_connector.cli.usage_error import UsageError
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained


class RotatedTokenFile:
    """A new file, readable only by this user. It exists before the request, so that no refresh token is lost."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._is_kept = False

    def __enter__(self) -> Self:
        """Create the file. Raises `UsageError` where it exists, or cannot be created."""
        if self._path is not None:
            try:
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            except OSError as error:
                raise UsageError(f"--rotated-token {self._path}: {error.strerror}. Name a new file.") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the file if it holds no refresh token."""
        if self._path is not None and not self._is_kept:
            self._path.unlink()

    def keep(self, result: TokenObtained | RequestFailed) -> Path | None:
        """Write the refresh token of a response to the file, and return its path; `None` where there is none."""
        successor = _find_successor(result)
        if self._path is None or successor is None:
            return None
        self._path.write_text(successor.get_secret_value(), encoding="utf-8")
        self._is_kept = True
        return self._path


def _find_successor(result: TokenObtained | RequestFailed) -> SecretStr | None:
    return result.salvaged if isinstance(result, RequestFailed) else result.response.refresh_token
