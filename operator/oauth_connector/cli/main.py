"""`oauth-connector`: the operator, the consent server, and tools for authors of connectors.

Exit status: 0 success, 1 a check failed, or the API server has rejected the token for minutes, 2 wrong usage.
Data is printed to standard output, messages to standard error.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from oauth_connector.cli.check_input import load
from oauth_connector.cli.check_step import CheckStep, print_step
from oauth_connector.cli.lint.command import add_arguments as add_lint_arguments
from oauth_connector.cli.usage_error import UsageError

WARNING = (
    "This sends the credentials to the provider once. The request may count as a login, and some providers revoke a"
    " valid token."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    given = _build_parser().parse_args(arguments)
    try:
        status: int = given.function(given)
    except UsageError as error:
        print(f"oauth-connector: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oauth-connector", description="Keeps valid OAuth tokens in Kubernetes Secrets."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the operator")
    run.add_argument("--config", type=Path, metavar="FILE", help="settings file (YAML)")
    run.add_argument("--kubeconfig", type=Path, metavar="FILE", help="kubeconfig, if not run in a cluster")
    run.add_argument("--namespaces", metavar="NAMES", help="namespaces to serve, such as a,b; by default all")
    run.add_argument("--selector", metavar="SELECTOR", help="label selector of the connectors to serve; by default all")
    run.set_defaults(function=_run)
    consent = commands.add_parser("consent", help="run the consent server, whose pages request the consent of users")
    consent.add_argument("--config", type=Path, metavar="FILE", help="settings file (YAML)")
    consent.add_argument(
        "--public-url", metavar="URL", help="URL of the server for browsers: https:// and a host name of its own"
    )
    consent.add_argument("--kubeconfig", type=Path, metavar="FILE", help="kubeconfig, if not run in a cluster")
    consent.set_defaults(function=_consent)
    _add_check(commands.add_parser("check", help="check a connector on this machine, without a cluster"))
    add_lint_arguments(commands.add_parser("lint", help="judge manifests without a cluster and without Secrets"))
    _add_drain(commands.add_parser("drain", help="stop the operator and wait until its Pods have ended"))
    version_ = commands.add_parser("version", help="show the version")
    version_.set_defaults(function=_version)
    return parser


def _add_drain(drain: argparse.ArgumentParser) -> None:
    drain.add_argument("--deployment", required=True, metavar="NAME", help="Deployment of the operator")
    drain.add_argument("--namespace", metavar="NAME", help="its namespace, by default the namespace of this Pod")
    drain.add_argument("--timeout", type=float, default=150, metavar="SECONDS", help="how long to wait for the Pods")
    drain.add_argument("--kubeconfig", type=Path, metavar="FILE", help="kubeconfig, if not run in a cluster")
    drain.set_defaults(function=_drain)


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument("-f", dest="files", type=Path, action="append", required=True, metavar="FILE", help=_FILES)
    check.add_argument("--secret", action="append", default=[], metavar="NAME/KEY=SOURCE", help=_SECRET)
    check.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="settings file of the operator, for allowed destinations and the trust bundle",
    )
    check.add_argument(
        "--request-token", action="store_true", help="also request a token, and show what the operator would write"
    )
    check.add_argument("--yes", action="store_true", help="do not ask for confirmation before --request-token")
    check.add_argument("-o", dest="output", choices=("text", "json"), default="text", help="output format")
    check.set_defaults(function=_check)


_FILES = "file of manifests: one OAuthConnector, and the Secrets and ConfigMaps that it refers to"
_SECRET = "value of a Secret: NAME/KEY=@file or NAME/KEY=env:VARIABLE"


_RUN_OPTIONS = ("config", "kubeconfig", "namespaces", "selector")


def _run(given: argparse.Namespace) -> int:
    from oauth_connector import app as operator  # noqa: PLC0415  # it takes half a second, and other commands do not need it
    from oauth_connector.kube.errors import AccessError, IdentityLostError  # noqa: PLC0415  # as above
    from oauth_connector.settings.operator import InvalidSettings  # noqa: PLC0415  # as above
    from oauth_connector.settings.operator import load as settings  # noqa: PLC0415  # as above

    try:
        operator.run(settings({name: getattr(given, name) for name in _RUN_OPTIONS}))
    except (InvalidSettings, AccessError) as error:
        raise UsageError(str(error)) from None
    except IdentityLostError:  # it is logged
        return 1
    return 0


def _consent(given: argparse.Namespace) -> int:
    from oauth_connector.consent_server import server  # noqa: PLC0415  # as above
    from oauth_connector.kube.errors import AccessError, IdentityLostError  # noqa: PLC0415  # as above
    from oauth_connector.settings.consent_server import load as settings  # noqa: PLC0415  # as above
    from oauth_connector.settings.sources import InvalidSettings  # noqa: PLC0415  # as above

    arguments = {"config": given.config, "public_url": given.public_url, "kubeconfig": given.kubeconfig}
    try:
        server.run(settings(arguments))
    except (InvalidSettings, AccessError) as error:
        raise UsageError(str(error)) from None
    except IdentityLostError:  # it is logged
        return 1
    return 0


def _drain(given: argparse.Namespace) -> int:
    from oauth_connector.cli.drain import run_drain  # noqa: PLC0415  # as above

    return run_drain(given)


def _check(given: argparse.Namespace) -> int:
    from oauth_connector.cli.check import run_check  # noqa: PLC0415  # as above
    from oauth_connector.settings.operator import InvalidSettings  # noqa: PLC0415  # as above
    from oauth_connector.settings.operator import load as settings  # noqa: PLC0415  # as above

    try:
        documents, chosen = load(given.files, given.secret), settings({"config": given.config})
    except InvalidSettings as error:
        raise UsageError(str(error)) from None
    if given.request_token:
        _require_agreement(yes=given.yes)

    async def run_steps() -> list[CheckStep]:
        steps = []
        async for step in run_check(documents, chosen, request_token=given.request_token):
            steps.append(step)
            if given.output == "text":
                print_step(step)
        return steps

    steps = asyncio.run(run_steps())
    if given.output == "json":
        print(
            json.dumps(
                [{"step": s.name, "ok": s.passed, "text": s.text, "facts": dict(s.facts)} for s in steps], indent=2
            )
        )
    return 0 if all(step.passed for step in steps) else 1


def _require_agreement(*, yes: bool) -> None:
    """Print the warning about a token request; on a terminal also ask. Raises `UsageError` if the user refuses."""
    print(WARNING, file=sys.stderr)
    if not yes and sys.stdin.isatty() and input("Continue? [y/N] ").strip().lower() not in ("y", "yes"):
        raise UsageError("--request-token: nothing was sent.")


def _version(_given: argparse.Namespace) -> int:
    print(version("oauth-connector-operator"))
    return 0
