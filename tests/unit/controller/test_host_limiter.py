"""Slots at a host: how many requests are in flight, which connector is next, and the effect of overload."""

from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.connector.effective import token_origin
from oauth_connector.connector.observation import Key
from oauth_connector.connector.status.problem import is_strain
from oauth_connector.controller.host_limiter import MOST_IDLE, RETRY_INTERVAL, SLOTS, HostLimiter
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_connector, a_spec

HOST = "login.example.com"


def keys(namespace: str, count: int) -> list[Key]:
    """Return connectors of a namespace."""
    return [Key(namespace, f"c{n:03}") for n in range(count)]


def enter(host_limiter: HostLimiter, key: Key, rank: tuple[int, float] = (1, 0.0), now: float = 0.0) -> bool:
    """Try to take a slot."""
    return host_limiter.enter(HOST, key, rank, now) is None


def test_no_more_requests_than_slots_are_in_flight() -> None:
    """The seventeenth request to a host waits, and gets a time for its next attempt."""
    host_limiter = HostLimiter()
    assert [enter(host_limiter, key) for key in keys("a", SLOTS)] == [True] * SLOTS
    assert host_limiter.enter(HOST, Key("a", "late"), (1, 0.0), 5.0) == 5.0 + RETRY_INTERVAL
    assert host_limiter.waiting() == 1


def test_a_full_host_does_not_delay_another() -> None:
    """Each host has a queue of its own."""
    host_limiter = HostLimiter()
    for key in keys("a", SLOTS + 3):
        enter(host_limiter, key)
    assert host_limiter.enter("other.example.com", Key("a", "x"), (1, 0.0), 0.0) is None


def test_a_free_slot_is_given_to_a_first_token_then_to_the_earliest_expiry() -> None:
    """A connector without a token is admitted before refreshes, and of these the first to expire."""
    host_limiter = HostLimiter()
    inside = keys("a", SLOTS)
    for key in inside:
        enter(host_limiter, key)
    late, soon, first = Key("b", "late"), Key("b", "soon"), Key("b", "first")
    enter(host_limiter, late, (1, 900.0))
    enter(host_limiter, soon, (1, 300.0))
    enter(host_limiter, first, (0, 0.0))
    assert host_limiter.leave(HOST, inside[0], strained=False) == [first]
    enter(host_limiter, first, (0, 0.0))
    assert host_limiter.leave(HOST, inside[1], strained=False) == [soon]


def test_a_free_slot_is_given_to_the_namespace_with_the_fewest() -> None:
    """A thousand connectors of one tenant leave slots to another's one."""
    host_limiter = HostLimiter()
    crowd = keys("crowd", SLOTS)
    for key in crowd:
        enter(host_limiter, key)
    other = Key("other", "one")
    assert not enter(host_limiter, other)
    assert host_limiter.leave(HOST, crowd[0], strained=False) == [other]
    assert not enter(host_limiter, crowd[0]), "one namespace has more slots than another one that waits"
    assert enter(host_limiter, other)


def test_two_crowded_namespaces_do_not_starve_another() -> None:
    """They have a thousand connectors each, all of which expire earlier: the other one gets the next slot."""
    host_limiter = HostLimiter()
    pairs = zip(keys("crowd-a", 1000), keys("crowd-b", 1000), strict=True)
    inside = [key for pair in pairs for key in pair if enter(host_limiter, key, (0, 0.0))]
    others = keys("other", 3)
    for key in others:
        assert not enter(host_limiter, key, (1, 900.0))
    assert [host_limiter.leave(HOST, key, strained=False) for key in inside[:3]] == [[key] for key in others]


def test_overload_halves_the_slots_and_responses_restore_them() -> None:
    """A time-out halves the limit; responses raise it again, slowly."""
    host_limiter = HostLimiter()
    inside = keys("a", 2)
    for key in inside:
        enter(host_limiter, key)
    host_limiter.leave(HOST, inside[0], strained=True)
    host_limiter.leave(HOST, inside[1], strained=True)
    granted = [key for key in keys("b", SLOTS) if enter(host_limiter, key)]
    assert len(granted) == SLOTS // 4
    for _ in range(200):
        for key in granted:
            host_limiter.leave(HOST, key, strained=False)
        granted = [key for key in keys("b", SLOTS) if enter(host_limiter, key)]
    assert len(granted) == SLOTS


def test_idle_queues_are_forgotten() -> None:
    """A tenant may name any number of hosts, and each may have been overloaded."""
    host_limiter = HostLimiter()
    for number in range(MOST_IDLE + 100):
        host, key = f"h{number}.example", Key("a", f"c{number}")
        host_limiter.enter(host, key, (1, 0.0), 0.0)
        host_limiter.leave(host, key, strained=True)
    assert len(host_limiter._queues) <= MOST_IDLE + 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.booleans()), max_size=200))
def test_slots_are_never_lost_nor_created(moves: list[tuple[str, int, bool]]) -> None:
    """After any sequence of requests an idle host has its slots again, at least one of them."""
    host_limiter, inside = HostLimiter(), list[Key]()
    for namespace, number, strained in moves:
        key = Key(namespace, f"c{number}")
        if key in inside:
            inside.remove(key)
            host_limiter.leave(HOST, key, strained=strained)
        elif enter(host_limiter, key):
            inside.append(key)
        assert len(inside) <= SLOTS
    for key in inside:
        host_limiter.leave(HOST, key, strained=False)
    for namespace, number, _ in moves:
        host_limiter.withdraw(Key(namespace, f"c{number}"))
    assert enter(host_limiter, Key("z", "last"))


def test_a_slot_is_reserved_for_an_admitted_connector() -> None:
    """Between admission and reconciliation no other connector takes the slot, and none is admitted twice."""
    host_limiter = HostLimiter()
    inside = keys("a", SLOTS)
    for key in inside:
        enter(host_limiter, key)
    first, second = Key("b", "first"), Key("b", "second")
    enter(host_limiter, first)
    enter(host_limiter, second)
    assert host_limiter.leave(HOST, inside[0], strained=False) == [first]
    assert not enter(host_limiter, Key("b", "third"))
    assert host_limiter.leave(HOST, inside[1], strained=False) == [second]
    assert enter(host_limiter, second)
    assert enter(host_limiter, first)


def test_an_admitted_connector_that_withdraws_releases_its_slot() -> None:
    """The connector was deleted or suspended: the next is admitted at once."""
    host_limiter = HostLimiter()
    inside = keys("a", SLOTS)
    for key in inside:
        enter(host_limiter, key)
    gone, patient = Key("b", "gone"), Key("b", "patient")
    enter(host_limiter, gone)
    enter(host_limiter, patient)
    assert host_limiter.leave(HOST, inside[0], strained=False) == [gone]
    assert host_limiter.withdraw(gone) == [patient]


def test_a_port_that_accepts_no_connection_is_no_overload() -> None:
    """One tenant's wrong port must not lower the limit of tenants with the right one."""
    assert not is_strain(Signal(Symptom.TIMEOUT, sent=False))
    assert is_strain(Signal(Symptom.TIMEOUT, sent=True))
    assert is_strain(Signal(Symptom.RATE_LIMITED, 429))


def test_another_port_is_another_host() -> None:
    """Scheme, host and port identify a server."""
    urls = ("https://h.example/a", "https://H.example/b", "https://h.example:8443/a", "http://h.example/a")
    specs = [a_connector(a_spec(provider={"tokenURL": url})).spec for url in urls]
    first, same, other, plain = map(token_origin, specs)
    assert first == same
    assert len({first, other, plain}) == 3
