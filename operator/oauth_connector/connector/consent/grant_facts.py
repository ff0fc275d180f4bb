"""What the status of a connector shows of its grant."""

from dataclasses import replace

from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.findings import GrantFacts
from oauth_connector.consent_protocol.addresses import connector_path


def build_grant_facts(obs: Observation, public_url: str | None) -> GrantFacts | None:
    """Return the facts about the grant of a connector; nothing if it stores no grant."""
    connector, spec = obs.connector, obs.connector.spec
    if not spec.may_hold_refresh_token:
        return None
    summary = obs.state.grant if obs.state is not None else None
    known = GrantFacts(summary=summary or GrantSummary())
    if not spec.needs_consent:
        return known
    path = connector_path(connector.key.namespace, connector.key.name)
    page = f"{public_url.rstrip('/')}{path}" if public_url else None
    hosted = None if spec.has_loopback_redirect else page
    return replace(known, redirect_uri=obs.redirect_uri or None, consent_url=hosted)
