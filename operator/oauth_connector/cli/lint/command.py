"""The command line of `oauth-connector lint`."""

import argparse
import sys
from pathlib import Path

from oauth_connector.cli.lint.files import read_input
from oauth_connector.cli.lint.findings import Level
from oauth_connector.cli.lint.formats import FORMATS
from oauth_connector.cli.lint.verdicts import judge
from oauth_connector.cli.usage_error import UsageError


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
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings file of the operator, for the allowed labels"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
    parser.add_argument("-o", dest="output", choices=tuple(FORMATS), default="text", help="output format")
    parser.set_defaults(function=run)


def run(given: argparse.Namespace) -> int:
    """Judge the manifests, print the findings, and return the exit status. Raises `UsageError`."""
    result = judge(read_input(given.paths, given.exclude), _read_allowed_labels(given.config))
    print(FORMATS[given.output](result))
    if result.manifests == 0 and not result.findings:
        print("oauth-connector: no OAuthConnector was found in these files.", file=sys.stderr)
    failed = (Level.ERROR, Level.WARNING) if given.strict else (Level.ERROR,)
    return int(any(result.count(level) for level in failed))


def _read_allowed_labels(config: Path | None) -> frozenset[str] | None:
    """Return the labels that a settings file allows; `None` without a file. Raises `UsageError`."""
    if config is None:
        return None
    from oauth_connector.settings.operator import InvalidSettings, load  # noqa: PLC0415  # most runs do not need it

    try:
        return frozenset(load({"config": config}).allowed_output_labels)
    except InvalidSettings as error:
        raise UsageError(str(error)) from None
