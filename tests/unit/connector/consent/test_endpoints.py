"""The endpoints at which a consent begins, where the metadata of the server name them."""

import pytest

from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.consent.request import Endpoints
from oauth_connector.oauth.metadata import ServerMetadata
from tests.support.builders import a_spec

ISSUER, ALIAS = "https://login.example.com", "https://mtls.example.com"
FOUND = ServerMetadata(
    ISSUER,
    f"{ISSUER}/token",
    f"{ISSUER}/authorize",
    device_authorization_endpoint=f"{ISSUER}/device",
    mtls_device_authorization_endpoint=f"{ALIAS}/device",
    pushed_request_endpoint=f"{ISSUER}/par",
    mtls_pushed_request_endpoint=f"{ALIAS}/par",
)
CERTIFICATE, ALONE = {"id": "robot", "tlsSecretRef": {"name": "robot"}}, {"id": "robot", "authentication": "None"}


@pytest.mark.parametrize(
    ("grant_type", "client", "begins", "pushed"),
    [
        ("DeviceCode", CERTIFICATE, f"{ALIAS}/device", None),
        ("DeviceCode", ALONE, f"{ISSUER}/device", None),
        ("AuthorizationCode", CERTIFICATE, f"{ISSUER}/authorize", f"{ALIAS}/par"),
        ("AuthorizationCode", ALONE, f"{ISSUER}/authorize", f"{ISSUER}/par"),
    ],
)
def test_a_client_with_a_certificate_begins_at_the_alias(
    grant_type: str, client: dict[str, object], begins: str, pushed: str | None
) -> None:
    """The browser opens the authorization endpoint, which has none; the client requests the others (RFC 8705 §5)."""
    described = a_spec(grantType=grant_type, provider={"issuer": ISSUER}, client=client)
    spec = OAuthConnectorSpec.model_validate(described, by_alias=True, by_name=False)
    endpoints = Endpoints.of(spec, FOUND)
    assert endpoints is not None
    assert (endpoints.authorization, endpoints.push) == (begins, pushed)
