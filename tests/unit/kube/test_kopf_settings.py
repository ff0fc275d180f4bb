"""The settings of kopf: it watches, and does nothing else."""

import kopf

from oauth_connector.kube.watch import build_kopf_settings


def test_kopf_compares_no_objects() -> None:
    """Nothing of an object is copied or stored to find changes, because no handler asks for them."""
    storage = build_kopf_settings().persistence.diffbase_storage
    body = kopf.Body({"metadata": {"annotations": {"a": "b"}}, "spec": {"grantType": "Password"}})
    patch = kopf.Patch()
    essence = storage.build(body=body)
    storage.store(body=body, patch=patch, essence=essence)
    assert (essence, storage.fetch(body=body), dict(patch)) == ({}, None, {})
