"""Any command in the terminal of a test: the process becomes it."""

import os
import sys


def main() -> int:
    """Run the command that the arguments name, in the place of this program."""
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  # to start a program as it is, without a shell, is the point
