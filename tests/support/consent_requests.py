"""The request of an operator in a consent, for tests of plugin and consent server."""

from datetime import UTC, datetime
from typing import Any

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest

LOOPBACK_URI = "http://127.0.0.1:8765/oauth/callback/shop/crm"


def a_consent_request(**changes: Any) -> ConsentRequest:
    """Return the request of a consent to the connector `shop/crm`, on loopback."""
    request = {
        "connector_uid": "uid-of-crm",
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_host": "login.example.com",
        "client_id": "crm",
        "redirect_uri": LOOPBACK_URI,
        "secret_name": "crm-token",
        "confirmation_required": True,
        "encryption_key": "{}",
        "digest": "v1:digest",
        "expiration_time": datetime(2027, 1, 15, tzinfo=UTC),
    }
    return ConsentRequest.model_validate({**request, **changes})
