"""`oauth-connector`: the operator, and tools for whoever writes connectors."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give its exit status: 0 well, 1 a problem was found, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="oauth-connector")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the operator")
    run.add_argument("--config", type=Path)
    run.add_argument("--kubeconfig", type=Path)
    given = parser.parse_args(arguments)
    return _run(given)


def _run(given: argparse.Namespace) -> int:
    from oauth_connector import main as operator  # noqa: PLC0415  # half a second that other commands need not wait
    from oauth_connector.settings import InvalidSettings, load  # noqa: PLC0415  # as above

    try:
        operator.run(load({"config": given.config, "kubeconfig": given.kubeconfig}))
    except InvalidSettings as error:
        print(error, file=sys.stderr)
        return 2
    return 0
