"""A terminal that takes long lines: by themselves they cut what is pasted at 4096 characters (macOS: at 1024)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "win32":

    @contextmanager
    def noncanonical_mode() -> Iterator[None]:
        """Change nothing: the console has no such limit."""
        yield

else:
    import termios

    STDIN = 0
    LOCAL_MODES, CHARACTERS = 3, 6
    """Where `termios.tcgetattr` has them."""

    @contextmanager
    def noncanonical_mode() -> Iterator[None]:
        """Take the terminal's own line editing away for a while, and do not show what is pasted; Ctrl-C still works."""
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
            termios.tcsetattr(STDIN, termios.TCSADRAIN, before)
