"""`oauth-connector check`: check a manifest and its Secret values on this machine, without a cluster.

The steps are those of the operator, in its order and with its code. Each reports a result or a problem with its remedy.
The last one is the status that the operator would write.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.cli.rotated_token import RotatedTokenFile
from oauth_connector.cli.status_preview import describe_lifetime, describe_status, preview_failure, preview_publication
from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import Postpone, RequestCause
from oauth_connector.connector.consent.request import ANY_CONSENT_SERVER, ConsentPolicy
from oauth_connector.connector.grant.choice import PresentedGrant, choose_grant
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.grant.state import GrantState
from oauth_connector.connector.observation import (
    AnyConnector,
    Connector,
    ConnectorObject,
    InvalidConnector,
    IssuedToken,
    Key,
    Observation,
    with_spec,
)
from oauth_connector.connector.secret.forbidden_labels import build_label_problem, find_forbidden_label
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.connector.status.findings import Findings
from oauth_connector.connector.status.problem import Problem, invalid_spec
from oauth_connector.controller.introspection import introspect_token, needs_introspection
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.provider_steps import Prober, ProviderSteps
from oauth_connector.diagnosis.step import DiagnosisStep, describe_problem
from oauth_connector.oauth.grants.grant import Renewal


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check may do, and what it knows of the operator.

    `consent_policy` and `allowed_output_labels` are `None` where the settings of the operator are not given.
    `rotated_token` is the file for the refresh token that replaces the presented one; without it no refresh token is
    presented.
    """

    request_token: bool = False
    rotated_token: Path | None = None
    consent_policy: ConsentPolicy | None = None
    clock: Callable[[], float] = time.time
    allowed_output_labels: frozenset[str] | None = None


async def run_check(
    documents: CheckInput, options: CheckOptions, client: TokenClient, probe: Prober
) -> AsyncIterator[DiagnosisStep]:
    """Run the steps of a check. A failed step ends the check if the following steps depend on it."""
    connector = _parse_connector(documents.connector)
    if isinstance(connector, InvalidConnector):
        for problem in connector.problems:
            yield describe_problem("fields", invalid_spec((problem,)), connector)
        return
    yield DiagnosisStep("fields", passed=True, text="the manifest is valid")
    async for step in ConnectorCheck(connector, options, client, probe).run():
        yield step


class ConnectorCheck:
    """A check of one connector with a valid spec."""

    def __init__(self, connector: Connector, options: CheckOptions, client: TokenClient, probe: Prober) -> None:
        self._connector = connector
        self._options = options
        self._client = client
        self._probe = probe

    async def run(self) -> AsyncIterator[DiagnosisStep]:
        """Run the steps that follow the fields of the manifest."""
        waiting = self._find_wait()
        if self._connector.spec.has_redirect:
            yield self._describe_redirect(waiting)
        if find_forbidden_label(self._connector.spec, ()) is not None:
            yield self._describe_labels()
        failed = None
        async for step in ProviderSteps(self._connector, self._client, self._probe).run():
            failed = failed or (step if step.problem is not None else None)
            yield step
        prepared = await self._client.prepare_request(self._connector)
        problem = waiting or _find_problem(prepared, failed)
        if problem is None and isinstance(prepared, PreparedRequest) and self._may_request():
            async for step in self._request(prepared):
                yield step
            return
        if self._options.request_token and (waiting is not None or failed is None):
            yield DiagnosisStep("token", passed=None, text=_NOT_REQUESTED[self._connector.spec.renewal])
        yield describe_status(self._connector, Findings(self._options.clock(), problem=problem))

    async def _request(self, prepared: PreparedRequest) -> AsyncIterator[DiagnosisStep]:
        """Send the first request of the connector, and show what the operator would write after it."""
        spec = self._connector.spec
        choice = choose_grant(spec, prepared.client.id, GrantState(), prepared.own, RequestCause.FIRST_TOKEN)
        if isinstance(choice, Problem):
            yield describe_status(self._connector, Findings(self._options.clock(), problem=choice))
            return
        with RotatedTokenFile(self._options.rotated_token) as file:
            result = await self._client.present_grant(prepared, choice.grant, choice.phase)
            kept = file.keep(result)
        if isinstance(result, TokenObtained) and needs_introspection(self._connector, result.token):
            introspected = await introspect_token(self._client, self._connector, result.token, result.server)
            yield describe_lifetime(introspected)
            if isinstance(introspected, IssuedToken):
                result = replace(result, token=introspected)
        for step in self._describe_result(choice, result, kept):
            yield step

    # --- what the operator decides ------------------------------------------------------------------------------
    def _find_wait(self) -> Problem | None:
        """Return why the operator requests no token for a new connector; `None` where it requests one."""
        connector, policy = self._connector, self._options.consent_policy or ANY_CONSENT_SERVER
        redirect = policy.redirect_of(connector) if connector.spec.needs_consent else None
        digests = (connector.spec.token_digest, connector.spec.output_digest)
        forbidden = self._find_forbidden_label()
        now = self._options.clock()
        answer = decide(Observation(now, connector, *digests, redirect_uri=redirect, forbidden_label=forbidden)).token
        return answer.problem if isinstance(answer, Postpone) else None

    def _may_request(self) -> bool:
        """Return whether a token may be requested: a refresh token only where its successor has a place."""
        is_initial = self._connector.spec.renewal is Renewal.INITIAL_REFRESH_TOKEN
        return self._options.request_token and (not is_initial or self._options.rotated_token is not None)

    def _describe_redirect(self, waiting: Problem | None) -> DiagnosisStep:
        if waiting is not None and waiting.reason is Reason.REDIRECT_URI_INVALID:
            return describe_problem("redirect", waiting, self._connector)
        policy = self._options.consent_policy
        redirect = policy.redirect_of(self._connector) if policy is not None else None
        if redirect is None and not self._connector.spec.has_loopback_redirect:
            return DiagnosisStep("redirect", passed=None, text=_UNKNOWN_REDIRECT)
        redirect = redirect or ANY_CONSENT_SERVER.redirect_of(self._connector)
        return DiagnosisStep("redirect", passed=True, text=f"register {redirect} at the provider")

    def _find_forbidden_label(self) -> str | None:
        """Return a label that the settings do not allow; `None` where they do, or are not known."""
        allowed = self._options.allowed_output_labels
        return find_forbidden_label(self._connector.spec, allowed) if allowed is not None else None

    def _describe_labels(self) -> DiagnosisStep:
        """Describe labels of controllers, which the operator writes only where its settings allow them."""
        forbidden = self._find_forbidden_label()
        if forbidden is not None:
            return describe_problem("labels", build_label_problem(forbidden), self._connector)
        if self._options.allowed_output_labels is None:
            return DiagnosisStep("labels", passed=None, text=_UNKNOWN_LABELS)
        return DiagnosisStep("labels", passed=True, text="the operator may write the labels")

    # --- the result ---------------------------------------------------------------------------------------------
    def _describe_result(
        self, choice: PresentedGrant, result: TokenObtained | RequestFailed, kept: Path | None
    ) -> list[DiagnosisStep]:
        connector, now = self._connector, self._options.clock()
        saved = {"next refresh token": f"in {kept}"} if kept is not None else {}
        if isinstance(result, RequestFailed):
            problem = preview_failure(connector, choice, result, now)
            step = describe_problem("token", problem, connector)
            status = describe_status(connector, Findings(now, problem=problem))
            return [replace(step, facts=_list_codes(problem) | saved), status]
        preview = preview_publication(connector, choice, result, now)
        text = "the provider issued a token"
        token = DiagnosisStep("token", passed=True, text=text, facts=_mask_token(result) | saved)
        return [token, _describe_secret(preview.secret), describe_status(connector, preview.findings)]


_UNKNOWN_REDIRECT = (
    "not checked. It depends on the operator setting `publicURL`: pass the settings of the operator with --config."
)

_UNKNOWN_LABELS = (
    "not checked. A label of a controller must be in the operator setting `allowedOutputLabels`: pass the settings of"
    " the operator with --config."
)

_NOT_REQUESTED: Mapping[Renewal, str] = {
    Renewal.CONSENT: "not requested. This grant type needs the consent of a user. Apply the connector, then run"
    " `kubectl oauth authorize`.",
    Renewal.INITIAL_REFRESH_TOKEN: "not requested. A refresh token may be valid for one use only. Pass"
    " --rotated-token FILE to send it, and to store the refresh token that replaces it.",
    Renewal.CREDENTIALS: "not requested. The operator would not request a token either.",
}


def _find_problem(prepared: PreparedRequest | RequestFailed, failed: DiagnosisStep | None) -> Problem | None:
    """Return the first problem that the operator finds before it sends a request, or while it connects."""
    if isinstance(prepared, RequestFailed):
        return prepared.problem
    return failed.problem if failed is not None else None


def _list_codes(problem: Problem) -> dict[str, str]:
    signal = problem.signal
    codes = {"error": signal.oauth_error, "provider code": signal.provider_code} if signal else {}
    return {name: code for name, code in codes.items() if code}


def _describe_secret(secret: RenderedSecret) -> DiagnosisStep:
    keys = {key: _count_characters(value.get_secret_value()) for key, value in secret.data.items()}
    return DiagnosisStep("secret", passed=True, text=f"the operator would write Secret {secret.name}", facts=keys)


def _count_characters(text: str) -> str:
    return "1 character" if len(text) == 1 else f"{len(text)} characters"


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


def _mask_token(result: TokenObtained) -> dict[str, str]:
    """Return facts that identify a token: at most four of its characters, and none of a short token."""
    token = result.token
    text = token.access_token.get_secret_value()
    visible = text[:4] if len(text) >= 20 else ""  # noqa: PLR2004  # a short token has too little entropy
    facts = {"access token": f"{visible}… ({_count_characters(text)})", "type": token.token_type}
    if token.scope:
        facts["scopes"] = " ".join(token.scope)
    if result.response.offered:
        facts["response fields"] = ", ".join(result.response.offered)
    return facts
