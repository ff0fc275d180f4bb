"""The store of Secrets' metadata: the newest version counts, whatever comes in which order."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.kube.object_cache import TOMBSTONES
from oauth_connector.kube.secret_cache import SecretCache
from tests.support.secret_manifests import secret_manifest


def a_secret(version: int = 10, name: str = "crm-token", connector_uid: str = "uid-of-crm") -> SecretMetadata:
    """Give the Secret `shop/<name>` at a version."""
    return replace(secret_metadata(secret_manifest(name, version)), connector_uid=connector_uid)


def test_a_newer_version_replaces_an_older() -> None:
    """And it is told that it did."""
    store = SecretCache()
    assert store.put(a_secret(9))
    assert store.put(a_secret(10))  # as text, 9 would be the greater
    assert store.get(Key("shop", "crm-token")) == a_secret(10)
    assert len(store) == 1


def test_an_older_or_equal_version_is_dropped() -> None:
    """The echo of our own write changes nothing, and neither does what happened before it."""
    store = SecretCache()
    store.put(a_secret(10))
    assert not store.put(a_secret(10))
    assert not store.put(a_secret(9))
    assert store.get(Key("shop", "crm-token")) == a_secret(10)


def test_late_news_does_not_bring_a_removed_secret_back() -> None:
    """A change that was under way while we deleted is over."""
    store = SecretCache()
    store.put(a_secret(10))
    assert store.remove(a_secret(12))
    assert not store.put(a_secret(11))
    assert store.get(Key("shop", "crm-token")) is None


def test_news_of_a_secret_that_was_never_seen_alive_is_kept_out() -> None:
    """The answer to our own POST may come after the watch has told of its deletion."""
    store = SecretCache()
    assert not store.remove(a_secret(12))
    assert not store.put(a_secret(11))


def test_an_older_removal_does_not_take_a_newer_version() -> None:
    """The label was taken off, and we put it on again before the watch told of the first."""
    store = SecretCache()
    store.put(a_secret(20))
    assert not store.remove(a_secret(15))
    assert store.get(Key("shop", "crm-token")) == a_secret(20)
    assert store.put(a_secret(21))


def test_a_secret_may_come_back_with_a_later_version() -> None:
    """The same object leaves and enters the watch with its label."""
    store = SecretCache()
    store.put(a_secret(10))
    store.remove(a_secret(12))
    assert store.put(a_secret(13))


def test_a_namesake_is_another_object() -> None:
    """What was deleted and made again under the same name is taken in, and survives news of the first's end."""
    store = SecretCache()
    first, second = a_secret(10), replace(a_secret(15), uid="another")
    store.put(first)
    assert store.put(second)
    assert not store.remove(replace(first, resource_version="12"))
    assert store.get(Key("shop", "crm-token")) == second


def test_secrets_are_found_by_their_connectors_uid() -> None:
    """In order of their names, and only while they name it."""
    store = SecretCache()
    for name in ("b", "a", "c"):
        store.put(a_secret(10, name))
    store.put(a_secret(11, "c", connector_uid="another"))
    store.remove(a_secret(12, "b"))
    assert [secret.name for secret in store.of_connector("shop", "uid-of-crm")] == ["a"]
    assert [secret.name for secret in store.of_connector("shop", "another")] == ["c"]
    assert store.of_connector("shop", "nobody") == ()


def test_the_store_may_change_while_it_is_walked_through() -> None:
    """A full list drops what it does not hold as it goes."""
    store = SecretCache()
    for name in ("a", "b", "c"):
        store.put(a_secret(10, name))
    for secret in store:
        store.remove(secret)
    assert len(store) == 0


def test_memory_of_what_is_gone_is_bounded() -> None:
    """A cluster that makes and deletes Secrets for years does not fill us up."""
    store = SecretCache()
    for number in range(TOMBSTONES + 10):
        store.remove(a_secret(number, f"s{number}"))
    assert len(store._removed) == TOMBSTONES


NEWS = st.permutations(range(1, 9))
REMOVALS = st.sets(st.integers(1, 8))


@given(NEWS, REMOVALS)
def test_any_order_of_news_ends_in_the_newest(versions: list[int], removals: set[int]) -> None:
    """Eight versions of one Secret, some of them removals, leave the same behind in whatever order they are told."""
    store = SecretCache()
    for version in versions:
        act = store.remove if version in removals else store.put
        act(a_secret(version))
    left = store.get(Key("shop", "crm-token"))
    assert left == (None if 8 in removals else a_secret(8))
    assert [s.name for s in store.of_connector("shop", "uid-of-crm")] == ([] if left is None else [left.name])


def test_a_secret_of_another_namespace_belongs_to_no_connector_here() -> None:
    """Who may write Secrets elsewhere could name our connector in one of them."""
    store = SecretCache()
    store.put(replace(a_secret(10), namespace="elsewhere"))
    assert store.of_connector("shop", "uid-of-crm") == ()
