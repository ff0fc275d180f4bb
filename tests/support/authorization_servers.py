"""Fixtures: the real authorization servers, each started when a test first needs it; import them in a conftest."""

from collections.abc import AsyncIterator, Iterator

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.canaille import Canaille
from devtools.authorization_servers.oidc_provider import OIDCProvider
from devtools.authorization_servers.registrations import TLS
from tests.support.certificates import make_tls
from tests.support.faulty_proxy import FaultyProxy, faulty_proxy


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TLS:
    """Return a certificate for 127.0.0.1 of a private authority."""
    return make_tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def canaille(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthorizationServer]:
    """Return Canaille on plain HTTP."""
    with Canaille(tmp_path_factory.mktemp("canaille")) as server:
        yield server


@pytest.fixture(scope="session")
def canaille_tls(tmp_path_factory: pytest.TempPathFactory, tls: TLS) -> Iterator[AuthorizationServer]:
    """Return Canaille on HTTPS with a private authority."""
    with Canaille(tmp_path_factory.mktemp("canaille-tls"), tls=tls) as server:
        yield server


@pytest.fixture(scope="session")
def oidc_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthorizationServer]:
    """Return oidc-provider on plain HTTP."""
    with OIDCProvider(tmp_path_factory.mktemp("oidc-provider")) as server:
        yield server


@pytest.fixture(scope="session")
def oidc_provider_tls(tmp_path_factory: pytest.TempPathFactory, tls: TLS) -> Iterator[AuthorizationServer]:
    """Return oidc-provider on HTTPS with a private authority."""
    with OIDCProvider(tmp_path_factory.mktemp("oidc-provider-tls"), tls=tls) as server:
        yield server


@pytest.fixture
async def canaille_proxy(canaille: AuthorizationServer) -> AsyncIterator[FaultyProxy]:
    """Return a proxy of the test before Canaille."""
    async with faulty_proxy(canaille.token_url) as proxy:
        yield proxy


@pytest.fixture
async def oidc_provider_proxy(oidc_provider: AuthorizationServer) -> AsyncIterator[FaultyProxy]:
    """Return a proxy of the test before oidc-provider."""
    async with faulty_proxy(oidc_provider.token_url) as proxy:
        yield proxy
