"""`oauth-connector check`: check a manifest and its Secret values on this machine, without a cluster.

The steps are those of the operator, in its order and with its code. Each reports a result or a problem with its remedy.
"""

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from oauth_connector.api.names import READY
from oauth_connector.api.reasons import Reason, format_reason_message
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.cli.check_step import CheckStep
from oauth_connector.connector.credentials import assemble_credentials
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.connector.observation import (
    AnyConnector,
    Connector,
    ConnectorObject,
    InvalidConnector,
    IssuedToken,
    Key,
    with_spec,
)
from oauth_connector.connector.schedule import refresh_time as schedule
from oauth_connector.connector.schedule.refresh_policy import refresh_policy
from oauth_connector.connector.secret.rendering import render
from oauth_connector.connector.status.findings import Findings, PublishedToken
from oauth_connector.connector.status.message_facts import message_facts
from oauth_connector.connector.status.problem import Problem, of_signal
from oauth_connector.connector.status.report import report
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.net.probe import ProbeResult, probe
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.settings.operator import Settings


async def run_check(documents: CheckInput, settings: Settings, *, request_token: bool) -> AsyncIterator[CheckStep]:
    """Run the steps of a check. A failed step ends the check if the following steps depend on it."""
    connector = _parse_connector(documents.connector)
    if isinstance(connector, InvalidConnector):
        for problem in connector.problems:
            yield CheckStep("fields", passed=False, text=f"{problem.path} {problem.message}")
        return
    yield CheckStep("fields", passed=True, text="the manifest is valid")
    async for step in ConnectorCheck(connector, documents, settings).run(request_token=request_token):
        yield step


class ConnectorCheck:
    """A check of one connector with a valid spec."""

    def __init__(self, connector: Connector, documents: CheckInput, settings: Settings) -> None:
        self._connector = connector
        self._documents = documents
        self._settings = settings

    async def run(self, *, request_token: bool) -> AsyncIterator[CheckStep]:
        """Run the steps that follow the fields of the manifest."""
        async with HTTPProviderClient(self._settings.allowed_destinations, self._settings.trust_bundle) as provider:
            required = self._settings.require_allowed_hosts
            rules = LocalRules(require_allowed_hosts=required)
            client = TokenClient(self._documents, provider, time.time, read_rules=lambda: rules)
            secrets = await self._check_secrets(client)
            yield secrets
            reached = True
            async for step in self._check_endpoint(client):
                reached = reached and step.passed
                yield step
            if secrets.passed and (reached or self._connector.spec.provider.effective_token_url is not None):
                async for step in self._check_hosts(client):
                    reached = reached and step.passed
                    yield step
            if request_token and self._connector.spec.is_renewed_by_user:
                yield CheckStep("token", passed=True, text=_NOT_REQUESTED)
            elif request_token and reached and secrets.passed:
                async for step in self._request_token(client):
                    yield step

    # --- the Secrets --------------------------------------------------------------------------------------------
    async def _check_secrets(self, client: TokenClient) -> CheckStep:
        spec, secrets = self._connector.spec, await client.read_credentials(self._connector)
        credentials = assemble_credentials(
            spec, {name: secret for name, secret in secrets.items() if secret.version.uid}
        )
        if isinstance(credentials, Problem):
            return self._describe_problem("secrets", credentials)
        names = ", ".join(f"{reference.name}/{reference.key}" for reference in spec.secret_references())
        return CheckStep("secrets", passed=True, text=f"all values are present and valid: {names or 'none is needed'}")

    async def _check_hosts(self, client: TokenClient) -> AsyncIterator[CheckStep]:
        """Yield a failed step where a Secret may not be sent to the token endpoint, which may be a discovered one."""
        prepared = await client.prepare_request(self._connector)
        if isinstance(prepared, RequestFailed) and prepared.problem.reason is Reason.CREDENTIALS_NOT_ALLOWED:
            yield self._describe_problem("hosts", prepared.problem)

    # --- the connection -----------------------------------------------------------------------------------------
    async def _check_endpoint(self, client: TokenClient) -> AsyncIterator[CheckStep]:
        provider = self._connector.spec.provider
        context = await client.read_context(self._connector)
        if isinstance(context, Problem):
            yield self._describe_problem("trust", context)
            return
        endpoint, issuer = provider.effective_token_url, provider.effective_issuer
        if endpoint is not None or issuer is None:
            async for step in self._probe(endpoint or "", context):
                yield step
            return
        async for step in self._probe(issuer, context):
            yield step
            if not step.passed:
                return
        found = await client.discover(self._connector)
        if isinstance(found, Problem):
            yield self._describe_problem("discovery", found)
        elif found is not None:
            yield CheckStep("discovery", passed=True, text=f"token endpoint {found.token_endpoint}")

    async def _probe(self, url: str, context: RequestContext) -> AsyncIterator[CheckStep]:
        settings = self._settings
        result = await probe(url, settings.allowed_destinations, settings.trust_bundle, context.tls)
        if result.addresses:
            yield CheckStep("dns", passed=True, text=f"{result.host} is {', '.join(map(str, result.addresses))}")
        if result.problem is not None:
            problem = of_signal(self._connector.spec, RequestPhase.TOKEN, Signal(result.problem))
            yield self._describe_problem("connection" if result.addresses else "dns", problem)
            return
        yield CheckStep("connection", passed=True, text=_describe_connection(result))

    # --- the token ----------------------------------------------------------------------------------------------
    async def _request_token(self, client: TokenClient) -> AsyncIterator[CheckStep]:
        result = await client.request_token(self._connector)
        if isinstance(result, RequestFailed):
            error = result.problem.signal.oauth_error if result.problem.signal else None
            step = self._describe_problem("token", result.problem)
            yield replace(step, facts={"error": error} if error else {})
            return
        yield CheckStep("token", passed=True, text="the provider issued a token", facts=_mask_token(result.token))
        yield self._preview_secret(result.token)
        yield self._preview_status(result.token)

    def _preview_secret(self, token: IssuedToken) -> CheckStep:
        rendered = render(token, self._connector)
        keys = {key: f"{len(value.get_secret_value())} characters" for key, value in rendered.data.items()}
        return CheckStep("secret", passed=True, text=f"the operator would write Secret {rendered.name}", facts=keys)

    def _preview_status(self, token: IssuedToken) -> CheckStep:
        shown = PublishedToken(self._connector.output_name, token.issued, token.expires, token.token_type, token.scope)
        status = report(self._connector, Findings(token.issued, shown))
        ready = status.conditions[0]
        facts = {READY: f"{ready.status}, {ready.reason}", "message": ready.message}
        if token.expires is not None:
            policy = refresh_policy(self._connector.spec)
            at = schedule.refresh_time(token.issued, token.expires, policy, self._connector.uid)
            facts |= {"expires": format_epoch(token.expires), "next refresh": format_epoch(at)}
        return CheckStep("status", passed=True, text="the operator would write this status", facts=facts)

    def _describe_problem(self, name: str, problem: Problem) -> CheckStep:
        facts = message_facts(self._connector) | dict(problem.facts)
        text = f"{problem.reason.value}: {format_reason_message(problem.reason, facts)}"
        return CheckStep(name, passed=False, text=text)


_NOT_REQUESTED = (
    "not requested. This grant type needs the consent of a user, or a refresh token that may be valid for one use only."
    " Apply the connector. For AuthorizationCode, run `kubectl oauth authorize` after that."
)


def _parse_connector(manifest: Mapping[str, Any]) -> AnyConnector:
    metadata = manifest["metadata"]
    resource = ConnectorObject(
        key=Key(str(metadata.get("namespace", "default")), str(metadata.get("name", ""))),
        uid="local",
        resource_version="1",
        generation=1,
        deleting=False,
        status=OAuthConnectorStatus(),
    )
    return with_spec(resource, parse_manifest(manifest))


def _describe_connection(result: ProbeResult) -> str:
    if result.protocol is None:
        return f"connected to port {result.port}, without TLS"
    return f"{result.protocol} on port {result.port}, certificate valid until {result.certificate_until}"


def _mask_token(token: IssuedToken) -> dict[str, str]:
    """Return facts that identify a token: at most four of its characters, and none of a short token."""
    text = token.access_token.get_secret_value()
    visible = text[:4] if len(text) >= 20 else ""  # noqa: PLR2004  # a short token has too little entropy
    facts = {"access token": f"{visible}… ({len(text)} characters)", "type": token.token_type}
    if token.scope:
        facts["scopes"] = " ".join(token.scope)
    if token.fields:
        facts["response fields"] = ", ".join(sorted(token.fields))
    return facts
