"""`kubectl oauth doctor`: what a connector needs, step by step, from this machine and with the user's permissions.

The steps are those of `oauth-connector check`: the code of the operator. A step that the user is not allowed to take is
not checked, and never shown as passed.
"""

import argparse
import json
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from oauth_connector.api.names import REFRESH_FAILED
from oauth_connector.connector.observation import InvalidConnector
from oauth_connector.connector.status.problem import invalid_spec
from oauth_connector.controller.ports import CredentialReader
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.clocks import ReferenceClock
from oauth_connector.diagnosis.outside import open_anywhere, open_outside
from oauth_connector.diagnosis.provider_steps import Prober, ProviderSteps
from oauth_connector.diagnosis.step import DiagnosisStep, describe_problem, format_step
from oauth_connector.kube.connector_cache import parse_connector
from oauth_connector.kubectl_plugin.access_review import find_missing_access
from oauth_connector.kubectl_plugin.commands import PROBLEM
from oauth_connector.kubectl_plugin.connector_view import ConnectorView
from oauth_connector.kubectl_plugin.context import PluginContext
from oauth_connector.kubectl_plugin.errors import CommandFailed, PluginUsageError
from oauth_connector.kubectl_plugin.operator_access import check_operator_access
from oauth_connector.kubectl_plugin.terminal import is_interactive
from oauth_connector.kubectl_plugin.token_step import TokenStep
from oauth_connector.kubectl_plugin.user_credentials import UserCredentials
from oauth_connector.settings.operator import InvalidSettings, load

USER_NEEDS = {"oauthconnectors": ("patch",), "oauthconsents": ("create", "get", "patch", "delete")}
"""What a user needs for refresh, revoke and authorize."""


async def diagnose(context: PluginContext, arguments: argparse.Namespace) -> int:
    """Take the steps. Return 1 where one of them failed. Raises `CommandFailed` and `PluginUsageError`."""
    manifest = await context.read_connector(arguments.name)
    ahead = context.now.timestamp() - time.time()
    if arguments.request_token and not arguments.yes and not is_interactive():
        raise PluginUsageError("doctor: the command cannot ask for confirmation without a terminal. Use --yes.")
    steps = []
    credentials = UserCredentials(context)
    async with open_provider(credentials, arguments.config) as (client, probe):
        examination = Examination(context, ConnectorView(manifest), arguments)
        async for step in examination.run(client, probe, ReferenceClock("the API server", ahead)):
            steps.append(step)
            if arguments.output == "text":
                print(format_step(step))
    if arguments.output == "json":
        print(json.dumps([step.to_json() for step in steps], indent=2))
    return PROBLEM if any(step.passed is False for step in steps) else 0


def open_provider(
    credentials: CredentialReader, config: Path | None
) -> AbstractAsyncContextManager[tuple[TokenClient, Prober]]:
    """Return the connections of the operator with these settings; without any, those of this machine.

    Raises `PluginUsageError` for a file that is no settings file.
    """
    if config is None:
        return open_anywhere(credentials)
    try:
        return open_outside(load({"config": config}), credentials)
    except InvalidSettings as error:
        raise PluginUsageError(f"doctor: --config: {error}") from None


class Examination:
    """The steps of one connector."""

    def __init__(self, context: PluginContext, view: ConnectorView, arguments: argparse.Namespace) -> None:
        self._context = context
        self._view = view
        self._arguments = arguments

    async def run(self, client: TokenClient, probe: Prober, clock: ReferenceClock) -> AsyncIterator[DiagnosisStep]:
        """Take the steps. A failed step ends those that depend on it."""
        yield self.describe_status()
        yield await self._check_user()
        yield await check_operator_access(self._context, self._arguments.operator)
        connector = parse_connector(self._view.manifest)
        if isinstance(connector, InvalidConnector):
            yield describe_problem("fields", invalid_spec(connector.problems), connector)
            return
        yield DiagnosisStep("fields", passed=True, text="the spec is valid")
        if connector.spec.has_redirect:
            yield self.describe_redirect()
        failed = False
        async for step in ProviderSteps(connector, client, probe, clock, (CommandFailed,)).run():
            failed = failed or step.problem is not None
            yield step
        if self._arguments.request_token:
            token_step = TokenStep(client, self._context.terminal, agreed=self._arguments.yes)
            yield await token_step.take(connector, failed=failed)

    def describe_status(self) -> DiagnosisStep:
        """Return the step that shows what the operator has written."""
        view, ready = self._view, self._view.ready
        codes = {"error": view.text("lastError", "oauthError"), "provider code": view.text("lastError", "providerCode")}
        facts = {name: code for name, code in codes.items() if code is not None}
        failed = view.condition(REFRESH_FAILED)
        found = failed if failed is not None and failed.status == "True" and view.is_ready else ready
        text = f"{found.reason}: {found.message}"
        if view.status.get("observedGeneration") not in (None, view.manifest["metadata"].get("generation")):
            facts["stale"] = "the operator has not reconciled the last change of the spec yet"
        return DiagnosisStep("status", passed=found is ready and view.is_ready, text=text, facts=facts)

    def describe_redirect(self) -> DiagnosisStep:
        """Return the step that names the redirect URI to register. A wrong one is a reason of the status."""
        redirect = self._view.text("redirectURI")
        if redirect is None:
            return DiagnosisStep("redirect", passed=None, text="not checked. `status.redirectURI` is not set.")
        return DiagnosisStep("redirect", passed=True, text=f"register {redirect} at the provider")

    async def _check_user(self) -> DiagnosisStep:
        """Return the step with the permissions of the user. Not to have one is no fault: an admin may be meant to."""
        missing = await find_missing_access(self._context, USER_NEEDS)
        if not missing:
            return DiagnosisStep("user", passed=True, text="you are allowed to refresh, revoke and authorize")
        text = f"not every command is yours: you are not allowed to {', '.join(missing)}"
        return DiagnosisStep("user", passed=None, text=f"{text} in namespace {self._context.namespace}.")
