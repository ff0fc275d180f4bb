"""Observations of connectors in the states that the order of the checks matters for."""

from typing import Any

from pydantic import SecretStr

from oauth_connector.api.schema.times import format_epoch
from oauth_connector.connector.grant.claims import CLAIM_LIFETIME
from oauth_connector.connector.grant.state import Claim, GrantState, render_state
from oauth_connector.connector.observation import ConnectorMemory, Observation
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.oauth.grants.grant import Purpose
from tests.support.builders import NOW, a_connector, a_spec, a_token, an_observation, an_output, metadata_of

REFRESH_SPEC = a_spec(grantType="RefreshToken", refreshToken={"secretRef": {"name": "initial"}})
REPAIRS = (NOW - 300.0, NOW - 200.0, NOW - 100.0)


def published(spec: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **changes: Any) -> Observation:
    """Return the observation of a connector whose Secret contains a valid token of one hour, issued a minute ago."""
    of = a_connector(spec, {"observedGeneration": 1, "secretRef": {"name": "crm-token"}, **(status or {})})
    refresh_request, age = changes.pop("refresh_request", None), changes.pop("age", 60)
    seen = a_connector(spec, of.status.to_manifest(), refresh_request=refresh_request)
    return an_observation(seen, **{"output": an_output(of, a_token(of, issued=NOW - age)), **changes})


def failed(spec: dict[str, Any] | None, reason: str, next_try: int | None) -> dict[str, Any]:
    """Return the status of a connector whose last token request failed thirty seconds ago."""
    digest = a_connector(spec).spec.request_digest
    status: dict[str, Any] = {
        "observedGeneration": 1,
        "failedAttempts": 1,
        "lastFailureTime": format_epoch(NOW - 30),
        "lastError": {"reason": reason, "remedy": "Retry", "requestDigest": digest},
        "observedCredentials": [{"name": "robot", "uid": "u", "resourceVersion": "1"}],
    }
    return status if next_try is None else {**status, "nextRefreshTime": format_epoch(next_try)}


def claimed(spec: dict[str, Any]) -> SecretMetadata:
    """Return a state Secret with a claim whose time has passed: the refresh token may have been used."""
    state = GrantState(
        refresh_token=SecretStr("r-1"), generation=1, claim=Claim("a-1", NOW - CLAIM_LIFETIME, Purpose.REFRESH)
    )
    of = a_connector(spec)
    return metadata_of(render_state(state, of), of)


def stored(**changes: Any) -> Observation:
    """Return the observation of a connector whose token is in the state Secret, and whose output Secret is missing.

    Another client has undone three repairs within the last hour.
    """
    of = a_connector(REFRESH_SPEC, {"observedGeneration": 1, "secretRef": {"name": "crm-token"}})
    state = GrantState(refresh_token=SecretStr("r-1"), token=a_token(of, issued=NOW - 60), generation=1)
    return an_observation(
        of, state=metadata_of(render_state(state, of), of), **{"memory": ConnectorMemory(repairs=REPAIRS), **changes}
    )
