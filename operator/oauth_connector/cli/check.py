"""`oauth-connector check`: judge a manifest and its Secret values from the laptop, without a cluster.

The steps are those that the operator takes, in its order, with its own code; each says what it found, or the cure.
"""

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from oauth_connector.api.reasons import Reason, format_reason_message
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.cli.check_step import CheckStep
from oauth_connector.cli.documents import CheckInput
from oauth_connector.connector.credentials import assemble, forbidden_host
from oauth_connector.connector.effective import base_facts, refresh_policy, token_host
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.observation import Connector, IssuedToken, Key
from oauth_connector.connector.schedule import refresh_time as schedule
from oauth_connector.connector.secret.rendering import render
from oauth_connector.connector.status.findings import Findings, PublishedToken
from oauth_connector.connector.status.problem import Problem, of_failure
from oauth_connector.connector.status.report import report
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.net.probe import ProbeResult, probe
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.oauth.errors import Remedy, classify
from oauth_connector.oauth.request_context import RequestContext, TLSOptions
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.settings.operator import Settings


class ConnectorCheck:
    """One judgement of one connector."""

    def __init__(self, documents: CheckInput, settings: Settings) -> None:
        self._documents = documents
        self._settings = settings
        self._connector = _connector(documents.connector)

    async def steps(self, *, request_token: bool) -> AsyncIterator[CheckStep]:
        """Take the steps, and stop at the first that the following ones depend on."""
        for step in self._fields():
            yield step
        if isinstance(self._connector.spec, tuple):
            return
        secrets = self._secrets()
        yield secrets
        async with HTTPProviderClient(self._settings.allowed_destinations, self._settings.trust_bundle) as provider:
            reached = True
            async for step in self._way(provider):
                reached = reached and step.well
                yield step
            if request_token and self._connector.valid_spec.needs_user:
                yield CheckStep("token", well=True, text=_NOT_ASKED)
            elif request_token and reached and secrets.well:
                async for step in self._token(provider):
                    yield step

    # --- the manifest -------------------------------------------------------------------------------------------
    def _fields(self) -> list[CheckStep]:
        spec = self._connector.spec
        if isinstance(spec, tuple):
            return [CheckStep("fields", well=False, text=f"{problem.path} {problem.message}") for problem in spec]
        return [CheckStep("fields", well=True, text="the manifest is as the API server wants it")]

    def _secrets(self) -> CheckStep:
        spec, secrets = self._connector.valid_spec, self._documents.secrets
        found = assemble(spec, secrets)
        if isinstance(found, Problem):
            return self._told("secrets", found)
        used = [secrets[reference.name] for reference in spec.secret_references()]
        forbidden = forbidden_host(used, token_host(spec), required=self._settings.require_allowed_hosts)
        if forbidden is not None:
            return self._told("secrets", forbidden)
        names = ", ".join(f"{reference.name}/{reference.key}" for reference in spec.secret_references())
        return CheckStep("secrets", well=True, text=f"all values are there and clean: {names or 'none is needed'}")

    # --- the way there ------------------------------------------------------------------------------------------
    async def _way(self, provider: HTTPProviderClient) -> AsyncIterator[CheckStep]:
        spec = self._connector.valid_spec
        trust = await self._trust()
        if isinstance(trust, Problem):
            yield self._told("authorities", trust)
            return
        context = RequestContext(time.time(), tls=TLSOptions(trust))
        endpoint, issuer = spec.provider.effective_token_url, spec.provider.effective_issuer
        if endpoint is None and issuer is not None:
            async for step in self._look(issuer, context):
                yield step
                if not step.well:
                    return
            found = await provider.find(issuer, context)
            if isinstance(found, Signal):
                yield self._told("discovery", of_failure(classify(spec.grant_type, RequestPhase.DISCOVERY, found), {}))
                return
            yield CheckStep("discovery", well=True, text=f"token endpoint {found.token_endpoint}")
            return
        async for step in self._look(endpoint or "", context):
            yield step

    async def _trust(self) -> str | Problem | None:
        provider = self._connector.valid_spec.provider
        if provider.ca_bundle_ref is None:
            return provider.ca_bundle_pem
        name, key = provider.ca_bundle_ref.name, provider.ca_bundle_ref.effective_key
        held = self._documents.config_maps.get(name, {}).get(key)
        return held or missing_authority(name, key)

    async def _look(self, url: str, context: RequestContext) -> AsyncIterator[CheckStep]:
        settings = self._settings
        seen = await probe(url, settings.allowed_destinations, settings.trust_bundle, context.tls)
        if seen.addresses:
            yield CheckStep("dns", well=True, text=f"{seen.host} is {', '.join(map(str, seen.addresses))}")
        if seen.problem is not None:
            grant = self._connector.valid_spec.grant_type
            problem = of_failure(classify(grant, RequestPhase.TOKEN, Signal(seen.problem)), {"host": seen.host})
            yield self._told("connection" if seen.addresses else "dns", problem)
            return
        yield CheckStep("connection", well=True, text=_connected(seen))

    # --- the token ----------------------------------------------------------------------------------------------
    async def _token(self, provider: HTTPProviderClient) -> AsyncIterator[CheckStep]:
        token_client = TokenClient(
            self._documents, provider, time.time, require_allowed_hosts=self._settings.require_allowed_hosts
        )
        answer = await token_client.ask(self._connector)
        if isinstance(answer, RequestFailed):
            error = answer.problem.signal.oauth_error if answer.problem.signal else None
            yield replace(self._told("token", answer.problem), facts={"error": error} if error else {})
            return
        yield CheckStep("token", well=True, text="the provider gave a token", facts=_masked(answer.token))
        yield self._secret_to_be(answer.token)
        yield self._status_to_be(answer.token)

    def _secret_to_be(self, token: IssuedToken) -> CheckStep:
        rendered = render(token, self._connector)
        keys = {key: f"{len(value.get_secret_value())} characters" for key, value in rendered.data.items()}
        return CheckStep("secret", well=True, text=f"the operator would write Secret {rendered.name}", facts=keys)

    def _status_to_be(self, token: IssuedToken) -> CheckStep:
        shown = PublishedToken(self._connector.output_name, token.issued, token.expires, token.token_type, token.scope)
        status = report(self._connector, Findings(token.issued, shown))
        ready = status.conditions[0]
        facts = {"Ready": f"{ready.status}, {ready.reason}", "message": ready.message}
        if token.expires is not None:
            policy = refresh_policy(self._connector.spec)
            at = schedule.refresh_time(token.issued, token.expires, policy, self._connector.uid)
            facts |= {"expires": format_epoch(token.expires), "next refresh": format_epoch(at)}
        return CheckStep("status", well=True, text="status would say", facts=facts)

    def _told(self, name: str, problem: Problem) -> CheckStep:
        facts = base_facts(self._connector) | dict(problem.facts)
        return CheckStep(
            name, well=False, text=f"{problem.reason.value}: {format_reason_message(problem.reason, facts)}"
        )


_NOT_ASKED = (
    "not asked for: this grant rests on a person's consent or on a refresh token that one use may spend; apply the"
    " connector, and for AuthorizationCode run `kubectl oauth authorize`"
)


def missing_authority(name: str, key: str) -> Problem:
    """Say that the ConfigMap with the authorities was not given."""
    return Problem(Reason.CA_BUNDLE_NOT_FOUND, Remedy.RETRY, {"configmap": name, "key": key})


def _connector(manifest: Mapping[str, Any]) -> Connector:
    metadata = manifest["metadata"]
    return Connector(
        key=Key(str(metadata.get("namespace", "default")), str(metadata.get("name", ""))),
        uid="laptop",
        resource_version="1",
        generation=1,
        deleting=False,
        spec=parse_manifest(manifest),
        status=OAuthConnectorStatus(),
    )


def _connected(seen: ProbeResult) -> str:
    if seen.protocol is None:
        return f"connected to port {seen.port}, without TLS"
    return f"{seen.protocol} on port {seen.port}, certificate good until {seen.certificate_until}"


def _masked(token: IssuedToken) -> dict[str, str]:
    """Show of a token what tells it apart, and no more: four characters of a long one."""
    text = token.access_token.get_secret_value()
    shown = text[:4] if len(text) >= 20 else ""  # noqa: PLR2004  # of a short token nothing
    facts = {"access token": f"{shown}… ({len(text)} characters)", "type": token.token_type}
    if token.scope:
        facts["scopes"] = " ".join(token.scope)
    if token.fields:
        facts["fields of the answer"] = ", ".join(sorted(token.fields))
    return facts
