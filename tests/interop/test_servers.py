"""The servers of these tests: what they promise to the tests and to the demo."""

import os
import ssl
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.canaille import Canaille
from devtools.authorization_servers.launch import Launch
from devtools.authorization_servers.oidc_provider import OIDCProvider
from oauth_connector.oauth.token import Token
from tests.interop.consenting import asking

LAUNCHES = {"canaille": Canaille, "oidc-provider": OIDCProvider}


def logs_of(folder: Path) -> str:
    """Return everything that the servers logged."""
    return "".join(log.read_text() for log in folder.iterdir())


@pytest.mark.parametrize("launch", LAUNCHES.values(), ids=LAUNCHES)
def test_stopped_server_is_gone_and_its_port_free(launch: type[Launch], tmp_path: Path) -> None:
    """Leaving the context ends the process; a server may be started on the same port again."""
    with launch(tmp_path) as first:
        pid, port = first.process.pid, first.port
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with launch(tmp_path, port=port) as second:
        assert second.issuer == first.issuer


@pytest.mark.parametrize("launch", LAUNCHES.values(), ids=LAUNCHES)
def test_no_log_and_no_repr_contains_secrets(launch: type[Launch], tmp_path: Path) -> None:
    """A secret is passed to the server only through its input."""
    with launch(tmp_path) as server:
        client, user = server.register(), server.enroll()
        server.is_live(SecretStr("anything"))
        printed = "".join([repr(server), repr(client), repr(user), logs_of(tmp_path)])
    for secret in (server.client_secret, server.password, client.secret, user.password):
        assert secret.get_secret_value() not in printed


@pytest.mark.parametrize("launch", LAUNCHES.values(), ids=LAUNCHES)
async def test_no_log_contains_codes_tokens_or_passwords(launch: type[Launch], tmp_path: Path) -> None:
    """The logs contain neither the code nor its tokens nor the password that a user typed into a page."""
    with launch(tmp_path) as server:
        ask = asking(server)
        code = await ask.code()
        first = await ask.redeem(code)
        assert isinstance(first, Token)
        second = await ask.successor(first)
        printed = logs_of(tmp_path)
    for secret in (code, first.access_token, first.refresh_token, second.refresh_token, server.password):
        assert secret is not None
        assert secret.get_secret_value() not in printed


@pytest.mark.parametrize("fixture", ["canaille_tls", "oidc_provider_tls"])
async def test_https_is_by_the_private_authority_only(fixture: str, request: pytest.FixtureRequest) -> None:
    """Only a client that trusts the authority can connect to the server."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    async with aiohttp.ClientSession() as session:
        url = f"{server.issuer}/.well-known/openid-configuration"
        async with session.get(url, ssl=ssl.create_default_context(cafile=server.ca)) as answer:
            assert (await answer.json())["token_endpoint"] == server.token_url
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(url)
    assert not server.is_live(SecretStr("anything"))
