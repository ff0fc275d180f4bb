"""`kubectl oauth`: authorizes connectors, shows and explains their status, finds faults, refreshes and revokes tokens.

Exit status: 0 success, 1 failure, 2 wrong usage, 130 interrupted, 141 the output has no reader any more. Data is
printed to standard output, messages to standard error.
"""

import argparse
import asyncio
import re
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from oauth_connector.api.schema.durations import PATTERN, to_seconds
from oauth_connector.api.v1alpha1.consent_request import LIFETIME
from oauth_connector.kubectl_plugin import commands as verbs
from oauth_connector.kubectl_plugin.context import PluginContext, open_context
from oauth_connector.kubectl_plugin.errors import CommandFailed, PluginUsageError
from oauth_connector.telemetry.closed_output import run_while_read
from oauth_connector.telemetry.logging import LogFormat, configure
from oauth_connector.telemetry.terminal_text import strip_control_characters

SETTLE_SECONDS = 30
OPERATOR_ACCOUNT = "oauth-connector-system/oauth-connector"
WRONG_USAGE, INTERRUPTED = 2, 130
DURATION = re.compile(rf"[0-9]{{1,8}}|{PATTERN}")
Command = Callable[[PluginContext, argparse.Namespace], Coroutine[None, None, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    return run_while_read(lambda: _run_command(arguments))


def _run_command(arguments: Sequence[str] | None) -> int:
    parsed = _build_parser().parse_args(arguments)
    configure("warning", LogFormat.CONSOLE, sys.stderr, once=False)  # tests call it often in one process
    try:
        return parsed.function(parsed) if parsed.is_local else asyncio.run(_run(parsed.function, parsed))
    except PluginUsageError as error:
        print(f"kubectl oauth {error}", file=sys.stderr)
        return WRONG_USAGE
    except CommandFailed as failure:
        print(f"kubectl oauth {parsed.command}: {strip_control_characters(failure)}", file=sys.stderr)
        return verbs.PROBLEM
    except (KeyboardInterrupt, asyncio.CancelledError):
        print(f"\nkubectl oauth {parsed.command}: interrupted", file=sys.stderr)
        return INTERRUPTED


async def _run(command: Command, parsed: argparse.Namespace) -> int:
    async with open_context(parsed) as context:
        work = asyncio.ensure_future(command(context, parsed))
        for name in ("SIGTERM", "SIGHUP"):  # like Ctrl-C: the consent is deleted
            with suppress(NotImplementedError, AttributeError):  # Windows has neither
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), work.cancel)
        try:
            return await work
        finally:
            context.terminal.clear()


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kubectl oauth",
        description="Authorizes OAuthConnectors, explains their status, finds faults, refreshes and revokes tokens.",
    )
    parser.add_argument("--version", action="version", version=version("oauth-connector-operator"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_authorize, _add_status, _add_explain, _add_doctor, _add_refresh, _add_revoke, _add_providers):
        add(commands)
    return parser


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  # the type that add_subparsers returns


def _add_authorize(commands: "Commands") -> None:
    command = _add_command(
        commands, "authorize", "authorize a connector by your consent in the browser", _run_authorize
    )
    command.add_argument("name", metavar="NAME", help="the connector")
    command.add_argument(
        "--paste", action="store_true", help="paste the address of the redirect instead of receiving it"
    )
    command.add_argument("--no-browser", action="store_true", help="print the link instead of opening a browser")
    _add_timeout(command, LIFETIME)
    settle = f"how long to wait for the token in the status of the connector; default {SETTLE_SECONDS}s"
    command.add_argument("--settle", type=_parse_seconds, default=SETTLE_SECONDS, metavar="TIME", help=settle)
    _add_output(command)


async def _run_authorize(context: PluginContext, parsed: argparse.Namespace) -> int:
    from oauth_connector.kubectl_plugin.authorize import authorize  # noqa: PLC0415  # it takes half a second, and other commands do not need it

    return await authorize(context, parsed)


def _add_status(commands: "Commands") -> None:
    command = _add_command(
        commands, "status", "show the status of connectors; exit status 1 if one is not ready", verbs.show_status
    )
    command.add_argument("name", metavar="NAME", nargs="?", help="one connector, with details")
    command.add_argument("-A", "--all-namespaces", action="store_true", help="connectors of all namespaces")
    _add_selector(command)
    _add_output(command)


def _add_explain(commands: "Commands") -> None:
    text = "explain what the operator does next, when and why; exit status 1 if something is wrong"
    command = _add_command(commands, "explain", text, _run_explain)
    command.add_argument("name", metavar="NAME", help="the connector")
    file = "manifest of the connector: explain what would happen after it was applied"
    command.add_argument("-f", dest="file", type=Path, metavar="FILE", help=file)
    _add_output(command)


async def _run_explain(context: PluginContext, parsed: argparse.Namespace) -> int:
    from oauth_connector.kubectl_plugin.explain import explain  # noqa: PLC0415  # as above

    return await explain(context, parsed)


def _add_doctor(commands: "Commands") -> None:
    text = "check step by step what a connector needs; exit status 1 if something is wrong"
    command = _add_command(commands, "doctor", text, _run_doctor)
    command.add_argument("name", metavar="NAME", help="the connector")
    request = "also send one token request with the credentials of the connector"
    command.add_argument("--request-token", action="store_true", help=request)
    command.add_argument("--yes", "-y", action="store_true", help="do not ask for confirmation before --request-token")
    operator = f"ServiceAccount of the operator, whose permissions are checked; default {OPERATOR_ACCOUNT}"
    command.add_argument("--operator", default=OPERATOR_ACCOUNT, metavar="NAMESPACE/NAME", help=operator)
    config = "settings file of the operator, for its egress proxy, trust bundle and allowed destinations"
    command.add_argument("--config", type=Path, metavar="FILE", help=config)
    _add_output(command)


async def _run_doctor(context: PluginContext, parsed: argparse.Namespace) -> int:
    from oauth_connector.kubectl_plugin.doctor import diagnose  # noqa: PLC0415  # as above

    return await diagnose(context, parsed)


def _add_refresh(commands: "Commands") -> None:
    command = _add_command(commands, "refresh", "request new tokens now", verbs.refresh)
    command.add_argument("names", metavar="NAME", nargs="*", help="the connectors")
    _add_selector(command)
    command.add_argument("--wait", action="store_true", help="wait for the new tokens and report the results")
    _add_timeout(command, 60)


def _add_revoke(commands: "Commands") -> None:
    command = _add_command(commands, "revoke", "revoke the tokens of a connector at the provider", verbs.revoke)
    command.add_argument("name", metavar="NAME", help="the connector")
    command.add_argument("--yes", "-y", action="store_true", help="do not ask for confirmation")
    _add_timeout(command, 60)
    _add_output(command)


def _add_providers(commands: "Commands") -> None:
    text = "show what is known of providers, without a cluster"
    command = commands.add_parser("providers", help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.add_argument("name", metavar="NAME", nargs="?", help="one preset, with details")
    command.set_defaults(function=_run_providers, is_local=True)
    _add_output(command)


def _run_providers(parsed: argparse.Namespace) -> int:
    from oauth_connector.kubectl_plugin.providers import show_providers  # noqa: PLC0415  # as above

    return show_providers(parsed)


def _add_command(commands: "Commands", name: str, text: str, function: Command) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.add_argument("-n", "--namespace", metavar="NAMESPACE", help="namespace; default: that of the context")
    command.add_argument("--context", metavar="CONTEXT", help="context of the kubeconfig; default: the current one")
    command.add_argument("--kubeconfig", type=Path, metavar="FILE", help="path of the kubeconfig")
    command.set_defaults(function=function, is_local=False)
    return command


def _add_timeout(command: argparse.ArgumentParser, seconds: int) -> None:
    text = f"how long to wait, such as 90, 90s or 5m; default {seconds // 60}m"
    command.add_argument("--timeout", type=_parse_seconds, default=seconds, metavar="TIME", help=text)


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", dest="output", choices=("text", "json"), default="text", help="output format")


def _add_selector(command: argparse.ArgumentParser) -> None:
    command.add_argument("-l", "--selector", metavar="SELECTOR", help="label selector, such as team=crm")


def _parse_seconds(text: str) -> int:
    """Parse a duration in the formats of kubectl. Raises `argparse.ArgumentTypeError`."""
    seconds = to_seconds(f"{text}s" if text.isdecimal() else text) if DURATION.fullmatch(text) else 0
    if not seconds:
        raise argparse.ArgumentTypeError(f"{text} is not a duration; use 90, 90s, 5m or 1h")
    return seconds
