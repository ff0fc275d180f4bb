"""The token request of `kubectl oauth doctor`: only where the operator has sent the same one, and never without TLS.

An editor of connectors may name a server to which the operator sends nothing, by its settings, and ask a user who may
read more Secrets to run the command. That user does not know these settings. So the status has to show that the
operator itself has sent the request.
"""

from oauth_connector.api.names import READY, RECONCILING
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.local_rules import JUDGED_BY_SETTINGS
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.status.problem import FOUND_BEFORE_SENDING
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.step import DiagnosisStep, describe_problem
from oauth_connector.diagnosis.token_request_risk import TOKEN_REQUEST_RISK
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.terminal import Terminal
from oauth_connector.oauth.grants.grant import Renewal

_OTHER_WAYS = {
    Renewal.CONSENT: "not requested. This grant type needs the consent of a user: run `kubectl oauth authorize`.",
    Renewal.INITIAL_REFRESH_TOKEN: "not requested. A refresh token may be valid for one use only. `oauth-connector"
    " check --rotated-token FILE` sends it, and keeps its successor.",
}


class TokenStep:
    """The last step: a token request, after a question unless `agreed`."""

    def __init__(self, client: TokenClient, terminal: Terminal, *, agreed: bool) -> None:
        self._client = client
        self._terminal = terminal
        self._agreed = agreed

    async def take(self, connector: Connector, *, failed: bool) -> DiagnosisStep:
        """Request a token and discard it; not after a `failed` step."""
        excuse = _OTHER_WAYS.get(connector.spec.renewal)
        if excuse is not None or failed:
            return DiagnosisStep("token", passed=None, text=excuse or "not requested, because a step failed.")
        obstacle = find_obstacle(connector)
        if obstacle is not None:
            return _leave_out(obstacle)
        try:
            return await self._request(connector)
        except CommandFailed as refusal:
            return DiagnosisStep("token", passed=None, text=f"not requested. {refusal}")

    async def _request(self, connector: Connector) -> DiagnosisStep:
        prepared = await self._client.prepare_request(connector)
        if isinstance(prepared, RequestFailed):
            return describe_problem("token", prepared.problem, connector)
        if not prepared.own_endpoint.startswith("https://"):
            return _leave_out(
                f"This command sends no credentials without TLS, and the server is {prepared.own_endpoint}."
            )
        if not await self._may_send(prepared):
            return DiagnosisStep("token", passed=None, text="not requested, because you did not agree.")
        result = await self._client.present_own(prepared)
        if isinstance(result, RequestFailed):
            return describe_problem("token", result.problem, connector)
        return DiagnosisStep("token", passed=True, text="the provider issued a token, which was discarded")

    async def _may_send(self, prepared: PreparedRequest) -> bool:
        """Print what is sent to which server. Return whether the user agrees, or has agreed with `--yes`."""
        self._terminal.warn(describe_sending(prepared))
        if self._agreed:
            return True
        return (await self._terminal.ask("Continue? [y/N] ")).lower() in ("y", "yes")


def find_obstacle(connector: Connector) -> str | None:
    """Return why the status does not show that the operator has sent this request; `None` if it does."""
    status, spec = connector.status, connector.spec
    if status.observed_generation != connector.generation:
        return "The operator has not reconciled the last change of the spec yet."
    if spec.suspend:
        return "The connector is suspended, so that the operator sends nothing for it."
    error = status.last_error
    if error is not None and error.reason in JUDGED_BY_SETTINGS | FOUND_BEFORE_SENDING:
        return f"The operator does not send this request either: {error.reason.value}."
    ready, reconciling = (find_condition(status.conditions, kind) for kind in (READY, RECONCILING))
    is_issued = error is None and ready is not None and ready.status == "True"
    is_at_work = reconciling is not None and reconciling.status == "True"
    was_sent = error is not None and error.request_digest == spec.request_digest
    return None if was_sent or (is_issued and not is_at_work) else "The operator has not sent this request yet."


def describe_sending(prepared: PreparedRequest) -> str:
    """Return a sentence for the user with what is sent to which server."""
    names = ", ".join(sorted(secret.version.name for secret in prepared.credentials))
    what = f"a token request with values of the Secrets {names}" if names else "a token request without a Secret"
    return f"This sends {what} to {prepared.own_endpoint} once. {TOKEN_REQUEST_RISK}"


def _leave_out(why: str) -> DiagnosisStep:
    return DiagnosisStep("token", passed=None, text=f"not checked. {why}")
