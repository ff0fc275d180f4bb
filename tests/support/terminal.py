"""The plugin as a user runs it: a process of its own in a terminal, its standard output in a file."""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.polling import eventually
from tests.support.preloaded_program import ForkedProcess, PreloadedProgram, preload

ROOT = Path(__file__).parents[2]
CTRL_C = "\x03"
PLUGIN = "oauth_connector.kubectl_plugin.main:main"
COMMAND = "tests.support.any_command:main"


class TerminalSession:
    """One run of `kubectl oauth`, or of another command, in a terminal."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._stdout = folder / "stdout"
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT / "operator"),
            **environ,
        }
        self._shown = b""
        self._process: ForkedProcess | None = None
        self._master = -1
        self._path = ""

    async def run(self, *arguments: str) -> None:
        """Start the plugin; in a terminal that has shown nothing yet."""
        await self._start(preload(PLUGIN), arguments)

    async def command(self, *words: str, folder: Path) -> None:
        """Start any command in a folder; in a terminal that has shown nothing yet."""
        await self._start(preload(COMMAND), words, folder)

    async def _start(self, program: PreloadedProgram, arguments: Sequence[str], folder: Path | None = None) -> None:
        await self.close()
        self._shown = b""
        self._master, slave = pty.openpty()
        self._path = os.ttyname(slave)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        with self._stdout.open("wb") as stdout:
            self._process = program.start(arguments, self._environ, (slave, stdout.fileno(), slave), folder)
        os.close(slave)
        asyncio.get_running_loop().add_reader(self._master, self._read)

    @property
    def shown(self) -> str:
        """What the terminal has shown so far."""
        return self._shown.decode(errors="replace")

    @property
    def printed(self) -> str:
        """What went to standard output."""
        return self._stdout.read_text()

    @property
    def output(self) -> str:
        """What went to standard output, if it was ever run."""
        return self._stdout.read_text() if self._stdout.exists() else ""

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, and takes it line by line."""
        wanted = termios.ECHO | termios.ICANON
        return bool(termios.tcgetattr(self._master)[3] & wanted == wanted)

    @property
    def unread(self) -> int:
        """The number of bytes that were typed and that no process has read."""
        slave = os.open(self._path, os.O_RDWR | os.O_NOCTTY)
        try:
            return int.from_bytes(fcntl.ioctl(slave, termios.FIONREAD, bytes(4)), sys.byteorder)
        finally:
            os.close(slave)

    async def wait_for_output(self, text: str, times: int = 1) -> None:
        """Wait until the terminal has shown a text so often."""
        try:
            await eventually(lambda: self.shown.count(text) >= times)
        except TimeoutError:
            raise AssertionError(f"the terminal does not show {text!r}: {self.shown}") from None

    def type(self, text: str) -> None:
        """Type."""
        os.write(self._master, text.encode())

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for the end, and give the exit status."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait, 30)

    async def close(self) -> None:
        """End it, if it has not ended."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            await self.ended()
        if self._master >= 0:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._master)

    def _read(self) -> None:
        try:
            self._shown += os.read(self._master, 65_536)
        except OSError:  # how Linux reports that no process has the other end open
            asyncio.get_running_loop().remove_reader(self._master)
