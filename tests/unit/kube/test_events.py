"""Events: counted, bounded, and never in the way."""

from collections.abc import AsyncIterator

import orjson
import pytest

from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.events import MOST_OBJECTS, RATE, EventRecorder
from oauth_connector.kube.token_buckets import TokenBuckets
from tests.support.builders import NOW, a_connector
from tests.support.manual_clock import ManualClock
from tests.support.scripted_api import Break, Reply, ScriptedAPI, StoreDecision, scripted_api

TAKEN = Reply({"reason": "AlreadyExists"}, 409)
EVENTS = "/apis/events.k8s.io/v1/namespaces/shop/events"


@pytest.fixture
async def server() -> AsyncIterator[ScriptedAPI]:
    """Give a server that does as it is told."""
    async with scripted_api() as made:
        yield made


@pytest.fixture
async def recorder(server: ScriptedAPI) -> AsyncIterator[EventRecorder]:
    """Give a recorder at a fixed time."""
    async with KubeAPI(Access(server.url)) as api:
        yield EventRecorder(api, "pod-1", lambda: NOW + 0.25)


async def test_an_event_says_who_what_and_when(recorder: EventRecorder, server: ScriptedAPI) -> None:
    """All that the API server demands is there."""
    await recorder.record(a_connector(), "Warning", "RefreshFailed", "The provider is down.")
    [request] = server.requests
    event = orjson.loads(request.body)
    assert (request.method, request.path) == ("POST", EVENTS)
    assert (event["type"], event["reason"], event["note"]) == ("Warning", "RefreshFailed", "The provider is down.")
    assert event["eventTime"] == "2027-01-15T08:00:00.250000Z"
    assert event["reportingController"] == "oauthconnector.dev/operator"
    assert event["reportingInstance"] == "pod-1"
    assert event["regarding"]["uid"] == a_connector().uid


async def names_of(recorder: EventRecorder, server: ScriptedAPI, *said: tuple[str, str]) -> list[str]:
    """Record warnings by reason and note, and give the names of the Events."""
    for reason, note in said:
        await recorder.record(a_connector(), "Warning", reason, note)
    return [orjson.loads(request.body)["metadata"]["name"] for request in server.requests]


async def test_the_same_words_have_the_same_name(recorder: EventRecorder, server: ScriptedAPI) -> None:
    """After a restart too; other words have another, since the note of an Event cannot be changed."""
    first, again, other = await names_of(recorder, server, ("A", "x"), ("A", "x"), ("A", "y"))
    assert first == again != other
    assert first.startswith("crm.")


COUNTS: dict[str, tuple[dict[str, object], int]] = {
    "for the second time": ({}, 2),
    "for the tenth time": ({"series": {"count": 9}}, 10),
}


@pytest.mark.parametrize(("known", "count"), COUNTS.values(), ids=COUNTS.keys())
async def test_the_same_event_counts_up(
    recorder: EventRecorder, server: ScriptedAPI, known: dict[str, object], count: int
) -> None:
    """Nothing but `create` and `patch` is needed for it."""
    server.answers.extend((TAKEN, Reply(known)))
    await recorder.record(a_connector(), "Warning", "RefreshFailed", "The provider is down.")
    assert [request.method for request in server.requests] == ["POST", "PATCH", "PATCH"]
    patch = orjson.loads(server.requests[-1].body)
    assert patch == {"series": {"count": count, "lastObservedTime": "2027-01-15T08:00:00.250000Z"}}


LOST: dict[str, tuple[StoreDecision, ...]] = {
    "the namespace is going": (Reply({"reason": "Forbidden"}, 403),),
    "the API server is away": (Break(),),
    "it expired while it was counted": (TAKEN, Reply({"reason": "NotFound"}, 404)),
}


@pytest.mark.parametrize("answers", LOST.values(), ids=LOST.keys())
async def test_a_lost_event_is_no_error(
    recorder: EventRecorder, server: ScriptedAPI, answers: tuple[StoreDecision, ...]
) -> None:
    """A pass never fails because of what it wanted to say."""
    server.answers.extend(answers)
    await recorder.record(a_connector(), "Normal", "TokenIssued", "x")
    assert len(server.requests) == len(answers)


async def test_long_notes_are_cut_by_bytes(recorder: EventRecorder, server: ScriptedAPI) -> None:
    """The API server takes 1,024 bytes, and no half of a letter."""
    await recorder.record(a_connector(), "Normal", "TokenIssued", "ä" * 1000)
    assert orjson.loads(server.requests[0].body)["note"] == "ä" * 512


async def test_an_object_that_says_too_much_is_not_heard(recorder: EventRecorder, server: ScriptedAPI) -> None:
    """After its burst; others are."""
    for number in range(25 + 5):
        await recorder.record(a_connector(), "Normal", "TokenIssued", str(number))
    assert len(server.requests) == 25
    await recorder.record(a_connector(uid="another"), "Normal", "TokenIssued", "x")
    assert len(server.requests) == 25 + 1


def test_events_return_one_for_each_five_minutes() -> None:
    """Attempts in between cost nothing."""
    clock = ManualClock()
    limits = TokenBuckets(RATE, clock, MOST_OBJECTS)
    assert [limits.take("a") for _ in range(26)] == [True] * 25 + [False]
    clock.now = 150.0
    assert not limits.take("a")
    clock.now = 300.0
    assert limits.take("a")
    clock.now = 301.0
    assert not limits.take("a")


def test_the_memory_of_the_limits_is_bounded() -> None:
    """The objects without an Event for the longest time are forgotten, and start with a full bucket."""
    limits = TokenBuckets(RATE, ManualClock(), MOST_OBJECTS)
    for number in range(MOST_OBJECTS + 10):
        limits.take(str(number))
    assert len(limits) == MOST_OBJECTS
