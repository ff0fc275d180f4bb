"""Flows whose request the operator pushes first (RFC 9126): the page asks, waits, and leaves with a reference."""

from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent import Push
from oauth_connector.consent_protocol.push_exchange import PushAnswer, PushQuestion
from tests.support.http_client import HTTPClient, PageResponse
from tests.support.in_memory_consent_server import KEYS, ConsentScenario

URI = "urn:example:1"


def require_push(world: ConsentScenario) -> None:
    """Have the request pushed, as metadata of the issuer demand."""
    request = world.consent().request
    assert request is not None
    changes = {"push_endpoint": "https://accounts.example.com/par", "push_required": True}
    world.store.change(world.name, request=request.model_copy(update=changes))


def read_question(world: ConsentScenario) -> PushQuestion:
    """Open the question, as the operator does."""
    push = world.consent().push
    assert push is not None
    return KEYS.open_push_question("u-1", push.request)


def give_answer(world: ConsentScenario, uri: str | None = URI, state: str = "") -> None:
    """Answer the question, as the operator does."""
    push, question = world.consent().push, read_question(world)
    assert push is not None
    found = PushAnswer(SecretStr(state) if state else question.state, SecretStr(uri) if uri else None)
    sealed = found.seal(question.ticket, "u-1")
    world.store.change(world.name, push=Push(request=push.request, response=sealed))


async def resume(visitor: HTTPClient, world: ConsentScenario) -> PageResponse:
    """Repeat the request, as the script of the page does."""
    return await visitor.post(world.path, ticket=world.ticket, go=True)


async def test_the_browser_leaves_with_a_reference(visitor: HTTPClient, world: ConsentScenario) -> None:
    """The link has client and reference; the redirect is accepted with the state that only this browser has."""
    require_push(world)
    waiting = await visitor.begin(world.path, world.ticket)
    assert (waiting.status, waiting.page, waiting.headers["Retry-After"]) == (202, "wait", "1")
    assert (await resume(visitor, world)).page == "wait"
    question = read_question(world)
    assert question.ticket.get_secret_value() == world.ticket
    give_answer(world)
    leaving = await resume(visitor, world)
    assert parse_qs(urlsplit(leaving.onward).query) == {"client_id": ["abc"], "request_uri": [URI]}
    back = await visitor.get(f"{world.callback}?code=c0de&state={question.state.get_secret_value()}")
    assert back.status == 303
    assert world.consent().response is not None


async def test_each_start_asks_for_another_reference(visitor: HTTPClient, world: ConsentScenario) -> None:
    """A reference can be used once: a user who comes back gets another one."""
    require_push(world)
    await visitor.begin(world.path, world.ticket)
    first = read_question(world)
    give_answer(world)
    await resume(visitor, world)
    assert (await resume(visitor, world)).page == "wait"
    assert read_question(world).state != first.state
    push = world.consent().push
    assert push is not None
    assert push.response is None


async def test_a_reference_is_for_the_browser_that_asked(visitor: HTTPClient, world: ConsentScenario) -> None:
    """Another browser with the same link asks itself, and the redirect to it is rejected."""
    require_push(world)
    await visitor.begin(world.path, world.ticket)
    state = read_question(world).state.get_secret_value()
    give_answer(world)
    other = HTTPClient(visitor.session, visitor.url, origin=visitor.origin)
    assert (await other.begin(world.path, world.ticket)).page == "wait"
    assert (await other.get(f"{world.callback}?code=c0de&state={state}")).failure == "FlowLost"
    assert read_question(world).state.get_secret_value() != state


async def test_an_answer_of_someone_else_is_not_used(visitor: HTTPClient, world: ConsentScenario) -> None:
    """With another state, or without the ticket, an answer gives no link."""
    require_push(world)
    await visitor.begin(world.path, world.ticket)
    give_answer(world, state="x" * 43)
    assert (await resume(visitor, world)).page == "wait"
    world.store.change(world.name, push=Push(request="a.b.c.d.e", response="a.b.c.d.e"))
    assert (await resume(visitor, world)).page == "wait"


async def test_the_link_has_all_parameters_where_nothing_was_pushed(
    visitor: HTTPClient, world: ConsentScenario
) -> None:
    """The operator says so where the provider only offers pushed requests, and has failed."""
    require_push(world)
    await visitor.begin(world.path, world.ticket)
    state = read_question(world).state.get_secret_value()
    give_answer(world, uri=None)
    leaving = await resume(visitor, world)
    assert leaving.state == state
    assert (await visitor.get(f"{world.callback}?code=c0de&state={state}")).status == 303


async def test_a_question_that_was_not_written_is_repeated(visitor: HTTPClient, world: ConsentScenario) -> None:
    """The operator may write the consent at the same time."""
    require_push(world)
    world.store.modifies_questions = True
    assert (await visitor.begin(world.path, world.ticket)).page == "wait"
    assert world.consent().push is None
    await resume(visitor, world)
    assert world.consent().push is not None
