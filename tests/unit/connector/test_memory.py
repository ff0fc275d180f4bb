"""What is remembered of connectors: tokens that wait to be published are bounded, by namespace and in total."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.connector.memory import MOST_WAITING, MOST_WAITING_IN_NAMESPACE, Memory
from oauth_connector.connector.observation import ConnectorMemory, IssuedToken, Key, PendingToken
from tests.support.builders import NOW

HALF = MOST_WAITING_IN_NAMESPACE // 2


def waiting(size: int) -> ConnectorMemory:
    """Return what is remembered of a connector whose token waits; the token has this size."""
    fields = {"id": SecretStr("x" * (size // 2))}
    token = IssuedToken(SecretStr("t" * (size - size // 2)), "Bearer", NOW, None, "", fields=fields)
    return ConnectorMemory(pending=PendingToken(token), last_call=1.0)


def test_a_namespace_has_space_for_so_many_tokens() -> None:
    """What exceeds it is not kept; everything else about the connector is."""
    memory = Memory()
    for name in ("a", "b", "c"):
        memory.put(Key("shop", name), waiting(HALF))
    assert [memory.of(Key("shop", name)).pending is not None for name in ("a", "b", "c")] == [True, True, False]
    assert memory.of(Key("shop", "c")).last_call == 1.0
    memory.put(Key("elsewhere", "a"), waiting(HALF))
    assert memory.of(Key("elsewhere", "a")).pending is not None


def test_a_published_or_forgotten_token_makes_space() -> None:
    """The space is counted by what is kept."""
    memory = Memory()
    for name in ("a", "b"):
        memory.put(Key("shop", name), waiting(HALF))
    memory.put(Key("shop", "a"), replace(memory.of(Key("shop", "a")), pending=None))
    memory.forget(Key("shop", "b"))
    for name in ("c", "d"):
        memory.put(Key("shop", name), waiting(HALF))
        assert memory.of(Key("shop", name)).pending is not None
    memory.clear()
    memory.put(Key("shop", "a"), waiting(2 * HALF))
    assert memory.of(Key("shop", "a")).pending is not None


def test_all_namespaces_together_have_a_bound() -> None:
    """Many namespaces do not exceed the memory of the process."""
    memory = Memory()
    keys = [Key(f"shop-{number}", "a") for number in range(2 * MOST_WAITING // MOST_WAITING_IN_NAMESPACE)]
    for key in keys:
        memory.put(key, waiting(MOST_WAITING_IN_NAMESPACE))
    assert sum(memory.of(key).pending is not None for key in keys) == MOST_WAITING // MOST_WAITING_IN_NAMESPACE


STEPS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("123"), st.sampled_from([None, 0, HALF, 2 * HALF])), max_size=30
)


@given(STEPS)
def test_the_bound_holds_after_any_changes(steps: list[tuple[str, str, int | None]]) -> None:
    """Whatever is put, replaced and forgotten, no namespace keeps more than its space."""
    memory = Memory()
    for namespace, name, size in steps:
        key = Key(namespace, name)
        if size is None:
            memory.forget(key)
        else:
            memory.put(key, waiting(size))
        for each in "ab":
            kept = [memory.of(Key(each, other)).pending for other in "123"]
            assert sum(pending.size for pending in kept if pending is not None) <= MOST_WAITING_IN_NAMESPACE
