"""Backup and restore: connectors and Secrets come back with new UIDs, without owners and without status."""

from typing import Any

from tests.support.backup import Backup, find_owners, take_backup
from tests.support.cluster import Namespace, until
from tests.support.grant_connectors import GrantConnector, GrantConnectorFactory
from tests.support.operator_process import OperatorProcess


async def _connect(connectors: GrantConnectorFactory, **changes: Any) -> GrantConnector:
    holder = await connectors.create_awaiting_consent("crm", **changes)
    await holder.authorize()
    await holder.wait_for_conditions(Ready="TokenIssued")
    return holder


async def _lose(holder: GrantConnector) -> Backup:
    """Back up the namespace, delete the connector, and wait until its Secrets are gone."""
    backup = await take_backup(holder.namespace)
    assert len(backup.secrets) == 2
    await holder.namespace.delete("oauthconnectors", holder.name)
    await until(lambda: _has_no_secrets(holder.namespace, backup), within=60)
    return backup


async def _has_no_secrets(namespace: Namespace, backup: Backup) -> bool:
    return all([await namespace.get("secrets", each["metadata"]["name"]) is None for each in backup.secrets])


async def _owners_are(holder: GrantConnector, owned: bool) -> bool:  # noqa: FBT001  # of a condition
    connector = await holder.namespace.get("oauthconnectors", holder.name)
    uids = [connector["metadata"]["uid"]] if connector is not None and owned else []
    return await find_owners(holder.namespace, holder.name) == [uids, uids]


async def test_connectors_and_secrets_are_restored(connectors: GrantConnectorFactory) -> None:
    """With the Secrets first, the token is published again without a request, and both Secrets have their owner."""
    holder = await _connect(connectors)
    backup = await _lose(holder)
    await backup.restore_secrets()
    await backup.restore_connectors()
    await holder.wait_for_conditions(Ready="TokenIssued")
    await until(lambda: _owners_are(holder, owned=True))
    assert await holder.has_valid_token()
    assert holder.presented == []


async def test_secrets_are_restored_after_their_connectors(connectors: GrantConnectorFactory) -> None:
    """The connector asks for a consent until the state Secret is there, and then continues with the grant."""
    holder = await _connect(connectors)
    backup = await _lose(holder)
    await backup.restore_connectors()
    await holder.wait_for_conditions(
        not_Ready="ConsentRequired", ConsentRequired="ConsentRequired", Reconciling="ConsentRequired"
    )
    await backup.restore_secrets()
    await holder.wait_for_conditions(Ready="TokenIssued")
    await until(lambda: _owners_are(holder, owned=True))
    assert holder.presented == []


async def test_connectors_without_secrets_need_a_consent(connectors: GrantConnectorFactory) -> None:
    """Without the state Secret the grant is lost, and status says so; a consent ends it."""
    holder = await _connect(connectors)
    backup = await _lose(holder)
    await backup.restore_connectors()
    await holder.wait_for_conditions(
        not_Ready="ConsentRequired", ConsentRequired="ConsentRequired", Reconciling="ConsentRequired"
    )
    await holder.authorize()
    await holder.wait_for_conditions(Ready="TokenIssued")
    await until(lambda: _owners_are(holder, owned=True))


async def test_an_older_state_of_a_strict_server_needs_a_consent(
    connectors: GrantConnectorFactory, operator: OperatorProcess
) -> None:
    """The server rejects a refresh token whose successor was used: the token stays, and status names the consent."""
    holder = await _connect(connectors)
    backup = await take_backup(holder.namespace)
    await holder.refresh("first")
    await holder.refresh("second")
    await operator.stop()
    for each in backup.secrets:
        await holder.namespace.delete("secrets", each["metadata"]["name"])
    await backup.restore_secrets()
    await operator.start()
    await until(lambda: _owners_are(holder, owned=True))
    await holder.request_refresh("third")
    refused = "RefreshTokenRejected"
    await holder.wait_for_conditions(Ready="TokenIssued", ConsentRequired=refused, RefreshFailed=refused)


async def test_what_is_retained_stays_and_is_taken_up_again(connectors: GrantConnectorFactory) -> None:
    """With `deletionPolicy: Retain` both Secrets stay without the connector; another policy gives both an owner."""
    holder = await _connect(connectors, output={"deletionPolicy": "Retain"})
    backup = await take_backup(holder.namespace)
    await holder.namespace.delete("oauthconnectors", holder.name)
    await until(lambda: _is_absent(holder))
    assert await find_owners(holder.namespace, holder.name) == [[], []]
    assert await holder.has_valid_token()
    await backup.restore_connectors()
    await holder.wait_for_conditions(Ready="TokenIssued")
    assert await _owners_are(holder, owned=False)
    await holder.namespace.edit("oauthconnectors", holder.name, {"spec": {"output": {"deletionPolicy": "Delete"}}})
    await until(lambda: _owners_are(holder, owned=True))
    assert holder.presented == []


async def _is_absent(holder: GrantConnector) -> bool:
    return await holder.namespace.get("oauthconnectors", holder.name) is None
