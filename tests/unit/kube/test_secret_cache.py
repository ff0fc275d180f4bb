"""The cache of metadata of Secrets: the newest version counts, in any order of events."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.kube.object_cache import TOMBSTONES
from oauth_connector.kube.secret_cache import SecretCache
from tests.support.secret_manifests import secret_manifest


def a_secret(version: int = 10, name: str = "crm-token", connector_uid: str = "uid-of-crm") -> SecretMetadata:
    """Return the Secret `shop/<name>` at a version."""
    return replace(secret_metadata(secret_manifest(name, version)), connector_uid=connector_uid)


def test_a_newer_version_replaces_an_older() -> None:
    """`put` returns that it did."""
    cache = SecretCache()
    assert cache.put(a_secret(9))
    assert cache.put(a_secret(10))  # as text, 9 would be the greater
    assert cache.get(Key("shop", "crm-token")) == a_secret(10)
    assert len(cache) == 1


def test_an_older_or_equal_version_is_dropped() -> None:
    """The event of a write of the operator changes nothing, and neither do earlier events."""
    cache = SecretCache()
    cache.put(a_secret(10))
    assert not cache.put(a_secret(10))
    assert not cache.put(a_secret(9))
    assert cache.get(Key("shop", "crm-token")) == a_secret(10)


def test_a_late_event_does_not_restore_a_removed_secret() -> None:
    """The event of a change before the deletion arrives after it."""
    cache = SecretCache()
    cache.put(a_secret(10))
    assert cache.remove(a_secret(12))
    assert not cache.put(a_secret(11))
    assert cache.get(Key("shop", "crm-token")) is None


def test_a_secret_that_was_removed_before_it_was_known_stays_out() -> None:
    """The response to a POST may arrive after the watch has reported the deletion."""
    cache = SecretCache()
    assert not cache.remove(a_secret(12))
    assert not cache.put(a_secret(11))


def test_an_older_removal_does_not_remove_a_newer_version() -> None:
    """The label was removed, and the operator set it again before the watch reported the removal."""
    cache = SecretCache()
    cache.put(a_secret(20))
    assert not cache.remove(a_secret(15))
    assert cache.get(Key("shop", "crm-token")) == a_secret(20)
    assert cache.put(a_secret(21))


def test_a_secret_may_return_with_a_later_version() -> None:
    """The same object leaves and enters the watch when its label is removed and set."""
    cache = SecretCache()
    cache.put(a_secret(10))
    cache.remove(a_secret(12))
    assert cache.put(a_secret(13))


def test_a_new_object_of_the_same_name_is_another_object() -> None:
    """An object that was created again stays when the deletion of the first is reported."""
    cache = SecretCache()
    first, second = a_secret(10), replace(a_secret(15), uid="another")
    cache.put(first)
    assert cache.put(second)
    assert not cache.remove(replace(first, resource_version="12"))
    assert cache.get(Key("shop", "crm-token")) == second


def test_secrets_are_found_by_their_connectors_uid() -> None:
    """In the order of their names, and only while they name it."""
    cache = SecretCache()
    for name in ("b", "a", "c"):
        cache.put(a_secret(10, name))
    cache.put(a_secret(11, "c", connector_uid="another"))
    cache.remove(a_secret(12, "b"))
    assert [secret.name for secret in cache.of_connector("shop", "uid-of-crm")] == ["a"]
    assert [secret.name for secret in cache.of_connector("shop", "another")] == ["c"]
    assert cache.of_connector("shop", "nobody") == ()


def test_the_cache_may_change_during_an_iteration() -> None:
    """Objects are removed during the iteration."""
    cache = SecretCache()
    for name in ("a", "b", "c"):
        cache.put(a_secret(10, name))
    for secret in cache:
        cache.remove(secret)
    assert len(cache) == 0


def test_the_memory_of_removed_secrets_is_bounded() -> None:
    """A cluster that creates and deletes Secrets for years does not fill the memory."""
    cache = SecretCache()
    for number in range(TOMBSTONES + 10):
        cache.remove(a_secret(number, f"s{number}"))
    assert len(cache._removed) == TOMBSTONES


VERSIONS = st.permutations(range(1, 9))
REMOVALS = st.sets(st.integers(1, 8))


@given(VERSIONS, REMOVALS)
def test_any_order_of_events_ends_in_the_newest(versions: list[int], removals: set[int]) -> None:
    """Eight versions of one Secret, some of them removals, have the same result in any order."""
    cache = SecretCache()
    for version in versions:
        act = cache.remove if version in removals else cache.put
        act(a_secret(version))
    left = cache.get(Key("shop", "crm-token"))
    assert left == (None if 8 in removals else a_secret(8))
    assert [s.name for s in cache.of_connector("shop", "uid-of-crm")] == ([] if left is None else [left.name])


def test_a_secret_of_another_namespace_belongs_to_no_connector_here() -> None:
    """A user with access to another namespace could name the connector there."""
    cache = SecretCache()
    cache.put(replace(a_secret(10), namespace="elsewhere"))
    assert cache.of_connector("shop", "uid-of-crm") == ()
