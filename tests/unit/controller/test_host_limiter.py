"""Places at a host: how many calls are in flight, who is next, and what strain does."""

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
    """Give some connectors of a namespace."""
    return [Key(namespace, f"c{n:03}") for n in range(count)]


def enter(host_limiter: HostLimiter, key: Key, rank: tuple[int, float] = (1, 0.0), now: float = 0.0) -> bool:
    """Try to take a place."""
    return host_limiter.enter(HOST, key, rank, now) is None


def test_no_more_calls_than_places_are_in_flight() -> None:
    """The seventeenth call to a host waits, and is told when to look again by itself."""
    host_limiter = HostLimiter()
    assert [enter(host_limiter, key) for key in keys("a", SLOTS)] == [True] * SLOTS
    assert host_limiter.enter(HOST, Key("a", "late"), (1, 0.0), 5.0) == 5.0 + RETRY_INTERVAL
    assert host_limiter.waiting() == 1


def test_a_full_host_does_not_hold_up_another() -> None:
    """Each host has a lane of its own."""
    host_limiter = HostLimiter()
    for key in keys("a", SLOTS + 3):
        enter(host_limiter, key)
    assert host_limiter.enter("other.example.com", Key("a", "x"), (1, 0.0), 0.0) is None


def test_a_free_place_goes_to_a_first_token_then_to_the_earliest_expiry() -> None:
    """A connector that has no token yet is called before refreshes, and among them the token that dies first."""
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


def test_a_namespace_holds_half_of_the_places_while_others_wait() -> None:
    """One tenant's thousand connectors leave places to another's one."""
    host_limiter = HostLimiter()
    crowd = keys("crowd", SLOTS)
    for key in crowd:
        enter(host_limiter, key)
    guest = Key("guest", "one")
    assert not enter(host_limiter, guest)
    assert host_limiter.leave(HOST, crowd[0], strained=False) == [guest]
    assert not enter(host_limiter, crowd[0]), "the crowd holds more than half while the guest waits"
    assert enter(host_limiter, guest)


def test_strain_halves_the_places_and_answers_bring_them_back() -> None:
    """A time-out halves what is sent at once; answers raise it again, slowly."""
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


def test_retry_after_closes_the_lane_for_the_namespace_that_was_told() -> None:
    """What one tenant's client has used up is not the others' fault; its own connectors all wait."""
    host_limiter = HostLimiter()
    enter(host_limiter, Key("a", "x"))
    host_limiter.leave(HOST, Key("a", "x"), strained=True, closed_until=120.0)
    assert host_limiter.enter(HOST, Key("a", "y"), (1, 0.0), 10.0) == 120.0
    assert host_limiter.enter(HOST, Key("b", "y"), (1, 0.0), 10.0) is None
    assert host_limiter.enter(HOST, Key("a", "y"), (1, 0.0), 121.0) is None


def test_lanes_that_nobody_is_in_are_forgotten() -> None:
    """A tenant may name any number of hosts, and each may have been strained."""
    host_limiter = HostLimiter()
    for number in range(MOST_IDLE + 100):
        host, key = f"h{number}.example", Key("a", f"c{number}")
        host_limiter.enter(host, key, (1, 0.0), 0.0)
        host_limiter.leave(host, key, strained=True)
    assert len(host_limiter._queues) <= MOST_IDLE + 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.booleans()), max_size=200))
def test_places_are_never_lost_nor_made(moves: list[tuple[str, int, bool]]) -> None:
    """After any coming and going an idle host gives its places out again, at least one of them."""
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


def test_a_place_is_kept_for_whoever_is_called() -> None:
    """Between the call and its pass nobody else takes the place, and nobody is called to it twice."""
    host_limiter = HostLimiter()
    inside = keys("a", SLOTS)
    for key in inside:
        enter(host_limiter, key)
    first, second = Key("b", "first"), Key("b", "second")
    enter(host_limiter, first)
    enter(host_limiter, second)
    assert host_limiter.leave(HOST, inside[0], strained=False) == [first]
    assert not enter(host_limiter, Key("c", "stranger"))
    assert host_limiter.leave(HOST, inside[1], strained=False) == [second]
    assert enter(host_limiter, second)
    assert enter(host_limiter, first)


def test_one_who_was_called_and_does_not_come_hands_the_place_on() -> None:
    """Its connector was deleted, or suspended: the next is called at once."""
    host_limiter = HostLimiter()
    inside = keys("a", SLOTS)
    for key in inside:
        enter(host_limiter, key)
    gone, patient = Key("b", "gone"), Key("b", "patient")
    enter(host_limiter, gone)
    enter(host_limiter, patient)
    assert host_limiter.leave(HOST, inside[0], strained=False) == [gone]
    assert host_limiter.withdraw(gone) == [patient]


def test_one_who_is_called_while_closed_out_hands_the_place_on() -> None:
    """Its namespace was told to stay away meanwhile: whoever is next is called."""
    host_limiter = HostLimiter()
    inside = keys("a", SLOTS)
    for key in inside:
        enter(host_limiter, key)
    shut, patient = Key("b", "shut"), Key("c", "patient")
    enter(host_limiter, shut)
    enter(host_limiter, patient)
    assert host_limiter.leave(HOST, inside[0], strained=False) == [shut]
    host_limiter._queues[HOST].closed["b"] = 120.0
    assert host_limiter.enter(HOST, shut, (1, 0.0), 10.0) == 120.0
    assert host_limiter.admit_next(HOST) == [patient]


def test_a_port_where_nobody_answers_is_no_strain() -> None:
    """One tenant's wrong port must not narrow the lane of those who use the right one."""
    assert not is_strain(Signal(Symptom.TIMEOUT, sent=False))
    assert is_strain(Signal(Symptom.TIMEOUT, sent=True))
    assert is_strain(Signal(Symptom.RATE_LIMITED, 429))


def test_another_port_is_another_lane() -> None:
    """Scheme, host and port are what a server is known by."""
    urls = ("https://h.example/a", "https://H.example/b", "https://h.example:8443/a", "http://h.example/a")
    specs = [a_connector(a_spec(provider={"tokenURL": url})).spec for url in urls]
    first, same, other, plain = map(token_origin, specs)
    assert first == same
    assert len({first, other, plain}) == 3
