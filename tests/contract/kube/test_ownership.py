"""A repair regains all fields of a Secret, whichever manager wrote them."""

from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.rendering import render
from oauth_connector.controller.ports import SecretWritten
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kube.connector_cache import parse_connector
from oauth_connector.kube.secret_manifests import build_secret
from tests.support.builders import a_spec, a_token
from tests.support.cluster import Namespace


async def test_one_write_repairs_the_ownership_of_a_restored_secret(admin: KubeAPI, namespace: Namespace) -> None:
    """A backup tool has written all fields, with the values that the operator writes again."""
    connector = parse_connector(await namespace.add_connector("crm", a_spec()))
    assert isinstance(connector, Connector)
    cluster = KubeCluster(admin, Caches.build())
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
