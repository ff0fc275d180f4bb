"""Events: counted, limited, and without effect on reconciliations."""

from collections.abc import AsyncIterator

import orjson
import pytest

from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.events import LIMITED_OBJECTS, RATE, EventRecorder
from oauth_connector.kube.token_buckets import TokenBuckets
from tests.support.builders import NOW, a_connector
from tests.support.manual_clock import ManualClock
from tests.support.scripted_api import Break, Reply, ScriptedAPI, StoreDecision, scripted_api

TAKEN = Reply({"reason": "AlreadyExists"}, 409)
EVENTS = "/apis/events.k8s.io/v1/namespaces/shop/events"


@pytest.fixture
async def server() -> AsyncIterator[ScriptedAPI]:
    """Yield a scripted server."""
    async with scripted_api() as made:
        yield made


@pytest.fixture
async def recorder(server: ScriptedAPI) -> AsyncIterator[EventRecorder]:
    """Yield a recorder at a fixed time."""
    async with KubeAPI(Access(server.url)) as api:
        yield EventRecorder(api, "pod-1", lambda: NOW + 0.25)


async def test_an_event_contains_the_required_fields(recorder: EventRecorder, server: ScriptedAPI) -> None:
    """All fields that the API server requires."""
    await recorder.record(a_connector(), "Warning", "RefreshFailed", "The provider is down.")
    [request] = server.requests
    event = orjson.loads(request.body)
    assert (request.method, request.path) == ("POST", EVENTS)
    assert (event["type"], event["reason"], event["note"]) == ("Warning", "RefreshFailed", "The provider is down.")
    assert event["eventTime"] == "2027-01-15T08:00:00.250000Z"
    assert event["reportingController"] == "oauthconnector.dev/operator"
    assert event["reportingInstance"] == "pod-1"
    assert event["regarding"]["uid"] == a_connector().uid


async def names_of(recorder: EventRecorder, server: ScriptedAPI, *notes: tuple[str, str]) -> list[str]:
    """Record warnings by reason and note, and return the names of the Events."""
    for reason, note in notes:
        await recorder.record(a_connector(), "Warning", reason, note)
    return [orjson.loads(request.body)["metadata"]["name"] for request in server.requests]


async def test_the_same_note_has_the_same_name(recorder: EventRecorder, server: ScriptedAPI) -> None:
    """After a restart too. Another note has another name, because the note of an Event cannot be changed."""
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
    """Only the permissions to `create` and `patch` are required."""
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
    """A reconciliation never fails because of an Event."""
    server.answers.extend(answers)
    await recorder.record(a_connector(), "Normal", "TokenIssued", "x")
    assert len(server.requests) == len(answers)


async def test_long_notes_are_cut_by_bytes(recorder: EventRecorder, server: ScriptedAPI) -> None:
    """The API server accepts 1,024 bytes, and only complete characters."""
    await recorder.record(a_connector(), "Normal", "TokenIssued", "ä" * 1000)
    assert orjson.loads(server.requests[0].body)["note"] == "ä" * 512


async def test_events_of_one_object_are_limited(recorder: EventRecorder, server: ScriptedAPI) -> None:
    """After the burst of one object, Events of other objects are still written."""
    for number in range(25 + 5):
        await recorder.record(a_connector(), "Normal", "TokenIssued", str(number))
    assert len(server.requests) == 25
    await recorder.record(a_connector(uid="another"), "Normal", "TokenIssued", "x")
    assert len(server.requests) == 25 + 1


def test_events_return_one_for_each_five_minutes() -> None:
    """Attempts in between cost nothing."""
    clock = ManualClock()
    limits = TokenBuckets(RATE, clock, LIMITED_OBJECTS)
    assert [limits.take("a") for _ in range(26)] == [True] * 25 + [False]
    clock.now = 150.0
    assert not limits.take("a")
    clock.now = 300.0
    assert limits.take("a")
    clock.now = 301.0
    assert not limits.take("a")


def test_the_memory_of_the_limits_is_bounded() -> None:
    """The objects without an Event for the longest time are forgotten, and start with a full bucket."""
    limits = TokenBuckets(RATE, ManualClock(), LIMITED_OBJECTS)
    for number in range(LIMITED_OBJECTS + 10):
        limits.take(str(number))
    assert len(limits) == LIMITED_OBJECTS
