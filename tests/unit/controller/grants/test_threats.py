"""A user who may edit connectors, and not read Secrets, gets no refresh token, no code and no credential.

Numbers are those of docs/explanation/threat-model.md: TH6 and TH7 confused deputy, TH8 across namespaces, TH22 another
server after the consent.
"""

from dataclasses import replace

import pytest

from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import Key
from tests.support.builders import a_connector, a_spec
from tests.support.consenting import CODE_SPEC, a_consent, answered, confirmed, consent
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

ELSEWHERE = {**CODE_SPEC, "provider": {**CODE_SPEC["provider"], "tokenURL": "https://evil.example/token"}}
TENANT = {**CODE_SPEC, "provider": {**CODE_SPEC["provider"], "tokenURL": "https://login.example.com/evil/token"}}
ANOTHER_CLIENT = {**CODE_SPEC, "client": {**CODE_SPEC["client"], "id": "another"}}


def allow(world: World, name: str, *hosts: str) -> None:
    """Set where a credential Secret may be sent, as its owner does."""
    held = world.cluster.credentials["shop", name]
    version = replace(held.version, resource_version=f"{held.version.resource_version}-allowed")
    world.cluster.credentials["shop", name] = CredentialSecret(version, held.type, held.data, hosts)


async def test_a_code_is_not_sent_where_the_client_secret_is_not_allowed(consenting: World) -> None:
    """TH6: secret and code are in one request, which is not sent; the consent reports it at once."""
    allow(consenting, "robot", "accounts.example.com")
    await consenting.run()
    await consent(consenting)
    assert consenting.consent_reason("crm-1") == "ConnectorInvalid"
    assert consenting.reason() == "CredentialsNotAllowed"
    await consenting.run(3600)
    assert consenting.rotating.requests == []


async def test_a_refresh_token_is_not_sent_where_the_client_secret_is_not_allowed(consenting: World) -> None:
    """TH6: a limit that is set after the consent applies from the next refresh on, and ends no grant."""
    await consenting.run()
    await consent(consenting)
    allow(consenting, "robot", "accounts.example.com")
    await consenting.run(3600)
    assert consenting.rotating.presented == []
    assert consenting.reason() == "CredentialsNotAllowed"
    allow(consenting, "robot", "login.example.com")
    await consenting.run(3600)
    assert "refresh-1" in consenting.rotating.presented
    assert consenting.reason() == "TokenIssued"


async def test_an_initial_refresh_token_is_sent_only_where_its_owner_allows() -> None:
    """TH7: an initial refresh token is a credential like any other, and its Secret's annotation applies."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(a_spec(grantType="RefreshToken", refreshToken={"secretRef": {"name": "seed"}})))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    allow(world, "seed", "accounts.example.com")
    await world.run(3600)
    assert world.rotating.requests == []
    assert world.reason() == "CredentialsNotAllowed"


async def test_a_consent_in_another_namespace_is_for_another_connector(consenting: World) -> None:
    """TH8: a consent in one namespace authorizes no connector in another, whatever its name."""
    await consenting.run()
    asked = replace(a_consent(int(consenting.now)), key=Key("elsewhere", "crm-1"))
    consenting.cluster.add_consent(asked)
    await consenting.reconcile(asked.connector)
    assert consenting.cluster.consents[asked.key].reason == "ConnectorNotFound"
    assert consenting.reason() == "ConsentRequired"


@pytest.mark.parametrize(
    "spec", [ELSEWHERE, TENANT, ANOTHER_CLIENT], ids=["another server", "another tenant", "another client"]
)
async def test_a_grant_is_not_used_for_another_server(consenting: World, spec: dict[str, object]) -> None:
    """TH22: an edit after the consent gets no token; reverting the edit needs no other consent."""
    await consenting.run()
    await consent(consenting)
    before = len(consenting.rotating.requests)
    consenting.edit(spec)
    await consenting.run(3 * 3600)
    assert len(consenting.rotating.requests) == before
    assert consenting.reason("ConsentRequired") == "GrantBindingMismatch"
    consenting.edit(CODE_SPEC)
    await consenting.run(60)
    assert consenting.reason() == "TokenIssued"


@pytest.mark.parametrize(
    "spec", [ELSEWHERE, TENANT, ANOTHER_CLIENT], ids=["another server", "another tenant", "another client"]
)
async def test_a_code_is_not_used_for_what_was_not_consented_to(consenting: World, spec: dict[str, object]) -> None:
    """TH22: an edit between the page and the response invalidates the consent."""
    await consenting.run()
    consenting.rotating.know(code="code-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.edit(spec)
    asked = consenting.cluster.consents[Key("shop", "crm-1")]
    consenting.cluster.add_consent(confirmed(answered(asked, "code-1")))
    await consenting.run(60)
    assert consenting.rotating.requests == []
    assert consenting.consent_reason("crm-1") == "ConnectorChanged"


SAME = {"request": {"refreshURL": "https://login.example.com/refresh"}}
OTHER = {"request": {"refreshURL": "https://evil.example/refresh"}}


def differ(**provider: object) -> dict[str, object]:
    """Return the spec of a consent with further fields of its provider."""
    return {**CODE_SPEC, "provider": {**CODE_SPEC["provider"], **provider}}


async def test_nothing_is_sent_where_refreshes_go_to_another_server(consenting: World) -> None:
    """TH3: the page shows the host of the token endpoint, so that code and refresh token go nowhere else."""
    consenting.edit(differ(**OTHER))
    await consenting.run()
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    assert (consenting.reason(), consenting.consent_reason("crm-1")) == ("InvalidSpec", "ConnectorInvalid")
    ended = consenting.cluster.consents[Key("shop", "crm-1")].status
    assert ended.request is None, "the user is sent nowhere"
    assert "spec.provider.request.refreshURL: must be at the server" in ended.conditions[0].message
    status = consenting.cluster.connectors[Key("shop", "crm")].status
    assert "spec.provider.request.refreshURL: must be at the server" in str(status.to_manifest())
    await consenting.run(2 * 3600)
    assert consenting.rotating.requests == []


@pytest.mark.parametrize(
    "provider", [SAME, {"response": {"scope": "/meta/scopes"}}], ids=["a refresh URL", "a place of a response"]
)
async def test_a_consent_is_for_one_refresh_url_and_one_kind_of_response(
    consenting: World, provider: dict[str, object]
) -> None:
    """TH22: an edit between the page and the response voids the consent."""
    await consenting.run()
    consenting.rotating.know(code="code-1")
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    consenting.edit(differ(**provider))
    asked = consenting.cluster.consents[Key("shop", "crm-1")]
    consenting.cluster.add_consent(confirmed(answered(asked, "code-1")))
    await consenting.run(3)
    assert consenting.consent_reason("crm-1") == "ConnectorChanged"
    assert consenting.rotating.requests == []
