"""The token hosts that are labels: specs and metadata name any number of hosts, of any length."""

from oauth_connector.telemetry.host_labels import IN_ALL, LONGEST, OTHER, PER_NAMESPACE, HostLabels


def choose_many(labels: HostLabels, namespace: str, count: int) -> list[str]:
    """Return the labels of so many hosts of a namespace that no other has."""
    return [labels.choose(namespace, f"h{number}.{namespace}.example") for number in range(count)]


def test_one_namespace_does_not_use_up_the_labels_of_others() -> None:
    """A namespace has ten; the hosts of the next one are shown."""
    labels = HostLabels()
    chosen = choose_many(labels, "mallory", PER_NAMESPACE + 50)
    assert chosen[PER_NAMESPACE:] == [OTHER] * 50
    assert OTHER not in chosen[:PER_NAMESPACE]
    assert labels.choose("alice", "idp.example.com") == "idp.example.com"


def test_there_are_no_more_than_two_hundred_in_all() -> None:
    """Many namespaces together are bounded too."""
    labels = HostLabels()
    chosen = {label for number in range(100) for label in choose_many(labels, f"n{number}", PER_NAMESPACE)}
    assert len(chosen) == IN_ALL + 1
    assert OTHER in chosen


def test_a_host_that_is_shown_stays_shown_for_all() -> None:
    """A namespace that has used up its labels still counts at the hosts of others."""
    labels = HostLabels()
    labels.choose("alice", "idp.example.com")
    choose_many(labels, "mallory", PER_NAMESPACE)
    assert labels.choose("mallory", "idp.example.com") == "idp.example.com"
    assert labels.choose("mallory", "h0.mallory.example") == "h0.mallory.example"


def test_a_name_that_is_longer_than_a_host_name_is_no_label() -> None:
    """A URL of 900 KB in the metadata of an issuer does not get into each scrape."""
    labels = HostLabels()
    longest = "a" * LONGEST
    assert labels.choose("n", longest) == longest
    assert labels.choose("n", f"{longest}a") == OTHER
