"""Consents at a provider with pushed authorization requests (RFC 9126): the operator pushes when a browser comes."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent import Push
from oauth_connector.connector.observation import Key
from oauth_connector.consent_protocol.push_exchange import PushAnswer, PushQuestion
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_connector
from tests.support.consenting import TICKET, a_consent, answered, confirmed
from tests.support.fake_provider import answer
from tests.support.pushing_provider import ISSUER, PUSHED_SPEC, PushingProvider
from tests.support.world import World

CONSENT = Key("shop", "crm-1")
STATE, OTHER_STATE = "s" * 43, "o" * 43
REFUSED = answer(401, error="invalid_client")


@pytest.fixture
def provider() -> PushingProvider:
    """Return a server that accepts pushed requests only."""
    return PushingProvider()


def new_world(provider: PushingProvider, /, **changes: object) -> World:
    """Make an operator with a connector that waits for a user."""
    world = World(provider)
    world.cluster.add(a_connector({**PUSHED_SPEC, **changes}))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret", previous=b"old")
    return world


async def begin(world: World, name: str = "crm-1") -> None:
    """Create a consent, and let the operator write its request."""
    world.cluster.add_consent(a_consent(int(world.now), name))
    await world.run()


def ask(world: World, state: str = STATE, ticket: str = TICKET) -> None:
    """Ask for a link, as the consent server does when a browser continues."""
    held = world.cluster.consents[CONSENT]
    assert held.status.request is not None
    sealed = PushQuestion(SecretStr(ticket), SecretStr(state)).seal(held.status.request.encryption_key)
    status = held.status.model_copy(update={"push": Push(request=sealed)})
    world.cluster.add_consent(replace(held, status=status))


def read_answer(world: World) -> PushAnswer | None:
    """Open the answer, as the holder of the ticket does."""
    held = world.cluster.consents[CONSENT]
    push = held.status.push
    return PushAnswer.open(push.response, SecretStr(TICKET), held.uid) if push and push.response else None


def read_uri(world: World) -> str | None:
    """Return the reference of the answer; nothing where the link has all parameters itself."""
    found = read_answer(world)
    assert found is not None
    assert found.state.get_secret_value() == STATE
    return found.request_uri.get_secret_value() if found.request_uri else None


async def test_nothing_is_pushed_before_a_browser_comes(provider: PushingProvider) -> None:
    """A reference is valid for a minute, and the user may come after ten."""
    world = new_world(provider)
    await begin(world)
    await world.run(600)
    assert provider.pushed == []
    ask(world)
    await world.run(2)
    assert read_uri(world) == "urn:example:1"


async def test_the_pushed_request_is_that_of_the_consent(provider: PushingProvider) -> None:
    """It has what the link would have, with the client's authentication; the reference is in no status."""
    world = new_world(provider)
    await begin(world)
    ask(world)
    await world.run(2)
    request = world.cluster.consents[CONSENT].status.request
    assert request is not None
    [form] = provider.pushed
    assert form == {
        "response_type": ["code"],
        "client_id": ["robot"],
        "redirect_uri": [request.redirect_uri],
        "scope": ["read offline_access"],
        "state": [STATE],
        "code_challenge": [request.code_challenge],
        "code_challenge_method": ["S256"],
    }
    assert provider.headers[0]["Authorization"].startswith("Basic ")
    shown = world.cluster.consents[CONSENT].status.model_dump_json()
    assert not any(secret in shown for secret in (TICKET, STATE, "urn:example"))


async def test_the_code_of_a_pushed_request_leads_to_a_token(provider: PushingProvider) -> None:
    """What follows the redirect is as without a push."""
    world = new_world(provider)
    await begin(world)
    ask(world)
    await world.run(2)
    provider.know(code="code-1")
    world.cluster.add_consent(answered(world.cluster.consents[CONSENT], "code-1", iss=ISSUER))
    await world.run()
    world.cluster.add_consent(confirmed(world.cluster.consents[CONSENT]))
    await world.run(3)
    assert (world.token, world.consent_reason("crm-1")) == ("token-1", "Authorized")


async def test_each_start_of_a_flow_has_its_own_reference(provider: PushingProvider) -> None:
    """A reference is for one browser, once; between two requests there are ten seconds."""
    world = new_world(provider)
    await begin(world)
    ask(world, OTHER_STATE)
    await world.run(2)
    ask(world)
    await world.run(2)
    assert len(provider.pushed) == 1
    await world.run(9)
    assert read_uri(world) == "urn:example:2"


async def test_a_question_without_the_ticket_is_not_answered(provider: PushingProvider) -> None:
    """A client that may write the status can neither have requests pushed, nor choose the state of a flow."""
    world = new_world(provider)
    await begin(world)
    ask(world, ticket="x" * 43)
    await world.run(30)
    held = world.cluster.consents[CONSENT]
    world.cluster.add_consent(replace(held, status=held.status.model_copy(update={"push": Push(request="a.b.c.d.e")})))
    await world.run(30)
    assert (provider.pushed, read_answer(world)) == ([], None)
    ask(world)
    await world.run(2)
    assert read_uri(world) == "urn:example:1"


async def test_nothing_is_pushed_for_a_changed_connector(provider: PushingProvider) -> None:
    """The request that is pushed is the one that the user has seen, or the consent is void."""
    world = new_world(provider)
    await begin(world)
    world.cluster.add(a_connector({**PUSHED_SPEC, "scopes": ["admin"]}))
    ask(world)
    await world.run(3)
    assert (world.consent_reason("crm-1"), provider.pushed) == ("ConnectorChanged", [])


@pytest.mark.parametrize(
    "trouble",
    [answer(503), Signal(Symptom.CONNECTION_REFUSED), answer(500, error="server_error"), answer(404), REFUSED],
)
async def test_a_push_that_is_only_offered_is_no_obstacle(trouble: HTTPResponse | Signal) -> None:
    """The link then has all parameters itself, and the failed request is not repeated for each user."""
    provider = PushingProvider(required=False)
    provider.push_answer = trouble
    world = new_world(provider)
    await begin(world)
    for _ in range(2):
        ask(world)
        await world.run(5)
        assert read_uri(world) is None
    assert len(provider.pushed) == 1


async def test_a_provider_in_trouble_gets_a_required_request_again(provider: PushingProvider) -> None:
    """The user waits while the consent is valid."""
    provider.push_answer = answer(503)
    world = new_world(provider)
    await begin(world)
    ask(world)
    await world.run(65)
    assert (len(provider.pushed), read_answer(world)) == (3, None)
    provider.push_answer = None
    await world.run(30)
    assert read_uri(world) == "urn:example:4"


@pytest.mark.parametrize("refusal", [REFUSED, answer(400, error="invalid_request"), answer(403, error="access_denied")])
async def test_a_refused_required_request_ends_the_consent(provider: PushingProvider, refusal: HTTPResponse) -> None:
    """The user sees why, and need not wait."""
    provider.push_answer = refusal
    world = new_world(provider)
    await begin(world)
    ask(world)
    await world.run(3)
    assert (world.consent_reason("crm-1"), len(provider.pushed)) == ("ConnectorInvalid", 1)


async def test_an_answer_that_could_not_be_written_is_written_later(provider: PushingProvider) -> None:
    """The request is not pushed a second time."""
    world = new_world(provider)
    await begin(world)
    world.cluster.consent_conflicts = 3
    ask(world)
    await world.run(10)
    assert (read_uri(world), len(provider.pushed)) == ("urn:example:1", 1)


async def test_the_previous_secret_is_tried(provider: PushingProvider) -> None:
    """A server that refuses the new secret has not looked at the request."""
    provider.push_answer = REFUSED
    client = {"id": "robot", "secretRef": {"name": "robot"}, "previousSecretRef": {"name": "robot", "key": "previous"}}
    world = new_world(provider, client={**client, "authentication": "Post"})
    await begin(world)
    ask(world)
    await world.run(3)
    assert [form["client_secret"] for form in provider.pushed] == [["s3cret"], ["old"]]


@pytest.mark.parametrize(
    ("provider_spec", "push_url", "used"),
    [
        ({"issuer": ISSUER}, "https://par.example.net/par", ("https://par.example.net/par", True)),
        ({"issuer": ISSUER, "tokenURL": f"{ISSUER}/token"}, f"{ISSUER}/par", (f"{ISSUER}/par", True)),
        ({"issuer": ISSUER, "tokenURL": f"{ISSUER}/token"}, "https://par.example.net/par", (None, None)),
        ({"issuer": ISSUER}, None, (None, None)),
    ],
)
async def test_the_endpoint_is_one_that_may_have_the_secret(
    provider: PushingProvider, provider_spec: dict[str, str], push_url: str | None, used: object
) -> None:
    """Where the spec names the token endpoint itself, the client secret is sent to no other server."""
    provider.push_url = push_url
    world = new_world(provider, provider=provider_spec)
    await begin(world)
    request = world.cluster.consents[CONSENT].status.request
    assert request is not None
    assert (request.push_endpoint, request.push_required) == used
