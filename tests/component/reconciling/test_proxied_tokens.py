"""The operator behind an egress proxy, with a real authorization server, a real proxy and a real API server."""

from pathlib import Path

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import TLS
from tests.support.checked_provider import encode
from tests.support.cluster import Namespace
from tests.support.control_plane import StartOperator
from tests.support.forward_proxy import forward_proxy, write_credentials
from tests.support.polling import eventually


async def test_a_token_is_obtained_through_the_proxy_once_its_secret_is_right(
    namespace: Namespace, canaille_tls: AuthorizationServer, tls: TLS, start_operator: StartOperator, tmp_path: Path
) -> None:
    """A wrong password of the proxy is the reason of the condition, and a corrected one ends it without a restart."""
    client = canaille_tls.register(secret="c4n4ry-client-secret", lifetime=600)
    port = int(canaille_tls.token_url.split(":")[2].split("/")[0])
    credentials = write_credentials(tmp_path / "credentials", password="wrong")  # it is
    async with forward_proxy(tmp_path) as proxy:
        operator = await start_operator(port, httpsProxy=proxy.url, httpsProxyCredentials=str(credentials))
        await namespace.add_secret("robot", client_secret="c4n4ry-client-secret")  # of the test
        provider = {"tokenURL": canaille_tls.token_url, "caBundle": encode(tls.ca.read_text())}
        head = {"grantType": "ClientCredentials", "provider": provider}
        spec = {**head, "client": {"id": client.id, "secretRef": {"name": "robot"}}}
        await namespace.add_connector("crm", spec)
        away = "ProviderUnreachable"
        await namespace.wait_for_conditions("crm", not_Ready=away, Reconciling=away)
        shown = (await namespace.get("oauthconnectors", "crm") or {})["status"]["conditions"]
        assert any("egress proxy rejects the operator's credentials" in each["message"] for each in shown)
        write_credentials(credentials)
        await namespace.wait_for_conditions("crm", within=60, Ready="TokenIssued")
        await operator.stop()
        await eventually(lambda: proxy.targets)
        assert set(proxy.targets) == {f"127.0.0.1:{port}"}
    assert "c4n4ry" not in operator.read_log() + proxy.log.read_text()
