"""`oauth-connector check`: the command line, and the output."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from oauth_connector.cli.check_input import CheckInput, load
from oauth_connector.cli.usage_error import UsageError
from oauth_connector.diagnosis.token_request_risk import TOKEN_REQUEST_RISK

if TYPE_CHECKING:
    from oauth_connector.diagnosis.step import DiagnosisStep
    from oauth_connector.settings.operator import Settings

WARNING = f"This sends the credentials to the provider once. {TOKEN_REQUEST_RISK}"

_FILES = "file of manifests: one OAuthConnector, and the Secrets and ConfigMaps that it refers to"
_SECRET = (
    "value of a Secret: NAME/KEY=@file or NAME/KEY=env:VARIABLE; token of a ServiceAccount: serviceaccount/NAME=@file;"
    " token of the operator: operator/token=@file"
)
_CONFIG = "settings file of the operator, for allowed destinations and labels, the trust bundle and the redirect URI"
_ROTATED = "with --request-token and grantType RefreshToken: new file for the refresh token that replaces the sent one"


def add_arguments(check: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    check.add_argument("-f", dest="files", type=Path, action="append", required=True, metavar="FILE", help=_FILES)
    check.add_argument("--secret", action="append", default=[], metavar="NAME/KEY=SOURCE", help=_SECRET)
    check.add_argument("--config", type=Path, metavar="FILE", help=_CONFIG)
    check.add_argument(
        "--request-token", action="store_true", help="also request a token, and show what the operator would write"
    )
    check.add_argument("--rotated-token", type=Path, metavar="FILE", help=_ROTATED)
    check.add_argument("--yes", "-y", action="store_true", help="do not ask for confirmation before --request-token")
    check.add_argument("-o", dest="output", choices=("text", "json"), default="text", help="output format")
    check.set_defaults(function=_run_command)


def _run_command(given: argparse.Namespace) -> int:
    from oauth_connector.settings.operator import InvalidSettings  # noqa: PLC0415  # other commands do not need it
    from oauth_connector.settings.operator import load as settings  # noqa: PLC0415  # as above

    try:
        documents, chosen = load(given.files, given.secret), settings({"config": given.config})
    except InvalidSettings as error:
        raise UsageError(str(error)) from None
    if given.request_token:
        _require_agreement(yes=given.yes)
    steps = asyncio.run(_run_steps(given, documents, chosen))
    if given.output == "json":
        print(json.dumps([step.to_json() for step in steps], indent=2))
    return 1 if any(step.passed is False for step in steps) else 0


async def _run_steps(given: argparse.Namespace, documents: CheckInput, settings: "Settings") -> "list[DiagnosisStep]":
    from oauth_connector.cli.check import CheckOptions, run_check  # noqa: PLC0415  # other commands do not need it
    from oauth_connector.connector.consent.request import ConsentPolicy  # noqa: PLC0415  # as above
    from oauth_connector.diagnosis.outside import open_outside  # noqa: PLC0415  # as above
    from oauth_connector.diagnosis.step import format_step  # noqa: PLC0415  # as above

    policy = ConsentPolicy(settings.public_url, settings.confirm_consents) if given.config else None
    labels = frozenset(settings.allowed_output_labels) if given.config else None
    options = CheckOptions(given.request_token, given.rotated_token, policy, allowed_output_labels=labels)
    steps = []
    async with open_outside(settings, documents, is_known=given.config is not None) as (client, probe):
        async for step in run_check(documents, options, client, probe):
            steps.append(step)
            if given.output == "text":
                print(format_step(step))
    return steps


def _require_agreement(*, yes: bool) -> None:
    """Print the warning about a token request; on a terminal also ask. Raises `UsageError` if the user refuses."""
    print(WARNING, file=sys.stderr)
    if not yes and sys.stdin.isatty() and input("Continue? [y/N] ").strip().lower() not in ("y", "yes"):
        raise UsageError("--request-token: nothing was sent.")
