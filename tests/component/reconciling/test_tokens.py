"""A connector gets a token in a Secret, and the operator keeps the token valid."""

import base64

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy
from tests.support.flux_checker import flux_problems
from tests.support.gitops_judge import judge


@pytest.mark.usefixtures("gitops_judge")
async def test_a_connector_gets_a_token_in_a_secret(namespace: Namespace, scene: ConnectorScene) -> None:
    """Client credentials: within seconds the Secret has a token that the server accepts, and status reports it."""
    await scene.connect()
    values = await namespace.values("crm-token") or {}
    assert scene.server.is_live(SecretStr(values["access_token"]))
    assert values["authorization"] == f"Bearer {values['access_token']}"
    assert values.keys() == {"access_token", "token_type", "expires_at", "authorization", "scope"}
    connector = await namespace.get("oauthconnectors", "crm") or {}
    assert connector["status"]["secretRef"] == {"name": "crm-token"}
    (verdict,) = judge(connector)
    assert (verdict.kstatus, verdict.argo) == ("Current", "Healthy")
    assert flux_problems(connector["status"], connector["metadata"]["generation"]) == []
    assert scene.token_requests == 1


async def test_the_password_grant_gets_a_token(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """User name and password yield a token; the password is stored nowhere else."""
    scene = enter(namespace, canaille, canaille_proxy)
    user = canaille.enroll("c4n4ry-password")
    await start_operator(scene.port)
    await scene.add_client_secret()
    await namespace.add_secret("ann", password="c4n4ry-password")
    password = {"username": user.username, "passwordSecretRef": {"name": "ann"}}
    await scene.connect(grantType="Password", password=password, scope="profile")
    assert canaille.is_live(SecretStr(await namespace.token("crm-token") or ""))
    for plural in ("oauthconnectors", "secrets"):
        kept = [item for item in await namespace.items(plural) if item["metadata"]["name"] not in ("ann", "robot")]
        assert "c4n4ry" not in str(kept)
        assert base64.b64encode(b"c4n4ry-password").decode() not in str(kept)


@pytest.mark.parametrize("trust", ["caBundle", "caBundleRef", "trustBundle"])
async def test_an_issuer_behind_a_private_authority_is_discovered(
    namespace: Namespace, oidc_provider_tls: AuthorizationServer, start_operator: StartOperator, trust: str
) -> None:
    """If connector or operator trusts the authority, the spec needs only the issuer."""
    server = oidc_provider_tls
    assert server.ca is not None
    client = server.register(secret="c4n4ry-client-secret")
    settings = {"trustBundle": str(server.ca)} if trust == "trustBundle" else {}
    await start_operator(server.port, **settings)
    await namespace.add_secret("robot", client_secret="c4n4ry-client-secret")
    await namespace.add_config_map("authority", {"ca.crt": server.ca.read_text()})
    trusting: dict[str, dict[str, object]] = {
        "caBundle": {"caBundle": base64.b64encode(server.ca.read_bytes()).decode()},
        "caBundleRef": {"caBundleRef": {"name": "authority"}},
        "trustBundle": {},
    }
    spec = {
        "grantType": "ClientCredentials",
        "provider": {"issuer": server.issuer, **trusting[trust]},
        "client": {"id": client.id, "secretRef": {"name": "robot"}},
        "resources": ["urn:test:api"],
        "scopes": ["read"],
    }
    await namespace.add_connector("crm", spec)
    await namespace.wait_for_conditions("crm", Ready="TokenIssued")
    assert server.is_live(SecretStr(await namespace.token("crm-token") or ""))


async def test_an_untrusted_private_authority_is_reported(
    namespace: Namespace, oidc_provider_tls: AuthorizationServer, start_operator: StartOperator
) -> None:
    """Without the CA certificate no request is sent, and the message says what to configure."""
    await start_operator(oidc_provider_tls.port)
    await namespace.add_secret("robot", client_secret="c4n4ry-client-secret")
    spec = {
        "grantType": "ClientCredentials",
        "provider": {"tokenURL": oidc_provider_tls.token_url},
        "client": {"id": "any", "secretRef": {"name": "robot"}},
    }
    await namespace.add_connector("crm", spec)
    await namespace.wait_for_conditions("crm", not_Ready="CertificateUntrusted", Stalled="CertificateUntrusted")


async def test_tokens_are_refreshed_ahead_of_expiry_many_times_in_a_row(
    namespace: Namespace,
    canaille: AuthorizationServer,
    oidc_provider: AuthorizationServer,
    canaille_proxy: FaultyProxy,
    oidc_provider_proxy: FaultyProxy,
    start_operator: StartOperator,
) -> None:
    """Tokens of half a minute from two servers: the Secret has a valid token at every moment."""
    scenes = [
        enter(namespace, canaille, canaille_proxy, lifetime=30),
        enter(namespace, oidc_provider, oidc_provider_proxy, lifetime=30),
    ]
    await start_operator(*(scene.port for scene in scenes))
    for number, scene in enumerate(scenes):
        await namespace.add_secret(f"robot-{number}", client_secret="c4n4ry-client-secret")
        client = {"id": scene.client.id, "secretRef": {"name": f"robot-{number}"}}
        extra = {"resources": ["urn:test:api"]} if scene.server is oidc_provider else {}
        await scene.connect(f"crm-{number}", client=client, **extra)
    seen: list[set[str]] = [set(), set()]

    async def refreshed_often() -> bool:
        for number, scene in enumerate(scenes):
            token = await namespace.token(f"crm-{number}-token") or ""
            if token not in seen[number]:
                assert scene.server.is_live(SecretStr(token))
                seen[number].add(token)
            values = await namespace.conditions(f"crm-{number}")
            assert values == {"Ready": "TokenIssued", "RefreshLate": "RefreshLate"}
        return all(len(tokens) >= 5 for tokens in seen)

    await until(refreshed_often, within=150)
    for scene in scenes:
        assert all(10 <= gap <= 30 for gap in scene.proxy.gaps())
    events = await namespace.items("events", "events.k8s.io")
    assert events == [], "nothing happened that would be news"


async def test_a_refresh_can_be_requested(namespace: Namespace, scene: ConnectorScene) -> None:
    """Each new value of the annotation causes one token request, and status repeats the value."""
    await scene.connect()
    first = await namespace.token("crm-token")
    await namespace.request_refresh("crm", "now, please")

    async def handled() -> bool:
        connector = await namespace.get("oauthconnectors", "crm") or {}
        return bool(connector["status"].get("lastHandledRefresh") == "now, please")

    await until(handled, within=20)
    assert await namespace.token("crm-token") != first
    assert scene.token_requests == 2


async def test_a_restart_sends_no_token_request(namespace: Namespace, scene: ConnectorScene) -> None:
    """After a restart valid tokens are neither requested nor written again until the next planned refresh."""
    await scene.connect()
    before = [await namespace.get("secrets", "crm-token"), await namespace.get("oauthconnectors", "crm")]
    assert await scene.operator.stop() == 0
    await scene.operator.start()
    await namespace.add_connector("second", scene.spec())
    await namespace.wait_for_conditions("second", Ready="TokenIssued")
    assert [await namespace.get("secrets", "crm-token"), await namespace.get("oauthconnectors", "crm")] == before
    assert scene.token_requests == 2, "one for each connector"


async def test_sigterm_completes_requests_in_flight(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A token whose response arrives after SIGTERM is written, with its status; then the process exits."""
    from tests.support.faults import Delay, Pass  # noqa: PLC0415  # this story's own

    scene = enter(namespace, canaille, canaille_proxy)
    canaille_proxy.script(Delay(2.0, Pass()))
    operator = await start_operator(scene.port)
    await scene.add_client_secret()
    await namespace.add_connector("crm", scene.spec())
    await canaille_proxy.token_calls_reach(1)
    assert await operator.stop() == 0
    assert await namespace.token("crm-token")
    assert await namespace.conditions("crm") == {"Ready": "TokenIssued"}


async def test_health_readiness_and_metrics_are_served(namespace: Namespace, scene: ConnectorScene) -> None:
    """The endpoints for the kubelet and Prometheus respond, with metrics of the connector."""
    await scene.connect()
    assert (await scene.operator.page("/healthz"))[0] == 200
    assert (await scene.operator.page("/readyz"))[0] == 200
    metrics = (await scene.operator.page("/metrics"))[1]
    assert f'oauth_connector_ready{{name="crm",namespace="{namespace.name}"}} 1.0' in metrics
    labels = 'grant_type="ClientCredentials",host="127.0.0.1",result="success"'
    assert f"oauth_connector_token_requests_total{{{labels}}} 1.0" in metrics
    assert "c4n4ry" not in metrics
