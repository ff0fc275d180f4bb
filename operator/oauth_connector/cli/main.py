"""`oauth-connector`: the operator, and tools for whoever writes connectors.

Exit status: 0 well, 1 a problem was found, 2 wrong usage. Data goes to standard output, narration to standard error.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from oauth_connector.cli.check_output import print_step
from oauth_connector.cli.check_step import CheckStep
from oauth_connector.cli.documents import UsageError, load

WARNING = (
    "This sends the credentials to the provider once. It may count as a login, and at some providers it replaces a live"
    " token."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status."""
    given = _parser().parse_args(arguments)
    try:
        status: int = given.function(given)
    except UsageError as error:
        print(f"oauth-connector: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oauth-connector", description="Keeps OAuth tokens fresh in Kubernetes Secrets."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the operator")
    run.add_argument("--config", type=Path, metavar="FILE", help="settings, as YAML")
    run.add_argument("--kubeconfig", type=Path, metavar="FILE", help="how to reach the cluster from outside")
    run.set_defaults(function=_run)
    consent = commands.add_parser("consent", help="run the consent service: pages for a person's yes")
    consent.add_argument("--config", type=Path, metavar="FILE", help="settings, as YAML")
    consent.add_argument("--public-url", metavar="URL", help="where browsers find it: https:// and a host of its own")
    consent.add_argument("--kubeconfig", type=Path, metavar="FILE", help="how to reach the cluster from outside")
    consent.set_defaults(function=_consent)
    check = commands.add_parser("check", help="judge a connector from here, without a cluster")
    check.add_argument("-f", dest="files", type=Path, action="append", required=True, metavar="FILE", help=_FILES)
    check.add_argument("--secret", action="append", default=[], metavar="NAME/KEY=SOURCE", help=_SECRET)
    check.add_argument(
        "--config", type=Path, metavar="FILE", help="the operator's settings: destinations, trust bundle"
    )
    check.add_argument(
        "--request-token", action="store_true", help="ask for a token too, and show what would be written"
    )
    check.add_argument("--yes", action="store_true", help="do not ask before --request-token")
    check.add_argument("-o", dest="output", choices=("text", "json"), default="text", help="how to show it")
    check.set_defaults(function=_check)
    about = commands.add_parser("version", help="show the version")
    about.set_defaults(function=_version)
    return parser


_FILES = "manifests: one OAuthConnector, and the Secrets and ConfigMaps that it refers to"
_SECRET = "a value of a Secret: NAME/KEY=@file or NAME/KEY=env:VARIABLE"  # a help text


def _run(given: argparse.Namespace) -> int:
    from oauth_connector import app as operator  # noqa: PLC0415  # half a second that other commands need not wait
    from oauth_connector.kube.errors import AccessError  # noqa: PLC0415  # as above
    from oauth_connector.settings.operator import InvalidSettings  # noqa: PLC0415  # as above
    from oauth_connector.settings.operator import load as settings  # noqa: PLC0415  # as above

    try:
        operator.run(settings({"config": given.config, "kubeconfig": given.kubeconfig}))
    except (InvalidSettings, AccessError) as error:
        raise UsageError(str(error)) from None
    return 0


def _consent(given: argparse.Namespace) -> int:
    from oauth_connector.consent_server import server  # noqa: PLC0415  # as above
    from oauth_connector.kube.errors import AccessError  # noqa: PLC0415  # as above
    from oauth_connector.settings.consent_server import load as settings  # noqa: PLC0415  # as above
    from oauth_connector.settings.sources import InvalidSettings  # noqa: PLC0415  # as above

    arguments = {"config": given.config, "public_url": given.public_url, "kubeconfig": given.kubeconfig}
    try:
        server.run(settings(arguments))
    except (InvalidSettings, AccessError) as error:
        raise UsageError(str(error)) from None
    return 0


def _check(given: argparse.Namespace) -> int:
    from oauth_connector.cli.check import ConnectorCheck  # noqa: PLC0415  # as above
    from oauth_connector.settings.operator import InvalidSettings  # noqa: PLC0415  # as above
    from oauth_connector.settings.operator import load as settings  # noqa: PLC0415  # as above

    try:
        check = ConnectorCheck(load(given.files, given.secret), settings({"config": given.config}))
    except InvalidSettings as error:
        raise UsageError(str(error)) from None
    if given.request_token:
        _agreed(yes=given.yes)

    async def taken() -> list[CheckStep]:
        steps = []
        async for step in check.steps(request_token=given.request_token):
            steps.append(step)
            if given.output == "text":
                print_step(step)
        return steps

    steps = asyncio.run(taken())
    if given.output == "json":
        print(
            json.dumps(
                [{"step": s.name, "ok": s.well, "text": s.text, "facts": dict(s.facts)} for s in steps], indent=2
            )
        )
    return 0 if all(step.well for step in steps) else 1


def _agreed(*, yes: bool) -> None:
    """Say what a token request may do; ask where somebody is there to answer. Raises `UsageError` on a no."""
    print(WARNING, file=sys.stderr)
    if not yes and sys.stdin.isatty() and input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        raise UsageError("--request-token: nothing was sent.")


def _version(_given: argparse.Namespace) -> int:
    print(version("oauth-connector-operator"))
    return 0
