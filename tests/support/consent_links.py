"""The authorization request of a connector as the operator writes it, and the link that the user opens."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec, OAuthConsentStatus, Redirect
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.consent.endpoints import Endpoints
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.consent.request import ConsentPolicy, build_consent_request
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.tickets import ticket_hash
from tests.support.builders import NOW, UID, a_connector, a_spec

CONSENT = Consent(
    Key("shop", "crm-1"),
    UID,
    "1",
    1,
    NOW,
    OAuthConsentSpec(
        connector_name="crm", requested_by="ann", ticket_hash=ticket_hash("t" * 43), redirect=Redirect.HOSTED
    ),
    OAuthConsentStatus(),
)


def request_for(provider: Mapping[str, Any], **changes: Any) -> ConsentRequest:
    """Return the authorization request of a connector."""
    return build_request(a_connector(a_spec(grantType="AuthorizationCode", provider=dict(provider), **changes)))


def build_request(connector: Connector) -> ConsentRequest:
    """Return the authorization request of a connector that needs consent."""
    endpoints = Endpoints.of(connector.spec, None)
    assert endpoints is not None
    request = build_consent_request(
        CONSENT, connector, endpoints, ConsentPolicy("https://connect.example.com"), OperatorKeys(b"k" * 32)
    )
    assert request is not None
    return request


def build_link(spec: OAuthConnectorSpec) -> str:
    """Return the link of a connector `shop/crm` with this spec; its state is `a-state`."""
    return build_request(replace(a_connector(), spec=spec)).link("a-state")
