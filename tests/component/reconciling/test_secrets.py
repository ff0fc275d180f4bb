"""The output Secret in other people's hands: deleted, edited, renamed, foreign, shared, collected."""

import time
from functools import partial

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from tests.component.reconciling.scene import Scene, enter
from tests.support.cluster import Manifest, Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy

SPOILS: dict[str, Manifest | None] = {
    "deleted": None,
    "its token edited": {"data": {"access_token": "dGFtcGVyZWQ="}},
    "a key removed": {"data": {"authorization": None}},
    "its label removed": {"metadata": {"labels": {"oauthconnector.dev/managed": None}}},
    "its expiry forged": {"metadata": {"annotations": {"oauthconnector.dev/expires-at": "2099-01-01T00:00:00Z"}}},
}


async def test_a_spoiled_secret_is_healed_within_seconds(namespace: Namespace, scene: Scene) -> None:
    """A Secret of ours that somebody deletes or edits holds a good token again within five seconds."""
    names = {sentence: f"crm-{number}" for number, sentence in enumerate(SPOILS)}
    for name in names.values():
        await scene.connect(name)
    before = {name: await namespace.token(f"{name}-token") for name in names.values()}
    await _pass_ten_seconds_after(scene.proxy)
    for sentence, name in names.items():
        await _spoil(namespace, f"{name}-token", SPOILS[sentence])
    for sentence, name in names.items():
        try:
            await until(partial(_is_whole, namespace, f"{name}-token", before[name]), within=5)
        except TimeoutError:
            pytest.fail(f"a Secret was not healed: {sentence}")
        assert scene.server.is_live(SecretStr(await namespace.token(f"{name}-token") or ""))
        await namespace.shows(name, Ready="TokenIssued")


async def _spoil(namespace: Namespace, secret: str, patch: Manifest | None) -> None:
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


async def _pass_ten_seconds_after(proxy: FaultyProxy) -> None:
    """Let the pause between two calls of one connector pass, which healing keeps too."""
    last = proxy.token_calls[-1].time

    async def passed() -> bool:
        return time.monotonic() - last > 10.5

    await until(passed, within=15)


async def test_a_changed_scope_asks_anew_and_a_changed_output_does_not(namespace: Namespace, scene: Scene) -> None:
    """Another scope is another request; other keys, labels and prefix show the same token."""
    await scene.connect(scopes=["read"])
    first = await namespace.token("crm-token")
    output = {
        "data": [{"field": "AccessToken", "key": "access_token"}, {"field": "Authorization", "key": "header"}],
        "formats": [{"type": "JSON", "key": "token.json"}],
        "labels": {"team": "crm"},
    }
    await namespace.edit("oauthconnectors", "crm", {"spec": {"headerPrefix": "Zoho-oauthtoken", "output": output}})

    async def rendered() -> bool:
        values = await namespace.values("crm-token") or {}
        return values.get("header") == f"Zoho-oauthtoken {first}"

    await until(rendered)
    assert (await namespace.values("crm-token") or {}).keys() == {"access_token", "header", "token.json"}
    secret = await namespace.get("secrets", "crm-token") or {}
    assert secret["metadata"]["labels"]["team"] == "crm"
    assert scene.calls == 1
    await namespace.edit("oauthconnectors", "crm", {"spec": {"scopes": ["read", "write"], "output": None}})

    async def asked_anew() -> bool:
        values = await namespace.values("crm-token") or {}
        return values.get("scope") == "read write" and values["access_token"] != first

    await until(asked_anew, within=20)
    secret = await namespace.get("secrets", "crm-token") or {}
    assert "team" not in secret["metadata"]["labels"], "what nobody asks for any more is gone"
    assert scene.calls == 2


async def test_a_changed_name_moves_the_secret(namespace: Namespace, scene: Scene) -> None:
    """Under another `secretName` the same token is written, then the old Secret is removed."""
    await scene.connect()
    first = await namespace.token("crm-token")
    await namespace.edit("oauthconnectors", "crm", {"spec": {"output": {"secretName": "elsewhere"}}})

    async def moved() -> bool:
        return await namespace.token("elsewhere") == first and await namespace.get("secrets", "crm-token") is None

    await until(moved)
    connector = await namespace.get("oauthconnectors", "crm") or {}
    assert connector["status"]["secretRef"] == {"name": "elsewhere"}
    assert scene.calls == 1


async def test_a_foreign_secret_is_not_touched_until_its_owner_lets_us(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """A Secret of that name that is not ours stays to the byte; the annotation `adopt` hands it over."""
    scene = enter(namespace, canaille, canaille_proxy)
    foreign = await namespace.add_secret("crm-token", theirs="keep me")
    await start_operator(scene.port)
    await scene.add_client_secret()
    await namespace.add_connector("crm", scene.spec())
    await namespace.shows("crm", not_Ready="SecretConflict", Stalled="SecretConflict")
    assert await namespace.get("secrets", "crm-token") == foreign
    assert scene.calls <= 1
    await namespace.edit("secrets", "crm-token", {"metadata": {"annotations": {"oauthconnector.dev/adopt": "crm"}}})
    await namespace.shows("crm", within=65, Ready="TokenIssued")
    values = await namespace.values("crm-token") or {}
    assert values["theirs"] == "keep me"
    assert values["access_token"]
    assert scene.calls == 1, "the token that was received waits in memory"


async def test_of_two_connectors_on_one_secret_the_holder_keeps_it(namespace: Namespace, scene: Scene) -> None:
    """The second is told so and asks for nothing; when the first is gone the Secret is free."""
    await scene.connect("first", output={"secretName": "shared"})
    token = await namespace.token("shared")
    await namespace.add_connector("second", scene.spec(output={"secretName": "shared"}))
    await namespace.shows("second", not_Ready="SecretConflict", Stalled="SecretConflict")
    assert await namespace.token("shared") == token
    assert await namespace.conditions("first") == {"Ready": "TokenIssued"}
    assert scene.calls == 1
    await namespace.delete("oauthconnectors", "first")
    await namespace.shows("second", within=90, Ready="TokenIssued")


async def test_a_deleted_connector_leaves_nothing(namespace: Namespace, scene: Scene) -> None:
    """Its Secret is collected and not made again; a retained one stays, without an owner."""
    await scene.connect("going")
    await scene.connect("leaving", output={"deletionPolicy": "Retain"})
    await namespace.delete("oauthconnectors", "going")
    await namespace.delete("oauthconnectors", "leaving")

    async def collected() -> bool:
        return await namespace.get("secrets", "going-token") is None

    await until(collected)
    names = {secret["metadata"]["name"] for secret in await namespace.items("secrets")}
    assert names == {"robot", "leaving-token"}
    assert scene.calls == 2


async def test_a_connector_made_again_inherits_the_token(namespace: Namespace, scene: Scene) -> None:
    """A retained Secret of a namesake that is gone is taken over with the token in it."""
    await scene.connect(output={"deletionPolicy": "Retain"})
    token = await namespace.token("crm-token")
    await namespace.delete("oauthconnectors", "crm")
    await scene.connect()
    assert await namespace.token("crm-token") == token
    secret = await namespace.get("secrets", "crm-token") or {}
    connector = await namespace.get("oauthconnectors", "crm") or {}
    assert [o["uid"] for o in secret["metadata"]["ownerReferences"]] == [connector["metadata"]["uid"]]
    assert scene.calls == 1


async def test_a_namespace_is_deleted_while_the_operator_is_down(
    namespace: Namespace,
    admin: KubeAPI,
    scene: Scene,
) -> None:
    """No finalizer holds a namespace up."""
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


async def test_nothing_is_written_on_a_connector_but_its_status(namespace: Namespace, brief_scene: Scene) -> None:
    """After a life with refreshes, edits and failures a connector has no annotation, finalizer or field of ours."""
    scene = brief_scene
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
    ours = [entry for entry in metadata["managedFields"] if entry["manager"].startswith("oauth-connector")]
    assert [entry.get("subresource") for entry in ours] == ["status"]
    assert all(entry["fieldsV1"].keys() == {"f:status"} for entry in ours)
