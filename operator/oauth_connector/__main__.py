"""`oauth-connector`, and `python -m oauth_connector`: the first lines of the process.

In a container the process has the id 1, and the kernel drops a SIGTERM that it does not handle. So the handler is set
before the imports, which take half a second.
"""

import gc
import os
import signal
import sys

SERVERS = ("run", "consent")
"""The commands that run until SIGTERM. They replace the handler as soon as there is something to finish."""


def main() -> int:
    """Run the command line and return its exit status; SIGTERM ends a server that has not started yet, with 0."""
    if sys.argv[1:2] and sys.argv[1] in SERVERS:
        signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(0))
        gc.disable()  # until the server runs: to visit what is imported, and stays, takes a quarter of the start
    from oauth_connector.cli.main import main as run_command  # noqa: PLC0415  # after the handler is set

    return run_command()


if __name__ == "__main__":
    sys.exit(main())
