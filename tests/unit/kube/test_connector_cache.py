"""The cache of connectors: those that share an initial refresh token are found by it."""

from typing import Any

from oauth_connector.kube.connector_cache import ConnectorCache
from tests.support.builders import a_spec


def manifest(name: str, version: int, secret: str | None, namespace: str = "shop") -> dict[str, Any]:
    """Return a connector with an initial refresh token in a Secret, or with client credentials."""
    token = {"grantType": "RefreshToken", "refreshToken": {"secretRef": {"name": secret}}} if secret else {}
    metadata = {"namespace": namespace, "name": name, "uid": f"uid-{name}", "resourceVersion": str(version)}
    return {"metadata": {**metadata, "generation": version}, "spec": a_spec(**token)}


def find(cache: ConnectorCache, secret: str = "seed", limit: int = 20) -> list[str]:
    """Return the names of the connectors in `shop` with the default key of a Secret."""
    return [connector.key.name for connector in cache.group(("shop", secret, "refresh-token"), limit)]


def test_connectors_are_found_by_their_initial_refresh_token() -> None:
    """An edit and a deletion change the group; other namespaces and grant types have none of it."""
    cache = ConnectorCache(lambda _key: None)
    for version, name in enumerate(("b", "a", "c"), start=1):
        cache.update(manifest(name, version, "seed"))
    cache.update(manifest("other", 4, None))
    cache.update(manifest("other", 5, "seed", namespace="elsewhere"))
    cache.update({**manifest("invalid", 6, "seed"), "spec": {"grantType": "RefreshToken"}})
    assert find(cache) == ["a", "b", "c"]
    assert find(cache, limit=2) == ["a", "b"]
    cache.update(manifest("a", 7, "own"))
    cache.remove_manifest(manifest("c", 8, "seed"))
    assert (find(cache), find(cache, "own")) == (["b"], ["a"])
