"""The metadata of issuers in memory: a tenant's issuer cannot fill it, nor displace the others."""

import sys

from oauth_connector.net.metadata_cache import (
    LARGEST_ENTRY,
    MOST_BYTES,
    MOST_ISSUERS,
    MetadataCache,
    MetadataKey,
)
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.signals import Signal, Symptom


def a_key(number: int) -> MetadataKey:
    """Return the key of an issuer."""
    return MetadataKey(f"https://{number}.example.com", "tls")


def of_size(size: int) -> ServerMetadata:
    """Return metadata with so many bytes of text."""
    return ServerMetadata("i", "t", "a" * size)


class Scene:
    """A cache and its clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.cache = MetadataCache(lambda: self.now)


def test_an_entry_is_fresh_for_its_time_and_known_after_it() -> None:
    """When a request fails later, the last metadata stay in use."""
    scene = Scene()
    scene.cache.put(a_key(1), of_size(10), 60)
    assert scene.cache.get_fresh(a_key(1)) == of_size(10)
    scene.now = 60
    assert scene.cache.get_fresh(a_key(1)) is None
    assert scene.cache.get_last(a_key(1)) == of_size(10)


def test_all_entries_together_are_bounded_in_bytes() -> None:
    """Issuers with long endpoints displace the oldest entries, and the memory does not grow."""
    cache = Scene().cache
    for number in range(200):
        cache.put(a_key(number), of_size(LARGEST_ENTRY - 2000), 60)
    assert MOST_BYTES - LARGEST_ENTRY < cache.size <= MOST_BYTES
    assert cache.get_fresh(a_key(199)) is not None
    assert cache.get_fresh(a_key(0)) is None


def test_a_text_outside_of_ascii_counts_with_its_bytes() -> None:
    """Python stores four bytes for each character of some texts."""
    cache = Scene().cache
    text = "\U0001f511" * 10_000
    cache.put(a_key(1), ServerMetadata("i", text), 60)
    assert cache.size >= sys.getsizeof(text) >= 40_000


def test_an_entry_that_is_too_large_displaces_none() -> None:
    """Its own connector has it fetched again; a stored failure or older metadata of its issuer is gone."""
    cache = Scene().cache
    cache.put(a_key(1), of_size(10), 60)
    cache.put(a_key(2), of_size(10), 60)
    cache.put(a_key(2), of_size(LARGEST_ENTRY), 60)
    assert cache.get_last(a_key(2)) is None
    assert cache.get_fresh(a_key(1)) == of_size(10)


def test_the_number_of_issuers_is_bounded() -> None:
    """Small entries count too."""
    cache = Scene().cache
    for number in range(MOST_ISSUERS + 10):
        cache.put(a_key(number), Signal(Symptom.TIMEOUT), 60)
    assert len(cache) == MOST_ISSUERS


def test_replaced_and_forgotten_entries_count_no_longer() -> None:
    """The size is that of what is stored."""
    cache = Scene().cache
    cache.put(a_key(1), of_size(1000), 60)
    size = cache.size
    cache.put(a_key(1), of_size(1000), 60)
    assert cache.size == size
    cache.put(a_key(2), Signal(Symptom.TIMEOUT), 60)
    cache.forget_failures()
    assert (cache.size, len(cache)) == (size, 1)
