"""The connection of a diagnosis is that of the operator."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.provider_steps import ProviderSteps
from oauth_connector.net.probe import ProbeResult
from oauth_connector.oauth.request_context import TLSOptions
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider
from tests.support.signing_keys import write_certificate, write_pem

KEY = ec.generate_private_key(ec.SECP256R1())
ENDPOINT, ISSUER = "https://login.example.com/token", "https://login.example.com"


@pytest.mark.parametrize(
    ("provider", "url", "shows"),
    [({"tokenURL": ENDPOINT}, ENDPOINT, "a certificate"), ({"issuer": ISSUER}, ISSUER, "")],
)
async def test_the_token_endpoint_is_shown_the_client_certificate(
    provider: dict[str, Any], url: str, shows: str
) -> None:
    """A server that demands one refuses the handshake otherwise; metadata are public and need none."""
    cluster, seen = FakeCluster(), list[tuple[str, TLSOptions]]()
    data = {"tls.crt": write_certificate(KEY).encode(), "tls.key": write_pem(KEY).encode()}
    cluster.add_credential("shop", "certificate", **data)

    async def probe(probed: str, tls: TLSOptions) -> ProbeResult:
        seen.append((probed, tls))
        return ProbeResult("login.example.com", 443)

    client = {"id": "robot", "tlsSecretRef": {"name": "certificate"}}
    steps = ProviderSteps(
        a_connector(a_spec(provider=provider, client=client)), TokenClient(cluster, FakeProvider(), lambda: 0.0), probe
    )
    [step async for step in steps.run()]
    [(probed, tls)] = seen
    assert (probed, tls.identity is not None) == (url, bool(shows))
