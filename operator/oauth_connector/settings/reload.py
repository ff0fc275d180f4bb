"""Reads the settings again when their file changes, and applies what can be applied while the process runs.

A mounted ConfigMap changes by a swapped symbolic link, so the content is compared, and not the time of the file. The
trust bundle is read at each connection, and a change of its content counts like a changed setting.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, NoReturn

import structlog

from oauth_connector.api.schema.fields import to_camel_case
from oauth_connector.settings.sources import ConfigurationT, InvalidSettings, read_again

INTERVAL = 10.0
"""Seconds between two reads of the file. A kubelet needs up to 90 s to show a changed ConfigMap."""

log = structlog.get_logger(__name__)


class SettingsReload(Generic[ConfigurationT]):
    """Compares the settings with their file.

    `live` are the names of the settings that `apply` applies; `files` returns further files whose content counts.
    """

    def __init__(
        self,
        settings: ConfigurationT,
        live: Iterable[str] = (),
        apply: Callable[[ConfigurationT], None] = lambda _settings: None,
        files: Callable[[ConfigurationT], Iterable[Path | None]] = lambda _settings: (),
    ) -> None:
        self._settings = settings
        self._live = frozenset(live)
        self._apply = apply
        self._files = files
        self._content = self._read_content()

    async def run(self) -> NoReturn:
        """Compare them at each interval, until the task is cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            try:
                self.compare()
            except Exception:  # whatever it is, the process goes on with what is applied
                log.exception("the settings could not be compared: the next comparison applies them")
                self._content = ()

    def compare(self) -> None:
        """Apply what has changed. Invalid content is logged, and the settings stay as they are."""
        content = self._read_content()
        if content == self._content:
            return
        self._content = content
        try:
            found = read_again(self._settings)
        except InvalidSettings as error:
            log.error("the settings have changed and are not valid: the previous ones stay", error=str(error))  # noqa: TRY400  # no fault of the program
            return
        self._change(found, content[0])

    def _change(self, found: ConfigurationT, digest: str) -> None:
        """Apply settings; `digest` is from before they were read, so a file that changed since then is read again."""
        changed = {name for name in type(found).model_fields if getattr(found, name) != getattr(self._settings, name)}
        applied, waiting = sorted(changed & self._live), sorted(changed - self._live)
        self._settings = self._settings.model_copy(update={name: getattr(found, name) for name in applied})
        self._content = (digest, *self._read_content()[1:])
        self._apply(self._settings)
        if applied or not waiting:
            log.info("changed settings are applied", settings=[to_camel_case(name) for name in applied])
        if waiting:
            log.warning("settings have changed that need a restart", settings=[to_camel_case(name) for name in waiting])

    def _read_content(self) -> tuple[str, ...]:
        return tuple(digest_file(path) for path in (self._settings.config, *self._files(self._settings)))


def digest_file(path: Path | None) -> str:
    """Return a digest of the content of a file; the empty string where there is none that can be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None else ""
    except OSError:
        return ""
