"""Consents as they are read and kept."""

from typing import Any

from oauth_connector.connector.observation import Key
from oauth_connector.kube.consent_cache import ConsentCache, parse_consent


def a_manifest(version: str = "5", **status: Any) -> dict[str, Any]:
    """Give an OAuthConsent as the API server shows it."""
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


def test_what_a_newer_release_wrote_is_read_as_far_as_it_is_known() -> None:
    """After a rollback consents are still concluded and collected."""
    ready = {
        "type": "Ready",
        "status": "False",
        "reason": "SomethingNew",
        "message": "",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    consent = parse_consent(a_manifest(conditions=[ready], account="alice@example.com", somethingNew={}))
    assert consent is not None
    assert (consent.reason, consent.status.account) == (None, "alice@example.com")


def test_what_makes_no_sense_is_not_kept() -> None:
    """A request that is none is somebody's edit."""
    assert parse_consent(a_manifest(request={"clientID": 7})) is None


def test_consents_are_found_by_their_connector_until_they_are_gone() -> None:
    """Older news of one is no news."""
    told: list[Key] = []
    cache = ConsentCache(told.append)
    cache.update(a_manifest())
    cache.update(a_manifest(version="4", account="old"))
    [consent] = cache.group(Key("shop", "crm"))
    assert consent.status.account is None
    cache.remove_manifest(a_manifest(version="6"))
    assert cache.group(Key("shop", "crm")) == ()
    assert told == [Key("shop", "crm"), Key("shop", "crm")]
