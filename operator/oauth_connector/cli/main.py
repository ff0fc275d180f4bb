"""`oauth-connector`: the operator, the consent server, and tools for authors of connectors.

Exit status: 0 success, 1 a check failed, or the API server has rejected the token for minutes, 2 wrong usage,
141 the output has no reader any more.
Data is printed to standard output, messages to standard error.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from oauth_connector.cli.check_command import add_arguments as add_check_arguments
from oauth_connector.cli.lint.command import add_arguments as add_lint_arguments
from oauth_connector.cli.usage_error import UsageError
from oauth_connector.telemetry.closed_output import run_while_read


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    return run_while_read(lambda: _run_command(arguments))


def _run_command(arguments: Sequence[str] | None) -> int:
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
    parser.add_argument("--version", action="version", version=_read_version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = _add_command(commands, "run", "run the operator")
    run.add_argument("--config", type=Path, metavar="FILE", help="settings file (YAML)")
    run.add_argument("--kubeconfig", type=Path, metavar="FILE", help="kubeconfig, if not run in a cluster")
    run.add_argument("--namespaces", metavar="NAMES", help="namespaces to serve, such as a,b; by default all")
    run.add_argument(
        "-l", "--selector", metavar="SELECTOR", help="label selector of the connectors to serve; by default all"
    )
    run.set_defaults(function=_run)
    consent = _add_command(commands, "consent", "run the consent server, whose pages request the consent of users")
    consent.add_argument("--config", type=Path, metavar="FILE", help="settings file (YAML)")
    consent.add_argument(
        "--public-url", metavar="URL", help="URL of the server for browsers: https:// and a host name of its own"
    )
    consent.add_argument("--kubeconfig", type=Path, metavar="FILE", help="kubeconfig, if not run in a cluster")
    consent.set_defaults(function=_consent)
    add_check_arguments(_add_command(commands, "check", "check a connector on this machine, without a cluster"))
    add_lint_arguments(_add_command(commands, "lint", "judge manifests without a cluster and without Secrets"))
    _add_drain(_add_command(commands, "drain", "stop the operator and wait until its Pods have ended"))
    _add_command(commands, "version", "show the version").set_defaults(function=_version)
    return parser


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  # the type that add_subparsers returns


def _add_command(commands: "Commands", name: str, text: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")


def _add_drain(drain: argparse.ArgumentParser) -> None:
    drain.add_argument("--deployment", required=True, metavar="NAME", help="Deployment of the operator")
    drain.add_argument("-n", "--namespace", metavar="NAME", help="its namespace, by default the namespace of this Pod")
    drain.add_argument("--timeout", type=float, default=150, metavar="SECONDS", help="how long to wait for the Pods")
    drain.add_argument(
        "--unless-within", default="", metavar="A,B", help="do nothing if all its namespaces are among these, or with *"
    )
    drain.add_argument("--kubeconfig", type=Path, metavar="FILE", help="kubeconfig, if not run in a cluster")
    drain.set_defaults(function=_drain)


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


def _version(_given: argparse.Namespace) -> int:
    print(_read_version())
    return 0


def _read_version() -> str:
    return version("oauth-connector-operator")
