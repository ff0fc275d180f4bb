"""An upgrade and a rollback with live connectors, between two releases whose preset has another URL."""

import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.support.cluster import Namespace, until
from tests.support.control_plane import CANARY
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import GrantConnector, GrantConnectorFactory
from tests.support.operator_process import FAILURE, StandaloneOperator

PROVIDER = {"preset": "Keycloak", "parameters": {"server": "sso.example.com", "realm": "main"}}
TOKEN_URL = 'token_url="https://${server}/realms/${realm}/protocol/openid-connect/token"'
ISSUER = 'issuer="https://${server}/realms/${realm}",'


@dataclass(frozen=True, slots=True)
class Releases:
    """Two releases of the operator; only the token endpoint of one preset differs."""

    older: StandaloneOperator
    newer: StandaloneOperator


def a_release(folder: Path, token_url: str) -> Path:
    """Copy the package, with another token endpoint in a preset, and return the folder."""
    shutil.copytree(StandaloneOperator.source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    preset = folder / "oauth_connector" / "providers" / "keycloak.py"
    text = preset.read_text()
    assert (TOKEN_URL in text, ISSUER in text) == (True, True)
    preset.write_text(text.replace(TOKEN_URL, f'token_url="{token_url}"').replace(ISSUER, ""))
    return folder


@pytest.fixture
async def releases(
    tmp_path: Path, service_account: Path, oidc_provider: AuthorizationServer, oidc_provider_proxy: FaultyProxy
) -> AsyncIterator[Releases]:
    """Return both releases, which do not run yet: one sends tokens to an address, the other to a name."""
    url = oidc_provider_proxy.through(oidc_provider.token_url)
    port = int(oidc_provider_proxy.origin.rsplit(":", 1)[1])
    running = []
    for name, endpoint in (("older", url), ("newer", url.replace("127.0.0.1", "localhost"))):
        (tmp_path / name).mkdir()
        operator = StandaloneOperator(tmp_path / name, service_account, [port])
        operator.source = a_release(tmp_path / name / "source", endpoint)
        running.append(operator)
    yield Releases(*running)
    for operator in running:
        await operator.stop()
        assert CANARY not in operator.read_log(), "a secret was logged"
        assert FAILURE not in operator.read_log(), operator.read_log()


async def is_reconciled(namespace: Namespace, names: Sequence[str], generation: int) -> bool:
    """Return whether connectors have a token and a status for this generation of their spec."""
    found = [await namespace.get("oauthconnectors", name) or {} for name in names]
    return all(
        each["status"].get("observedGeneration") == generation
        and {"Ready": "True"}.items() <= {c["type"]: c["status"] for c in each["status"]["conditions"]}.items()
        for each in found
    )


async def replace_release(
    old: StandaloneOperator, new: StandaloneOperator, namespace: Namespace, generation: int
) -> None:
    """Stop a release, start another one, and wait until it has reconciled a change of both connectors."""
    await old.stop()
    await new.start()
    for name in ("crm", "erp"):
        labels = {"example.com/release": str(generation)}
        await namespace.edit("oauthconnectors", name, {"spec": {"output": {"labels": labels}}})
    await until(lambda: is_reconciled(namespace, ("crm", "erp"), generation), within=60)


async def test_an_upgrade_and_a_rollback_make_no_token_request(
    releases: Releases, namespace: Namespace, oidc_provider: AuthorizationServer, oidc_provider_proxy: FaultyProxy
) -> None:
    """Neither release requests a token for valid ones; each refreshes the rotating grant at its own token endpoint."""
    await releases.older.start()
    factory = GrantConnectorFactory(namespace, oidc_provider, oidc_provider_proxy.through)
    grant = await factory.create_with_refresh_token("crm", provider=PROVIDER)
    client = {"id": grant.client.id, "secretRef": {"name": "crm-client"}}
    await namespace.add_connector("erp", {"grantType": "ClientCredentials", "provider": PROVIDER, "client": client})
    for name in ("crm", "erp"):
        await namespace.wait_for_conditions(name, Ready="TokenIssued")
    await make_no_request(releases.older, releases.newer, grant, oidc_provider_proxy, 2)
    await grant.refresh("by the newer release")
    await make_no_request(releases.newer, releases.older, grant, oidc_provider_proxy, 3)
    await grant.refresh("by the older release")
    assert grant.presented == [1, 2, 3]
    grant.assert_no_stale_use()


async def make_no_request(
    old: StandaloneOperator, new: StandaloneOperator, grant: GrantConnector, proxy: FaultyProxy, generation: int
) -> None:
    """Replace a release, and assert that no token request was sent."""
    before = len(proxy.token_calls)
    await replace_release(old, new, grant.namespace, generation)
    assert len(proxy.token_calls) == before
