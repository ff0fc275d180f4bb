"""A user who may create Secrets, and read none, plants a state Secret before the connector has one."""

import json
from dataclasses import replace
from typing import Any

import pytest

from oauth_connector.api.v1alpha1.digests import digest_binding
from oauth_connector.connector.grant.state import state_name
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.controller.ports import LiveSecret
from tests.support.builders import NOW, a_token, an_output
from tests.support.consenting import CODE_SPEC, a_consent, consent
from tests.support.world import KEY, World

EVIL = "https://evil.example/steal"
ZOHO = {**CODE_SPEC, "provider": {"preset": "Zoho"}}


def plant(world: World, **members: Any) -> None:
    """Create a state Secret for the connector, with digests that can be computed from its spec."""
    connector = world.cluster.connectors[KEY]
    assert isinstance(connector, Connector)
    binding, digest = digest_binding(connector.spec, "robot"), connector.spec.token_digest
    forged = {"version": 1, "generation": 1, "binding": binding, "digest": digest, "seed": None, "tokenURL": EVIL}
    forged |= dict.fromkeys(("refreshIssued", "refreshExpires", "tried", "token", "claim", "consent"))
    forged |= {"refused": False, "rejections": [], **members}
    world.cluster.add_unowned("shop", state_name("crm"))
    live = world.cluster.secrets["shop", state_name("crm")]
    summary = GrantSummary(1, renewable=True, binding=binding, digest=digest, requested_by="mallory", consented_at=NOW)
    metadata = replace(live.metadata, managed=True, connector="crm", connector_uid=connector.uid, grant=summary)
    metadata = replace(metadata, created=int(world.now))
    data = {"refresh_token": b"forged", "access_token": b"planted", "grant.json": json.dumps(forged).encode()}
    world.cluster.secrets["shop", state_name("crm")] = LiveSecret(metadata, data)


@pytest.mark.parametrize("spec", [CODE_SPEC, ZOHO], ids=["no preset", "a preset with several token hosts"])
async def test_a_planted_endpoint_gets_no_client_secret(consenting: World, spec: dict[str, Any]) -> None:
    """The stored endpoint is judged as the redirect was, at a refresh and at a revocation."""
    consenting.edit(spec)
    plant(consenting)
    await consenting.run(3600)
    consenting.request_revocation("1")
    await consenting.run(3600)
    assert [url for url in consenting.rotating.urls if "evil" in url] == []


async def test_a_planted_state_is_not_used(consenting: World) -> None:
    """The reason names the Secret, no request is sent, and status shows nothing that it says."""
    plant(consenting, consent=["uid-1", "mallory", NOW, None])
    await consenting.run(3600)
    status = consenting.cluster.connectors[KEY].status
    assert (consenting.reason(), status.consent, consenting.rotating.requests) == ("StateConflict", None, [])
    del consenting.cluster.secrets["shop", state_name("crm")]
    await consenting.run(60)
    assert consenting.reason() == "ConsentRequired"
    await consent(consenting)
    assert consenting.token == "token-1"


async def test_a_planted_output_proves_no_planted_state(consenting: World) -> None:
    """Status names the output Secret that was deleted: a newer one of this name does not vouch for a state."""
    await consenting.run()
    await consent(consenting)
    connector = consenting.cluster.connectors[KEY]
    assert isinstance(connector, Connector)
    requests = len(consenting.rotating.requests)
    consenting.now += 600
    consenting.cluster.secrets.clear()
    issued = int(consenting.now)
    plant(consenting, token=["Bearer", issued, issued + 3600, connector.spec.token_digest, None])
    forged = an_output(connector, a_token(connector, issued), uid="planted", created=issued)
    consenting.cluster.secrets["shop", "crm-token"] = LiveSecret(forged, {"access_token": b"planted"})
    consenting.start()
    consenting.request_refresh("1")
    await consenting.run(86400)
    status = consenting.cluster.connectors[KEY].status
    assert (consenting.reason(), len(consenting.rotating.requests)) == ("StateConflict", requests)
    assert status.consent is None or status.consent.requested_by != "mallory"


async def test_a_planted_state_beside_a_published_token_names_no_user(consenting: World) -> None:
    """Status shows who consented only as far as the state Secret is the operator's."""
    await consenting.run()
    await consent(consenting)
    consenting.now += 600
    del consenting.cluster.secrets["shop", state_name("crm")]
    plant(consenting)
    await consenting.run(86400)
    status = consenting.cluster.connectors[KEY].status
    assert status.consent is None or status.consent.requested_by != "mallory"
    assert consenting.rotating.presented == []


async def test_a_planted_state_ends_a_consent(consenting: World) -> None:
    """A code is not sent where its response could not be stored."""
    plant(consenting)
    await consent(consenting)
    assert consenting.consent_reason("crm-1") == "SecretConflict"
    assert consenting.rotating.requests == []


async def test_an_unreadable_state_stops_requests(consenting: World) -> None:
    """A number that no clock shows raises nothing: the reason names the Secret, which stays as it is."""
    plant(consenting, rejections=[float("inf")])
    await consenting.run(600)
    assert consenting.reason() == "StateConflict"
    assert consenting.rotating.requests == []
    assert consenting.state["refresh_token"] == "forged"


async def test_the_endpoint_of_a_redirect_gets_each_refresh(consenting: World) -> None:
    """The provider has named another data center, and the grant stays there."""
    consenting.edit(ZOHO)
    await consenting.run()
    await consent(consenting, parameters={"accounts-server": "https://accounts.zoho.eu"})
    consenting.now = NOW + 3000.0
    await consenting.run(60)
    assert consenting.rotating.urls == ["https://accounts.zoho.eu/oauth/v2/token"] * 2


async def test_a_planted_annotation_authorizes_nothing(consenting: World) -> None:
    """A user who sees the UID of a consent cannot let it end as if its code had been exchanged, for any account."""
    await consenting.run()
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    plant(consenting)
    live = consenting.cluster.secrets["shop", state_name("crm")]
    assert live.metadata.grant is not None
    claimed = replace(live.metadata.grant, tried="uid-crm-1", consent="uid-crm-1", account="ceo@corp")
    consenting.cluster.secrets["shop", state_name("crm")] = replace(
        live, metadata=replace(live.metadata, grant=claimed)
    )
    await consenting.run(5)
    pending = consenting.cluster.consents[Key("shop", "crm-1")]
    assert (pending.reason, pending.status.account) == ("AwaitingUser", None)
