"""The endpoints at which a consent begins, where the metadata of the server name them."""

import pytest

from oauth_connector.api.reason_messages import format_reason_message
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.consent.endpoints import Endpoints, find_endpoints
from oauth_connector.connector.status.problem import Problem
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


@pytest.mark.parametrize(
    ("grant_type", "lost", "named_in"),
    [
        ("DeviceCode", "device_authorization_endpoint", "provider.deviceAuthorizationURL"),
        ("AuthorizationCode", "authorization_endpoint", "provider.authorizationURL"),
    ],
)
def test_a_server_without_the_endpoint_is_a_problem_that_names_it(grant_type: str, lost: str, named_in: str) -> None:
    """The message has the member of the metadata, and the field in which a user can name the endpoint."""
    described = a_spec(grantType=grant_type, provider={"issuer": ISSUER}, client=ALONE)
    spec = OAuthConnectorSpec.model_validate(described, by_alias=True, by_name=False)
    assert isinstance(find_endpoints(spec, FOUND), Endpoints)
    problem = find_endpoints(spec, ServerMetadata(ISSUER, f"{ISSUER}/token"))
    assert isinstance(problem, Problem)
    message = format_reason_message(problem.reason, {"grant": grant_type, **problem.facts})
    assert message == (
        f"The metadata of the authorization server contain no `{lost}`, where a consent for grantType {grant_type}"
        f" begins. Set `{named_in}`, or another `grantType`."
    )
