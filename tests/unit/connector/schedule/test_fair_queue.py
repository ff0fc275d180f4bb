"""Who is next among those who wait: in order of rank and arrival, whatever comes and goes."""

from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.connector.observation import Key
from oauth_connector.connector.schedule.fair_queue import FairQueue, Rank

KEYS = st.builds(Key, st.sampled_from("abc"), st.sampled_from("xyz"))
RANKS = st.tuples(st.integers(0, 1), st.sampled_from([0.0, 1.0, 2.0]))
MOVES = st.one_of(
    st.tuples(st.just("put"), KEYS, RANKS),
    st.tuples(st.just("discard"), KEYS),
    st.tuples(st.just("take"), st.dictionaries(st.sampled_from("abc"), st.integers(0, 3))),
)


class Plain:
    """The same, as it would be written for three: a list that is sorted each time."""

    def __init__(self) -> None:
        self.waiting: dict[Key, tuple[Rank, int]] = {}
        self.count = 0

    def put(self, key: Key, rank: Rank) -> None:
        """Let a key wait."""
        self.count += 1
        self.waiting[key] = (rank, self.count)

    def take(self, busy: dict[str, int]) -> Key | None:
        """Take the first of the namespace with the fewest places."""
        found = min(self.waiting, key=lambda key: (busy.get(key.namespace, 0), self.waiting[key]), default=None)
        if found is not None:
            del self.waiting[found]
        return found


@given(st.lists(MOVES, max_size=100))
def test_it_returns_the_same_key_as_a_sorted_list(moves: list[tuple[str, *tuple[object, ...]]]) -> None:
    """After any sequence of operations the next key is the same as in the plain version."""
    waiting, plain = FairQueue(), Plain()
    for move in moves:
        match move:
            case ("put", Key() as key, tuple() as rank):
                waiting.put(key, rank)
                plain.put(key, rank)
            case ("discard", Key() as key):
                waiting.discard(key)
                plain.waiting.pop(key, None)
            case ("take", dict() as busy):
                assert waiting.take(busy) == plain.take(busy)
        assert len(waiting) == len(plain.waiting)


def test_a_namespace_with_places_is_not_searched() -> None:
    """With ten thousand keys of one namespace in front, that of another is found without examining each."""
    waiting = FairQueue()
    for number in range(10_000):
        waiting.put(Key("crowd", f"c{number}"), (0, float(-number)))
    waiting.put(Key("guest", "one"), (1, 0.0))
    assert waiting.take({"crowd": 3}) == Key("guest", "one")
    assert len(waiting._front) <= 2
