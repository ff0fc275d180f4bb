"""A connector that names no client, whose document says that it signs assertions with the key of the operator."""

from collections.abc import Mapping

import pytest
from joserfc import jwt

from oauth_connector.connector.grant.state import read_state
from oauth_connector.oauth.registration import RegisteredClient
from tests.support.builders import a_spec
from tests.support.consenting import a_consent, consent
from tests.support.fixed_keys import KEYS
from tests.support.registering_provider import AGENT, SERVER, RegistrationScene

PUBLIC, SIGNED = (f"https://connect.example.com/{kind}/shop/crm.json" for kind in ("clients", "signed-clients"))
DOCUMENT = {"registration": {"method": "MetadataDocument"}}


def a_scene(*methods: str, client: Mapping[str, object] | None = None, **metadata: object) -> RegistrationScene:
    """Return a server that accepts documents of clients with these methods."""
    scene = RegistrationScene(**({"client": client} if client is not None else {}))
    scene.server.metadata = {"accepts_documents": True, "authentication_methods": methods, **metadata}
    return scene


@pytest.mark.parametrize(
    ("methods", "client", "chosen"),
    [
        (("none", "private_key_jwt"), None, PUBLIC),
        (("private_key_jwt",), None, SIGNED),
        ((), None, PUBLIC),
        (("none", "private_key_jwt"), {**DOCUMENT, "authentication": "PrivateKeyJWT"}, SIGNED),
        (("none",), {**DOCUMENT, "authentication": "PrivateKeyJWT"}, SIGNED),
        (("private_key_jwt",), {**DOCUMENT, "authentication": "None"}, PUBLIC),
    ],
)
async def test_the_client_signs_where_the_spec_or_the_server_wants_it(
    methods: tuple[str, ...], client: dict[str, object] | None, chosen: str
) -> None:
    """Else it is public, as servers that read documents expect."""
    scene = a_scene(*methods, client=client)
    await scene.ask()
    assert scene.client_id() == chosen


async def test_no_client_signs_with_an_algorithm_that_the_server_does_not_know() -> None:
    """The operator has one key, for ES256."""
    scene = a_scene("private_key_jwt", signing_algorithms=("RS256",))
    await scene.ask()
    assert scene.client_id() == PUBLIC


async def test_exchange_and_refreshes_are_signed_for_the_issuer() -> None:
    """Each assertion is of the client of this connector alone, and no two are equal."""
    scene = a_scene("private_key_jwt")
    await consent(scene.world)
    await scene.world.run(4 * 3600)
    assertions = [form["client_assertion"][0] for form in scene.server.requests]
    claims = [jwt.decode(each, KEYS.client_key.key, algorithms=["ES256"]).claims for each in assertions]
    assert {(each["iss"], each["sub"], each["aud"]) for each in claims} == {(SIGNED, SIGNED, SERVER)}
    assert len({each["jti"] for each in claims}) == len(claims) > 3
    state = read_state(scene.world.cluster.secrets["shop", "crm-oauth-state"].data)
    assert state is not None
    assert isinstance(state.client, RegisteredClient)
    assert (state.client.id, state.client.method, state.client.secret) == (SIGNED, "private_key_jwt", None)


async def test_no_link_is_made_before_the_key_is_published() -> None:
    """The server fetches the keys when the user comes back."""
    scene = a_scene("private_key_jwt")
    scene.world.keys.publishes = False
    scene.world.cluster.add_consent(a_consent(int(scene.world.now)))
    await scene.world.run(60)
    assert scene.client_id() is None
    scene.world.keys.publishes = True
    await scene.world.run(60)
    assert scene.client_id() == SIGNED


async def test_a_grant_keeps_its_client_until_the_next_consent() -> None:
    """The refresh token is bound to it."""
    scene = a_scene("none", "private_key_jwt", client=DOCUMENT)
    await consent(scene.world)
    scene.world.edit(a_spec(**AGENT, client={**DOCUMENT, "authentication": "PrivateKeyJWT"}))
    await scene.world.run(3600)
    assert {form["client_id"][0] for form in scene.server.requests} == {PUBLIC}
    await scene.ask("crm-2")
    assert scene.client_id("crm-2") == SIGNED
