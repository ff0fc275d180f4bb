"""The cache that all kinds share: what a full list does not contain is removed, unless it is newer than the list."""

from dataclasses import dataclass

from oauth_connector.connector.observation import Key
from oauth_connector.kube.object_cache import ObjectCache


@dataclass(frozen=True)
class Thing:
    """An object with a version and a group."""

    name: str
    resource_version: str
    uid: str = "u"
    group: str | None = None


def a_cache(*things: Thing) -> ObjectCache[Thing]:
    """Return a cache of these."""
    cache: ObjectCache[Thing] = ObjectCache(lambda thing: Key("n", thing.name), lambda thing: thing.group)
    for thing in things:
        assert cache.put(thing)
    return cache


def test_a_full_list_removes_what_it_does_not_contain() -> None:
    """An object that was created after the list stays."""
    listed, deleted, newer = Thing("a", "5", "ua"), Thing("b", "6", "ub"), Thing("c", "11", "uc")
    cache = a_cache(listed, deleted, newer)
    assert cache.retain_listed({"ua"}, 10) == [deleted]
    assert list(cache) == [listed, newer]


def test_an_object_that_was_replaced_is_removed_by_its_uid() -> None:
    """The list contains another object with the same name."""
    cache = a_cache(Thing("a", "5", "old"))
    cache.retain_listed({"new"}, 10)
    assert cache.put(Thing("a", "9", "new"))


def test_an_object_without_a_group_is_in_none() -> None:
    """An object that changes its group moves."""
    cache = a_cache(Thing("a", "1"), Thing("b", "2", "ub", "g"))
    assert [thing.name for thing in cache.group("g")] == ["b"]
    cache.put(Thing("a", "3", group="g"))
    cache.put(Thing("b", "4", "ub"))
    assert [thing.name for thing in cache.group("g")] == ["a"]
    assert cache.group(None) == ()


def test_a_removal_returns_what_was_removed() -> None:
    """Nothing when a newer version is known."""
    thing = Thing("a", "5")
    cache = a_cache(thing)
    assert cache.remove_version(Key("n", "a"), "u", "4") is None
    assert cache.remove_version(Key("n", "a"), "u", "6") == thing
    assert len(cache) == 0
