"""Consents as they are read and kept."""

from typing import Any

import pytest

from oauth_connector.connector.observation import Key
from oauth_connector.kube.consents import ConsentCache, read

REQUEST = {
    "connectorUID": "0b0e0c0f-0000-4000-8000-000000000001",
    "authorizationEndpoint": "https://accounts.example.com/authorize",
    "tokenHost": "accounts.example.com",
    "clientID": "robot",
    "redirectURI": "https://connect.example.com/oauth/callback/shop/crm",
    "secretName": "crm-token",
    "confirmationRequired": True,
    "encryptionKey": '{"kty":"OKP","crv":"X25519","x":"AA"}',
    "digest": "v1:0123",
    "expirationTime": "2026-11-27T12:15:00Z",
}


def an_answered(status: str, reason: str) -> dict[str, Any]:
    """Give one that was answered, and how far it is since."""
    ready = {
        "type": "Ready",
        "status": status,
        "reason": reason,
        "message": "",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    return a_manifest(conditions=[ready], request=REQUEST, response="a.b.c.d.e")


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
    consent = read(a_manifest(conditions=[ready], account="alice@example.com", somethingNew={}))
    assert consent is not None
    assert (consent.reason, consent.status.account) == (None, "alice@example.com")


def test_what_makes_no_sense_is_not_kept() -> None:
    """A request that is none is somebody's edit."""
    assert read(a_manifest(request={"clientID": 7})) is None


def test_consents_are_found_by_their_connector_until_they_are_gone() -> None:
    """Older news of one is no news."""
    told: list[Key] = []
    cache = ConsentCache(told.append)
    cache.see(a_manifest())
    cache.see(a_manifest(version="4", account="old"))
    [consent] = cache.of(Key("shop", "crm"))
    assert consent.status.account is None
    cache.gone(Key("shop", "one"))
    assert cache.of(Key("shop", "crm")) == ()
    assert told == [Key("shop", "crm"), Key("shop", "crm")]


@pytest.mark.parametrize(("status", "reason"), [("True", "Connected"), ("False", "Expired")])
def test_of_a_consent_that_has_ended_little_is_kept(status: str, reason: str) -> None:
    """It stays for an hour, and thousands of them with full answers would fill the process."""
    consent = read(an_answered(status, reason))
    assert consent is not None
    assert consent.concluded
    assert (consent.status.request, consent.status.response) == (None, None)


def test_of_a_consent_that_is_under_way_all_is_kept() -> None:
    """It is judged by it, and written back with it."""
    consent = read(an_answered("Unknown", "AwaitingConfirmation"))
    assert consent is not None
    assert consent.status.request is not None
    assert consent.status.response == "a.b.c.d.e"
