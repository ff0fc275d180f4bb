"""The output Secret is repaired, moved, shared or collected, depending on who changed it."""

import time
from functools import partial

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Manifest, Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy

CHANGES: dict[str, Manifest | None] = {
    "deleted": None,
    "its token edited": {"data": {"access_token": "dGFtcGVyZWQ="}},
    "a key removed": {"data": {"authorization": None}},
    "its label removed": {"metadata": {"labels": {"oauthconnector.dev/managed": None}}},
    "its expiry forged": {"metadata": {"annotations": {"oauthconnector.dev/expires-at": "2099-01-01T00:00:00Z"}}},
}


async def test_a_changed_secret_is_repaired_within_seconds(namespace: Namespace, scene: ConnectorScene) -> None:
    """A deleted or edited Secret of the connector has a valid token again within five seconds."""
    names = {sentence: f"crm-{number}" for number, sentence in enumerate(CHANGES)}
    for name in names.values():
        await scene.connect(name)
    before = {name: await namespace.token(f"{name}-token") for name in names.values()}
    await _wait_ten_seconds_after(scene.proxy)
    for sentence, name in names.items():
        await _change_secret(namespace, f"{name}-token", CHANGES[sentence])
    for sentence, name in names.items():
        try:
            await until(partial(_is_whole, namespace, f"{name}-token", before[name]), within=5)
        except TimeoutError:
            pytest.fail(f"a Secret was not healed: {sentence}")
        assert scene.server.is_live(SecretStr(await namespace.token(f"{name}-token") or ""))
        await namespace.wait_for_conditions(name, Ready="TokenIssued")


async def _change_secret(namespace: Namespace, secret: str, patch: Manifest | None) -> None:
    if patch is None:
        await namespace.delete("secrets", secret)
    else:
        await namespace.edit("secrets", secret, patch)


async def _is_whole(namespace: Namespace, name: str, spoiled: str | None) -> bool:
    secret, values = await namespace.get("secrets", name), await namespace.values(name) or {}
    token = values.get("access_token", "")
    return (
        secret is not None
        and (secret["metadata"].get("labels") or {}).get("oauthconnector.dev/managed") == "true"
        and token not in (spoiled, "tampered", "")
        and values.get("authorization") == f"Bearer {token}"
        and not secret["metadata"]["annotations"]["oauthconnector.dev/expires-at"].startswith("2099")
    )


async def _wait_ten_seconds_after(proxy: FaultyProxy) -> None:
    """Wait for the minimum pause between two token requests of one connector, which repairs obey too."""
    last = proxy.token_calls[-1].time

    async def passed() -> bool:
        return time.monotonic() - last > 10.5

    await until(passed, within=15)


async def test_a_changed_scope_requests_a_token_and_a_changed_output_does_not(
    namespace: Namespace, scene: ConnectorScene
) -> None:
    """Another scope needs another token; other keys, labels and prefix publish the same token."""
    await scene.connect(scopes=["read"])
    first = await namespace.token("crm-token")
    output = {
        "data": [{"field": "AccessToken", "key": "access_token"}, {"field": "Authorization", "key": "header"}],
        "formats": [{"type": "JSON", "key": "token.json"}],
        "labels": {"example.com/team": "crm"},
    }
    await namespace.edit("oauthconnectors", "crm", {"spec": {"headerPrefix": "Zoho-oauthtoken", "output": output}})

    async def rendered() -> bool:
        values = await namespace.values("crm-token") or {}
        return values.get("header") == f"Zoho-oauthtoken {first}"

    await until(rendered)
    assert (await namespace.values("crm-token") or {}).keys() == {"access_token", "header", "token.json"}
    secret = await namespace.get("secrets", "crm-token") or {}
    assert secret["metadata"]["labels"]["example.com/team"] == "crm"
    assert scene.token_requests == 1
    await namespace.edit("oauthconnectors", "crm", {"spec": {"scopes": ["read", "write"], "output": None}})

    async def is_requested() -> bool:
        values = await namespace.values("crm-token") or {}
        return values.get("scope") == "read write" and values["access_token"] != first

    await until(is_requested, within=20)
    secret = await namespace.get("secrets", "crm-token") or {}
    assert "example.com/team" not in secret["metadata"]["labels"], "what nobody asks for any more is gone"
    assert scene.token_requests == 2


async def test_a_changed_name_moves_the_secret(namespace: Namespace, scene: ConnectorScene) -> None:
    """The same token is written to the new `secretName`; then the old Secret is deleted."""
    await scene.connect()
    first = await namespace.token("crm-token")
    await namespace.edit("oauthconnectors", "crm", {"spec": {"output": {"secretName": "elsewhere"}}})

    async def moved() -> bool:
        connector = await namespace.get("oauthconnectors", "crm") or {}
        is_shown = connector["status"]["secretRef"] == {"name": "elsewhere"}
        is_alone = await namespace.get("secrets", "crm-token") is None
        return is_shown and is_alone and await namespace.token("elsewhere") == first

    await until(moved)
    assert scene.token_requests == 1


async def test_a_secret_of_another_owner_is_unchanged_until_adopted(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A Secret without an owner reference to the connector stays unchanged; the annotation `adopt` allows writes."""
    scene = enter(namespace, canaille, canaille_proxy)
    existing = await namespace.add_secret("crm-token", value="keep me")
    await start_operator(scene.port)
    await scene.add_client_secret()
    await namespace.add_connector("crm", scene.spec())
    await namespace.wait_for_conditions("crm", not_Ready="SecretConflict", Stalled="SecretConflict")
    assert await namespace.get("secrets", "crm-token") == existing
    assert scene.token_requests <= 1
    await namespace.edit("secrets", "crm-token", {"metadata": {"annotations": {"oauthconnector.dev/adopt": "crm"}}})
    await namespace.wait_for_conditions("crm", within=65, Ready="TokenIssued")
    values = await namespace.values("crm-token") or {}
    assert values["value"] == "keep me"
    assert values["access_token"]
    assert scene.token_requests == 1, "the token that was received waits in memory"


async def test_the_first_of_two_connectors_owns_the_secret(namespace: Namespace, scene: ConnectorScene) -> None:
    """The second reports the conflict and requests no token; after deletion of the first the Secret is free."""
    await scene.connect("first", output={"secretName": "shared"})
    token = await namespace.token("shared")
    await namespace.add_connector("second", scene.spec(output={"secretName": "shared"}))
    await namespace.wait_for_conditions("second", not_Ready="SecretConflict", Stalled="SecretConflict")
    assert await namespace.token("shared") == token
    assert await namespace.conditions("first") == {"Ready": "TokenIssued"}
    assert scene.token_requests == 1
    await namespace.delete("oauthconnectors", "first")
    await namespace.wait_for_conditions("second", within=90, Ready="TokenIssued")


async def test_a_deleted_connector_leaves_nothing(namespace: Namespace, scene: ConnectorScene) -> None:
    """Its Secret is collected and not created again; a retained Secret stays, without an owner."""
    await scene.connect("going")
    await scene.connect("leaving", output={"deletionPolicy": "Retain"})
    await namespace.delete("oauthconnectors", "going")
    await namespace.delete("oauthconnectors", "leaving")

    async def collected() -> bool:
        return await namespace.get("secrets", "going-token") is None

    await until(collected)
    names = {secret["metadata"]["name"] for secret in await namespace.items("secrets")}
    assert names == {"robot", "leaving-token"}
    assert scene.token_requests == 2


async def test_a_recreated_connector_adopts_the_retained_secret(namespace: Namespace, scene: ConnectorScene) -> None:
    """One that retains its Secrets keeps the token of the deleted connector of its name."""
    await scene.connect(output={"deletionPolicy": "Retain"})
    token = await namespace.token("crm-token")
    await namespace.delete("oauthconnectors", "crm")
    await scene.connect(output={"deletionPolicy": "Retain"})
    assert await namespace.token("crm-token") == token
    secret = await namespace.get("secrets", "crm-token") or {}
    connector = await namespace.get("oauthconnectors", "crm") or {}
    assert secret["metadata"]["annotations"]["oauthconnector.dev/connector-uid"] == connector["metadata"]["uid"]
    assert scene.token_requests == 1


async def test_a_recreated_connector_that_does_not_retain_requests_another_token(
    namespace: Namespace, scene: ConnectorScene
) -> None:
    """It writes its own token to the Secret, which from now on is deleted with it."""
    await scene.connect(output={"deletionPolicy": "Retain"})
    token = await namespace.token("crm-token")
    await namespace.delete("oauthconnectors", "crm")
    await scene.connect()
    assert await namespace.token("crm-token") != token
    secret = await namespace.get("secrets", "crm-token") or {}
    connector = await namespace.get("oauthconnectors", "crm") or {}
    assert [o["uid"] for o in secret["metadata"]["ownerReferences"]] == [connector["metadata"]["uid"]]
    assert scene.token_requests == 2


async def test_a_namespace_is_deleted_while_the_operator_is_down(
    namespace: Namespace,
    admin: KubeAPI,
    scene: ConnectorScene,
) -> None:
    """No finalizer blocks the namespace."""
    await scene.connect()
    await scene.operator.stop()
    path = f"/api/v1/namespaces/{namespace.name}"
    await admin.request("DELETE", path)

    async def gone() -> bool:
        try:
            await admin.request("GET", path)
        except KubeError as error:
            return error.status == 404
        return False

    await until(gone, within=60)


async def test_nothing_is_written_on_a_connector_but_its_status(
    namespace: Namespace, short_scene: ConnectorScene
) -> None:
    """After refreshes, edits and failures a connector has no annotation, finalizer or field of the operator."""
    scene = short_scene
    await scene.connect()
    await namespace.edit("oauthconnectors", "crm", {"spec": {"headerPrefix": "X"}})
    await scene.proxy.token_calls_reach(3, within=60)
    await scene.proxy.down()

    async def failing() -> bool:
        return "RefreshFailed" in await namespace.conditions("crm")

    await until(failing, within=40)
    connector = await namespace.get("oauthconnectors", "crm") or {}
    metadata = connector["metadata"]
    assert "annotations" not in metadata
    assert "finalizers" not in metadata
    assert connector["spec"] == scene.spec(headerPrefix="X")
    own_entries = [entry for entry in metadata["managedFields"] if entry["manager"].startswith("oauth-connector")]
    assert [entry.get("subresource") for entry in own_entries] == ["status"]
    assert all(entry["fieldsV1"].keys() == {"f:status"} for entry in own_entries)
