"""Clients with a certificate (RFC 8705) at a front of OpenSSL, by the operator's own token client and connections."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devtools.cluster.pki import Authority
from oauth_connector.api.reasons import Reason
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.provider_client import HTTPProviderClient
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.openssl_front import OpenSSLFront, openssl_front
from tests.support.polling import eventually

REFUSED = {Reason.TLS_FAILED, Reason.PROVIDER_UNREACHABLE}
"""TLS 1.3 refuses a certificate after the handshake: the client may see a lost connection only."""


class Robot:
    """A client of the front, and the cluster with its Secrets."""

    def __init__(self, front: OpenSSLFront, authority: Authority, provider: HTTPProviderClient) -> None:
        self.front, self.authority = front, authority
        self.cluster = FakeCluster()
        self.cluster.config_maps["shop", "ca"] = {"ca.crt": authority.certificate.read_text()}
        self.client = TokenClient(self.cluster, provider, time.time)

    def store_certificate(self, user: str, authority: Authority | None = None) -> None:
        """Store a new certificate and its key, as cert-manager does when it renews one."""
        certificate, key = (authority or self.authority).client(user)
        data = {"tls.crt": certificate.read_bytes(), "tls.key": key.read_bytes()}
        self.cluster.add_credential("shop", "certificate", **data)

    async def request(self, *, with_certificate: bool = True) -> TokenObtained | RequestFailed:
        """Request a token; without a certificate as a public client."""
        presented = {"tlsSecretRef": {"name": "certificate"}} if with_certificate else {"authentication": "None"}
        provider = {"tokenURL": self.front.token_url, "caBundleRef": {"name": "ca"}}
        grant = {"grantType": "RefreshToken", "refreshToken": {"secretRef": {"name": "seed", "key": "token"}}}
        self.cluster.add_credential("shop", "seed", token=b"r1")
        spec = a_spec(provider=provider, client={"id": "robot", **presented}, scopes=None, **grant)
        prepared = await self.client.prepare_request(a_connector(spec))
        return prepared if isinstance(prepared, RequestFailed) else await self.client.present_own(prepared)


@pytest.fixture(params=["-tls1_2", "-tls1_3"])
async def robot(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Robot]:
    """Return a client that may connect to loopback, at a front with this version of TLS."""
    authority = Authority(tmp_path, "test authority")
    loopback = AllowedDestination(cidr="127.0.0.0/8", ports=tuple(range(1024, 65536)))
    async with (
        openssl_front(tmp_path, authority, str(request.param)) as front,
        HTTPProviderClient(Egress([loopback])) as provider,
    ):
        yield Robot(front, authority, provider)


async def test_openssl_accepts_the_certificate(robot: Robot) -> None:
    """It verifies chain and possession of the key; the form has the identifier and no secret."""
    robot.store_certificate("robot")
    assert isinstance(await robot.request(), TokenObtained)
    assert robot.front.read_subjects() == ["CN = robot"]
    (body,) = robot.front.requests
    assert b"client_id=robot" in body
    assert b"secret" not in body


async def test_openssl_refuses_a_client_without_a_certificate(robot: Robot) -> None:
    """Nothing of the request passes the front."""
    failed = await robot.request(with_certificate=False)
    assert isinstance(failed, RequestFailed)
    assert failed.problem.reason in REFUSED
    await eventually(lambda: robot.front.read_refusals() == ["peer did not return a certificate"])
    assert robot.front.requests == []


async def test_openssl_refuses_a_certificate_of_another_authority(robot: Robot, tmp_path: Path) -> None:
    """The name in it is the right one, and the authority that signed it is not trusted."""
    (tmp_path / "other").mkdir()
    robot.store_certificate("robot", Authority(tmp_path / "other", "another authority"))
    failed = await robot.request()
    assert isinstance(failed, RequestFailed)
    assert failed.problem.reason in REFUSED
    await eventually(lambda: robot.front.read_refusals() == ["unable to get local issuer certificate"])
    assert robot.front.requests == []


async def test_a_renewed_certificate_is_the_next_one_that_openssl_sees(robot: Robot) -> None:
    """Each connection presents the certificate that the Secret has then, and resumes no session of an earlier one."""
    for user in ("robot", "robot-renewed", "robot-renewed-again"):
        robot.store_certificate(user)
        assert isinstance(await robot.request(), TokenObtained)
    assert robot.front.read_subjects() == ["CN = robot", "CN = robot-renewed", "CN = robot-renewed-again"]
