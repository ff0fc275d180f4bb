"""What is kept of OAuthConsents between two looks."""

from typing import Any

import pytest

from oauth_connector.kube.consent_cache import parse_consent

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


def a_manifest(status: str, reason: str) -> dict[str, Any]:
    """Give a consent that was answered, as the API server gives it."""
    condition = {
        "type": "Ready",
        "status": status,
        "reason": reason,
        "message": "m",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-11-27T12:00:00Z",
    }
    return {
        "metadata": {
            "namespace": "shop",
            "name": "crm-1",
            "uid": "u",
            "resourceVersion": "7",
            "creationTimestamp": "2026-11-27T12:00:00Z",
        },
        "spec": {
            "connectorName": "crm",
            "requestedBy": "alice",
            "ticketHash": f"sha256:{'0a' * 32}",
            "redirect": "Hosted",
        },
        "status": {"conditions": [condition], "request": REQUEST, "response": "a.b.c.d.e"},
    }


@pytest.mark.parametrize(("status", "reason"), [("True", "Authorized"), ("False", "Expired")])
def test_of_a_consent_that_has_ended_little_is_kept(status: str, reason: str) -> None:
    """It stays for an hour, and thousands of them with full answers would fill the process."""
    consent = parse_consent(a_manifest(status, reason))
    assert consent is not None
    assert consent.is_final
    assert (consent.status.request, consent.status.response) == (None, None)


def test_of_a_consent_that_is_under_way_all_is_kept() -> None:
    """It is judged by it, and written back with it."""
    consent = parse_consent(a_manifest("Unknown", "AwaitingConfirmation"))
    assert consent is not None
    assert consent.status.request is not None
    assert consent.status.response == "a.b.c.d.e"
