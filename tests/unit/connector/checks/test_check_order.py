"""The order of the checks: for each pair of neighbours, an observation to which both have an answer.

Decision records 4 and 23 give the reasons. A pair whose order has no effect is in `ORDER_WITHOUT_EFFECT`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks import secret_checks, token_checks
from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import (
    DoNothing,
    Postpone,
    PublishToken,
    RenderSecret,
    RequestCause,
    RequestToken,
    RevokeGrant,
    SecretConflict,
    SecretContested,
    SecretDrifted,
)
from oauth_connector.connector.checks.postponement import find_postponement
from oauth_connector.connector.observation import (
    ConnectorMemory,
    CredentialVersion,
    KnownConflict,
    Observation,
    PendingCode,
    PendingToken,
    SharedToken,
)
from oauth_connector.connector.secret.forbidden_labels import build_label_problem
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from tests.support.builders import NOW, a_connector, a_token, an_observation, an_output
from tests.support.consenting import CODE_SPEC
from tests.support.observations import REFRESH_SPEC, REPAIRS, claimed, failed, published, stored

GRANT = AuthorizationCode(SecretStr("a-code"), "https://c.example.com/cb")
CODE = PendingCode("crm-1", "uid-crm-1", "alice@corp", GRANT)
USED_UP = SharedToken("another", is_used_up=True)
CONFLICT = Problem(Reason.SECRET_CONFLICT, Remedy.FIX_SPEC)
STATE_CONFLICT = Problem(Reason.STATE_CONFLICT, Remedy.FIX_SPEC)


@dataclass(frozen=True, slots=True)
class Precedence:
    """Two neighbours in a list that both have an answer to an observation; the answer of the first counts."""

    first: Callable[[Observation], object]
    second: Callable[[Observation], object]
    observation: Observation
    expected: object


TOKEN_PRECEDENCE = (
    # its Secrets are being deleted already
    Precedence(
        token_checks.ignore_deleting,
        token_checks.revoke_on_request,
        an_observation(a_connector(deleting=True, revoke_request="1")),
        DoNothing(),
    ),
    # the user requests revocation of the token that waits, too
    Precedence(
        token_checks.revoke_on_request,
        token_checks.publish_pending_token,
        an_observation(
            a_connector(revoke_request="1"), memory=ConnectorMemory(pending=PendingToken(a_token(a_connector())))
        ),
        RevokeGrant(),
    ),
    # a token that was obtained is published before another is requested
    Precedence(
        token_checks.publish_pending_token,
        token_checks.exchange_code,
        an_observation(
            a_connector(CODE_SPEC),
            code=CODE,
            memory=ConnectorMemory(pending=PendingToken(a_token(a_connector(CODE_SPEC)))),
        ),
        PublishToken(PendingToken(a_token(a_connector(CODE_SPEC)))),
    ),
    # a code is valid for about a minute, and replaces the grant whose claim is in doubt
    Precedence(
        token_checks.exchange_code,
        token_checks.resolve_claim_in_doubt,
        an_observation(a_connector(CODE_SPEC), code=CODE, state=claimed(CODE_SPEC)),
        RequestToken(RequestCause.CODE_RECEIVED),
    ),
    # the response that is missing may contain the only valid refresh token
    Precedence(
        token_checks.resolve_claim_in_doubt,
        token_checks.wait_while_suspended,
        an_observation(a_connector({**REFRESH_SPEC, "suspend": True}), state=claimed(REFRESH_SPEC)),
        RequestToken(RequestCause.CLAIM_IN_DOUBT),
    ),
    # a suspended connector asks its user for nothing
    Precedence(
        token_checks.wait_while_suspended,
        token_checks.report_state_conflict,
        an_observation(a_connector({**CODE_SPEC, "suspend": True}), state_problem=STATE_CONFLICT),
        Postpone(Problem(Reason.SUSPENDED, Remedy.FIX_SPEC), None),
    ),
    # the state may be that of this connector: only then is it known whether the token is used up
    Precedence(
        token_checks.report_state_conflict,
        token_checks.wait_for_shared_token,
        an_observation(a_connector(REFRESH_SPEC), state_problem=STATE_CONFLICT, shared_token=USED_UP),
        Postpone(STATE_CONFLICT, NOW + 60),
    ),
    # no credential ends the absence of a consent, so no credential is read
    Precedence(
        token_checks.wait_for_consent,
        token_checks.wait_for_credentials,
        an_observation(
            a_connector(CODE_SPEC, failed(CODE_SPEC, "CredentialsNotFound", None)),
            redirect_uri="https://c.example.com/cb",
        ),
        Postpone(Problem(Reason.CONSENT_REQUIRED, Remedy.CONSENT_AGAIN, repeatable=False), None),
    ),
    # rejected credentials are not sent again until they change or a probe is due
    Precedence(
        token_checks.wait_for_credentials,
        token_checks.request_missing_token,
        an_observation(
            a_connector(None, failed(None, "CredentialsRejected", NOW + 270)),
            credentials=(CredentialVersion("robot", "u", "1"),),
        ),
        Postpone(None, NOW + 60),
    ),
    # the cause decides which grant is presented; the token for the changed spec answers the request of the user too
    Precedence(
        token_checks.request_changed_token,
        token_checks.refresh_on_request,
        published(token_digest="v1:another", refresh_request="1"),
        RequestToken(RequestCause.SPEC_CHANGED),
    ),
    # a request of the user goes before the pause after a failure
    Precedence(
        token_checks.refresh_on_request,
        token_checks.retry_failed_refresh,
        published(None, failed(None, "ProviderError", NOW + 40), refresh_request="1"),
        RequestToken(RequestCause.REFRESH_REQUESTED),
    ),
    # the last check has always an answer
    Precedence(
        token_checks.refresh_before_expiry,
        token_checks.keep_token,
        published(age=2500),
        RequestToken(RequestCause.REFRESH_DUE),
    ),
)

SECRET_PRECEDENCE = (
    # a label that is not allowed can be removed by the author of the connector alone
    Precedence(
        secret_checks.report_forbidden_label,
        secret_checks.report_conflict,
        stored(
            memory=ConnectorMemory(conflict=KnownConflict(CONFLICT, NOW - 10.0)), forbidden_label="argocd.example/x=y"
        ),
        SecretConflict(build_label_problem("argocd.example/x=y")),
    ),
    # a Secret of another owner is reported as such, however often the connector's own was changed
    Precedence(
        secret_checks.report_conflict,
        secret_checks.leave_contested,
        stored(memory=ConnectorMemory(conflict=KnownConflict(CONFLICT, NOW - 10.0), repairs=REPAIRS)),
        SecretConflict(CONFLICT),
    ),
    # a fourth repair within the hour would continue the fight with another client
    Precedence(
        secret_checks.leave_contested,
        secret_checks.replace_missing,
        stored(),
        SecretContested(Problem(Reason.SECRET_CONTESTED, Remedy.FIX_SPEC, {"secret": "crm-token"}), NOW - 300.0 + 3600),
    ),
    # what another client has edited is not copied into a Secret of another shape
    Precedence(
        secret_checks.repair_drifted,
        secret_checks.render_changed_output,
        an_observation(output=an_output(a_connector(), intact=False), output_digest="v1:another"),
        SecretDrifted(),
    ),
    # the last check has always an answer
    Precedence(
        secret_checks.render_changed_output,
        secret_checks.accept_current,
        published(output_digest="v1:another"),
        RenderSecret(an_output(a_connector(), a_token(a_connector(), issued=NOW - 60))),
    ),
)

ORDER_WITHOUT_EFFECT = {
    (token_checks.wait_for_shared_token, token_checks.wait_for_consent): (
        "the first has an answer only for grantType RefreshToken, the second only for AuthorizationCode"
    ),
    (token_checks.request_missing_token, token_checks.request_changed_token): (
        "the first has an answer only without a current token, the second only with one"
    ),
    (token_checks.retry_failed_refresh, token_checks.refresh_before_expiry): (
        "both refresh, or wait until `status.nextRefreshTime`: `postponement.find_postponement` keeps the same pause"
    ),
    (secret_checks.replace_missing, secret_checks.repair_drifted): (
        "the first has an answer only without an output Secret, the second only with one"
    ),
}
"""Neighbours whose order cannot be tested, and why."""


@pytest.mark.parametrize("case", TOKEN_PRECEDENCE, ids=lambda case: case.first.__name__)
def test_the_first_of_two_token_checks_decides(case: Precedence) -> None:
    """Both checks have an answer, and the decision is that of the first."""
    assert case.first(case.observation) == case.expected
    assert case.second(case.observation) not in (None, case.expected)
    assert decide(case.observation).token == case.expected


@pytest.mark.parametrize("case", SECRET_PRECEDENCE, ids=lambda case: case.first.__name__)
def test_the_first_of_two_secret_checks_decides(case: Precedence) -> None:
    """Both checks have an answer, and the decision is that of the first."""
    assert case.first(case.observation) == case.expected
    assert case.second(case.observation) not in (None, case.expected)
    assert decide(case.observation).secret == case.expected


def test_each_pair_of_neighbours_is_tested_or_explained() -> None:
    """A check that is added or moved needs a case here, or a reason why its place has no effect."""
    neighbours = {*pairwise(token_checks.TOKEN_CHECKS), *pairwise(secret_checks.SECRET_CHECKS)}
    tested = {(case.first, case.second) for case in (*TOKEN_PRECEDENCE, *SECRET_PRECEDENCE)}
    assert neighbours == tested | ORDER_WITHOUT_EFFECT.keys()


def test_a_failed_refresh_waits_the_same_in_either_order() -> None:
    """A refresh that is due and has failed waits for its next attempt, whichever check requests it."""
    failing = published(None, failed(None, "ProviderError", NOW + 40), age=2500)
    assert token_checks.refresh_before_expiry(failing) == RequestToken(RequestCause.REFRESH_DUE)
    assert find_postponement(RequestCause.REFRESH_DUE, failing) == token_checks.retry_failed_refresh(failing)
