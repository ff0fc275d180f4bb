"""The command line of `oauth-connector lint`."""

import argparse
import sys

from oauth_connector.cli.lint.files import read_input
from oauth_connector.cli.lint.findings import Level
from oauth_connector.cli.lint.formats import FORMATS
from oauth_connector.cli.lint.verdicts import judge


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "paths", nargs="+", metavar="FILE|DIR", help="manifests, folders of them, or - for standard input"
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="path or name of files to leave out, with * and ?; can be repeated",
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
    parser.add_argument("-o", dest="output", choices=tuple(FORMATS), default="text", help="output format")
    parser.set_defaults(function=run)


def run(given: argparse.Namespace) -> int:
    """Judge the manifests, print the findings, and return the exit status. Raises `UsageError`."""
    result = judge(read_input(given.paths, given.exclude))
    print(FORMATS[given.output](result))
    if result.manifests == 0 and not result.findings:
        print("oauth-connector: no OAuthConnector was found in these files.", file=sys.stderr)
    failed = (Level.ERROR, Level.WARNING) if given.strict else (Level.ERROR,)
    return int(any(result.count(level) for level in failed))
