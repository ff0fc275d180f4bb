"""The parts of OAuthConsents that are cached."""

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
    """Return a consent with a response, as the API server does."""
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
def test_a_concluded_consent_is_cached_without_request_and_response(status: str, reason: str) -> None:
    """It exists for an hour, and thousands of responses would fill the memory of the process."""
    consent = parse_consent(a_manifest(status, reason))
    assert consent is not None
    assert consent.is_final
    assert (consent.status.request, consent.status.response) == (None, None)


def test_a_consent_in_progress_is_cached_whole() -> None:
    """The controller needs all of it, and writes it back."""
    consent = parse_consent(a_manifest("Unknown", "AwaitingConfirmation"))
    assert consent is not None
    assert consent.status.request is not None
    assert consent.status.response == "a.b.c.d.e"
