"""Terminal input that is not shown, without line editing, which cuts a line after 4096 characters (macOS: 1024)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "win32":

    @contextmanager
    def hidden_input() -> Iterator[None]:
        """Do nothing: the console has no such limit."""
        yield

else:
    import termios

    STDIN = 0
    LOCAL_MODES, CHARACTERS = 3, 6
    """Indexes in the result of `termios.tcgetattr`."""

    @contextmanager
    def hidden_input() -> Iterator[None]:
        """Disable line editing and echo while the context is active. Ctrl-C still works.

        At the end, input that was not read is discarded: it may be the rest of a code, and the shell would run it.
        """
        try:
            before = termios.tcgetattr(STDIN)
        except termios.error:
            yield  # not a terminal
            return
        changed = termios.tcgetattr(STDIN)
        changed[LOCAL_MODES] &= ~(termios.ICANON | termios.ECHO)
        changed[CHARACTERS][termios.VMIN], changed[CHARACTERS][termios.VTIME] = 1, 0
        termios.tcsetattr(STDIN, termios.TCSADRAIN, changed)
        try:
            yield
        finally:
            termios.tcsetattr(STDIN, termios.TCSAFLUSH, before)
