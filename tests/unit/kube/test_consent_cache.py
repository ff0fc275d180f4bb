"""The cache of consents."""

from typing import Any

from oauth_connector.connector.observation import Key
from oauth_connector.kube.consent_cache import ConsentCache, parse_consent


def a_manifest(version: str = "5", **status: Any) -> dict[str, Any]:
    """Return an OAuthConsent as the API server does."""
    return {
        "metadata": {
            "namespace": "shop",
            "name": "one",
            "uid": "u",
            "resourceVersion": version,
            "generation": 1,
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {
            "connectorName": "crm",
            "requestedBy": "alice",
            "ticketHash": "sha256:" + "0" * 64,
            "redirect": "Hosted",
            "fromANewerRelease": True,
        },
        "status": status,
    }


def a_ready_condition(reason: str) -> dict[str, Any]:
    """Return the condition of a consent that failed."""
    return {
        "type": "Ready",
        "status": "False",
        "reason": reason,
        "message": "",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }


def test_unknown_fields_of_a_newer_release_are_ignored() -> None:
    """After a rollback, consents are still concluded and deleted."""
    consent = parse_consent(
        a_manifest(conditions=[a_ready_condition("SomethingNew")], account="alice@example.com", somethingNew={})
    )
    assert consent is not None
    assert (consent.reason, consent.status.account) == (None, "alice@example.com")


def test_an_invalid_consent_is_not_cached() -> None:
    """Another client has written an invalid request."""
    assert parse_consent(a_manifest(request={"clientID": 7})) is None


def test_consents_are_found_by_their_connector_until_they_are_deleted() -> None:
    """An older version is ignored."""
    changed: list[Key] = []
    cache = ConsentCache(changed.append)
    cache.update(a_manifest())
    cache.update(a_manifest(version="4", account="old"))
    [consent] = cache.list_pending(Key("shop", "crm"))
    assert consent.status.account is None
    cache.remove_manifest(a_manifest(version="6"))
    assert cache.list_pending(Key("shop", "crm")) == ()
    assert changed == [Key("shop", "crm"), Key("shop", "crm")]


def test_concluded_consents_are_kept_apart_from_pending_ones_oldest_first() -> None:
    """Thousands of concluded ones delay no pending one, and the oldest has the next deletion time."""
    cache = ConsentCache(lambda _connector: None)
    for number in (3, 1, 2):
        manifest = a_manifest(str(number), conditions=[a_ready_condition("Expired")])
        manifest["metadata"] |= {"name": f"c{number}", "uid": f"u{number}"}
        manifest["metadata"]["creationTimestamp"] = f"2026-01-01T00:00:0{number}Z"
        cache.update(manifest)
    cache.update(a_manifest("9"))
    assert [consent.key.name for consent in cache.list_pending(Key("shop", "crm"))] == ["one"]
    assert [consent.key.name for consent in cache.list_concluded(Key("shop", "crm"), 2)] == ["c1", "c2"]
    cache.update(a_manifest("10", conditions=[a_ready_condition("Expired")]))
    assert cache.list_pending(Key("shop", "crm")) == ()
    assert [consent.key.name for consent in cache.list_concluded(Key("shop", "crm"), 9)] == ["one", "c1", "c2", "c3"]
