"""Healing takes a Secret back whole, whoever wrote it."""

from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.rendering import render
from oauth_connector.controller.ports import SecretWritten
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kube.connector_cache import ConnectorCache, parse_connector
from oauth_connector.kube.secret_cache import SecretCache
from oauth_connector.kube.secret_manifests import build_secret
from tests.support.builders import a_spec, a_token
from tests.support.cluster import Namespace


async def test_a_restored_secret_is_ours_again_after_one_write(admin: KubeAPI, namespace: Namespace) -> None:
    """A backup tool has written all of it, with the values that we write again."""
    connector = parse_connector(await namespace.add_connector("crm", a_spec()))
    assert isinstance(connector, Connector)
    cluster = KubeCluster(admin, ConnectorCache(lambda _key: None), SecretCache())
    rendered = render(a_token(connector), connector)
    await admin.create(
        f"/api/v1/namespaces/{namespace.name}/secrets", build_secret(namespace.name, rendered), "a-backup-tool"
    )
    live = await cluster.read_secret(namespace.name, rendered.name)
    assert live is not None
    assert not live.metadata.intact
    result = await cluster.update_secret(live, rendered)
    assert isinstance(result, SecretWritten)
    assert result.metadata.intact
