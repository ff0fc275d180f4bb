"""What one request presents, and at which endpoint, by the state that was just read."""

from dataclasses import replace

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.effective import find_grant_token_url
from oauth_connector.connector.grant.choice import (
    PresentedGrant,
    build_grant_problem,
    choose_grant,
    pass_over_ended_session,
    present_code,
)
from oauth_connector.connector.grant.server import GrantServer, find_registered
from oauth_connector.connector.grant.state import GrantState
from oauth_connector.connector.observation import Observation, PendingCode
from oauth_connector.connector.registration import describe_shown_client
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.unrepeatable_requests import find_unrepeatable
from oauth_connector.oauth.registration import RegisteredClient


def choose_presented(
    obs: Observation, prepared: PreparedRequest, state: GrantState, cause: RequestCause
) -> PresentedGrant | Problem:
    """Choose what a request presents: a code once, and nothing that was refused before; else return why nothing."""
    if obs.connector.spec.needs_registration and not prepared.client.id:
        return build_grant_problem(Reason.CONSENT_REQUIRED)
    if cause is not RequestCause.CODE_RECEIVED or obs.code is None:
        usable = pass_over_ended_session(obs.connector.spec, state, obs.now)
        choice = choose_grant(obs.connector.spec, prepared.client.id, usable, prepared.own, cause)
        known = find_unrepeatable(prepared, choice, state, cause)
        return known.problem if known is not None else choice
    if state.tried == obs.code.uid and not obs.code.grant.is_polled:
        return build_grant_problem(Reason.CONSENT_REQUIRED)  # another process has sent it: never twice
    return replace(present_code(obs.connector.spec, obs.code), client=_find_client(obs, obs.code, state))


def find_server(obs: Observation, state: GrantState, cause: RequestCause) -> GrantServer:
    """Return the endpoint that the provider named in its redirect, if it did, and the issuer; both are for that grant.

    A code is from the issuer that its consent showed to the user.
    """
    if obs.code is not None and cause is RequestCause.CODE_RECEIVED:
        return GrantServer(obs.code.token_url, obs.code.issuer, _find_client(obs, obs.code, state))
    return find_grant_server(obs.connector.spec, state)


def find_grant_server(spec: OAuthConnectorSpec, state: GrantState) -> GrantServer:
    """Return the server of a stored grant; its registered client only while the spec names none."""
    client = state.client if spec.needs_registration else None
    return GrantServer(find_grant_token_url(spec, state.token_url), state.issuer, client)


def _find_client(obs: Observation, code: PendingCode, state: GrantState) -> RegisteredClient | None:
    """Return the registered client that the user saw: a stored one, or the one that its document identifies."""
    if not obs.connector.spec.needs_registration or code.client_id is None or code.issuer is None:
        return None
    shown = describe_shown_client(obs.connector.key, code.issuer, code.client_id, obs.redirect_uri or "")
    return find_registered((state.next_client, state.client), shown)
