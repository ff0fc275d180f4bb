"""What a response means for a grant: the state that is stored after it."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.effective import list_published_fields
from oauth_connector.connector.grant.choice import PresentedGrant
from oauth_connector.connector.grant.polls import may_poll_again
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.grant.state import GrantedConsent, GrantState
from oauth_connector.connector.observation import IssuedToken
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.grant import Purpose, Renewal
from oauth_connector.oauth.id_token import read_account
from oauth_connector.oauth.verdicts import is_refusal, may_be_refusal


def store_response(
    choice: PresentedGrant, before: GrantState, result: TokenObtained, spec: OAuthConnectorSpec
) -> GrantState:
    """Return the state after a token was obtained; a refresh changes the stored state, all else replaces it.

    A response without a refresh token leaves the old one (RFC 6749 §6), and an initial refresh token that the provider
    does not replace stays valid.
    """
    base = _begin(choice, before, spec)
    issued, given, lifetime = result.token.issued, result.response.refresh_token, result.response.refresh_lifetime
    state = replace(
        base,
        refresh_token=given or base.refresh_token or (choice.presented if choice.purpose is Purpose.REFRESH else None),
        generation=before.generation + (given is not None),
        refresh_issued=issued if lifetime else base.refresh_issued,
        refresh_expires=issued + lifetime if lifetime else base.refresh_expires,
    )
    state = _add_consent(choice, state, issued, read_account(result.response.fields))
    of_redirect = choice.code.fields if choice.code is not None else {}
    given_fields = {**of_redirect, **result.token.fields}
    with_fields = replace(result, token=replace(result.token, fields=given_fields))
    return replace(state, token=_token(with_fields, state, base.token, spec))


def _begin(choice: PresentedGrant, before: GrantState, spec: OAuthConnectorSpec) -> GrantState:
    """Return the state that a response adds to: the stored one where it was refreshed, else a new one."""
    began_anew = choice.purpose is not Purpose.REFRESH or choice.initial_fingerprint != before.initial_fingerprint
    return replace(
        _keep_clients(before) if began_anew else before,
        binding=choice.binding,
        digest=spec.token_digest if began_anew else before.digest,
        initial_fingerprint=choice.initial_fingerprint,
        given_up=False,
        refused_at=(),
        claim=None,
    )


def _keep_clients(before: GrantState) -> GrantState:
    """Return a new state that continues an old one: its registered clients can be used again."""
    kept = GrantState(generation=before.generation, tried=before.tried)
    return replace(kept, client=before.client, next_client=before.next_client)


def _add_consent(choice: PresentedGrant, state: GrantState, at: int, account: str | None) -> GrantState:
    if choice.code is None:
        return state
    consent = GrantedConsent(choice.code.uid, choice.code.requested_by, at, account)
    state = replace(state, token_url=choice.code.token_url, issuer=choice.code.issuer, consent=consent)
    return state if choice.client is None else replace(state, client=choice.client, next_client=None)


def _token(
    result: TokenObtained, state: GrantState, before: IssuedToken | None, spec: OAuthConnectorSpec
) -> IssuedToken:
    """Return the token to store: a lifetime that is not known is not assumed where the token cannot be renewed."""
    fields = {**(before.fields if before is not None else {}), **result.token.fields}
    token = replace(result.token, digest=state.digest, fields=_select_fields(fields, spec))
    if before is not None and _is_repeated(before, token):
        return replace(before, digest=state.digest, fields=token.fields)  # a repeated token gets no later expiry
    known = result.response.lifetime is not None
    renewable = state.refresh_token is not None or not spec.is_renewed_by_user
    scope = result.response.scope or (before.scope if before is not None else None) or token.scope
    if known or renewable:
        return replace(token, scope=scope)
    return replace(token, scope=scope, expires=None, lifetime_source=None)


def _select_fields(fields: Mapping[str, SecretStr], spec: OAuthConnectorSpec) -> dict[str, SecretStr]:
    """Return the response fields that the spec publishes; no others."""
    names = list_published_fields(spec)
    return {name: value for name, value in fields.items() if name in names}


def _is_repeated(before: IssuedToken, token: IssuedToken) -> bool:
    is_valid = before.expires is None or before.expires > token.issued
    return is_valid and before.access_token.get_secret_value() == token.access_token.get_secret_value()


def store_failure(
    choice: PresentedGrant, claimed: GrantState, result: RequestFailed, spec: OAuthConnectorSpec, now: int
) -> GrantState:
    """Return the state after a failure: in doubt, the claim stays, and the same token is sent again.

    A refresh token in a response without a usable access token is the grant from now on: that of a code, or the
    successor of the one that was presented. Credentials can be presented again, and need none. A device code is
    presented again until the user has decided.
    """
    if result.salvaged is not None and choice.purpose is not Purpose.CREDENTIALS:
        base = _begin(choice, claimed, spec)
        saved = replace(base, refresh_token=result.salvaged, generation=claimed.generation + 1)
        return _add_consent(choice, saved, now, None)
    undecided = choice.grant.is_polled and may_poll_again(result)
    signal = result.problem.signal
    if result.in_doubt and choice.purpose is not Purpose.CREDENTIALS and not undecided:
        is_counted = signal is not None and may_be_refusal(signal)
        return replace(_count_refusal(claimed, spec, now), claim=claimed.claim) if is_counted else claimed
    if not result.problem.repeatable and choice.supplied:
        given_up = result.problem.reason is Reason.REFRESH_TOKEN_REJECTED
        forbidden = replace(claimed, claim=None, unrepeatable=result.unrepeatable)
        return _keep_refused(choice, claimed) if given_up else forbidden
    if choice.purpose is not Purpose.REFRESH or signal is None or not is_refusal(signal):
        return replace(claimed, claim=None, tried=None if undecided else claimed.tried)
    if not result.problem.repeatable:
        return _keep_refused(choice, claimed)
    return _count_refusal(claimed, spec, now)


def _count_refusal(state: GrantState, spec: OAuthConnectorSpec, now: int) -> GrantState:
    """Count a refusal that is not certain; after several ones, credentials replace the refresh token."""
    refused = state.with_refusal(now)
    is_given_up = refused.is_repeatedly_refused and spec.renewal is Renewal.CREDENTIALS
    return replace(refused, given_up=refused.given_up or is_given_up)


def _keep_refused(choice: PresentedGrant, claimed: GrantState) -> GrantState:
    """Keep a refused token, given up; a new initial token that is refused does not end the grant it should replace."""
    replaces = choice.initial_fingerprint != claimed.initial_fingerprint and claimed.refresh_token is not None
    token = claimed.refresh_token or choice.presented
    return replace(
        claimed,
        refresh_token=token,
        given_up=claimed.given_up or not replaces,
        initial_fingerprint=choice.initial_fingerprint,
        claim=None,
    )


def conclude_failure(result: RequestFailed, state: GrantState, spec: OAuthConnectorSpec) -> RequestFailed:
    """Return the failure as the state that was stored after it shows it.

    A new initial refresh token that is refused leaves the grant that it should replace. A refresh token that was
    refused at least five times over at least an hour, in any words, calls the user, while the operator continues to
    retry; or it gives way to the credentials in the spec. A refused client is no refused refresh token.
    """
    result = replace(result, refused_since=state.refused_at[0] if state.refused_at else None)
    if result.salvaged is not None and result.salvaged == state.refresh_token:
        facts = {**result.problem.facts, "salvaged": "true"}
        return replace(result, problem=replace(result.problem, facts=facts))
    problem, signal = result.problem, result.problem.signal
    if not problem.repeatable:
        remains = problem.reason is Reason.REFRESH_TOKEN_REJECTED and state.refresh_token is not None
        return replace(result, problem=replace(problem, repeatable=remains and not state.given_up))
    if signal is None or signal.oauth_error == "invalid_client" or not state.is_repeatedly_refused:
        return result
    has_credentials = spec.renewal is Renewal.CREDENTIALS
    called = replace(
        problem,
        reason=Reason.REFRESH_TOKEN_REJECTED,
        remedy=Remedy.RETRY if has_credentials else Remedy.CONSENT_AGAIN,
        facts={**problem.facts, "refused_with": str(signal.http_status)},
        repeatable=not has_credentials,
    )
    return replace(result, problem=called)
