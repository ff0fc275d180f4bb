"""The ServiceAccount of a running process is deleted and created again: the API server rejects its token."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from devtools.local.child import Child
from tests.support.builders import a_spec
from tests.support.cluster import Namespace, until
from tests.support.operator_process import OperatorProcess
from tests.support.preloaded_program import ForkedChild, preload
from tests.support.replaced_account import ReplacedAccount

CONNECTORS = 30
REJECTED = "the API server rejects the token of this process"


class ImpatientOperator(OperatorProcess):
    """An operator that ends after seconds of nothing but 401."""

    def _start_child(self, arguments: Sequence[str]) -> Child:
        program = preload("tests.support.impatient_process:main")
        return ForkedChild(program, ["run", *arguments], self.log, os.environ)


@pytest.fixture
async def account(control_plane: ControlPlane, namespace: Namespace, tmp_path: Path) -> AsyncIterator[ReplacedAccount]:
    """Yield an account with the permissions of the operator."""
    made = ReplacedAccount(control_plane, namespace, tmp_path)
    await made.create("oauth-connector")
    yield made
    await namespace.api.request("DELETE", f"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{namespace.name}")


async def is_withheld(operator: OperatorProcess) -> bool:
    """Return whether the operator has stopped to send its token with each request."""
    return "the API server rejects the token, which is sent again after pauses" in operator.read_log()


async def test_a_rejected_token_is_sent_a_few_times_a_minute(
    account: ReplacedAccount, namespace: Namespace, tmp_path: Path
) -> None:
    """The rejected logins and the lines of the log are few, however many connectors wait, and a new token is used."""
    for number in range(CONNECTORS):
        await namespace.add_connector(f"waiting-{number}", a_spec())
    operator = OperatorProcess(tmp_path, account.kubeconfig, ())
    await operator.start()
    try:
        before = await account.count_rejected_logins()
        await account.replace()
        lines = len(operator.read_log().splitlines())
        await until(lambda: is_withheld(operator), within=60)  # the watches end after 25 seconds
        await asyncio.sleep(15)  # a client without pauses would send thousands of requests
        assert await account.count_rejected_logins() - before <= 20
        assert len(operator.read_log().splitlines()) - lines <= 12
        await account.write_token()
        await namespace.add_connector("late", a_spec())
        await until(lambda: namespace.conditions("late"), within=60)
        assert "the API server accepts the token again" in operator.read_log()
    finally:
        status = await operator.stop()
    assert status == 0


async def test_a_process_without_an_identity_becomes_unready_and_ends(account: ReplacedAccount, tmp_path: Path) -> None:
    """`/readyz` names the cause, one line of the log names the remedy, and the exit status is 1."""
    operator = ImpatientOperator(tmp_path, account.kubeconfig, ())
    await operator.start()
    await account.replace()
    pages: list[tuple[int, str]] = []

    async def has_ended() -> bool:
        if (page := await operator.page("/readyz"))[0] == 503:
            pages.append(page)
        return operator.has_ended

    await until(has_ended, within=90)
    assert (503, f"{REJECTED}\n") in pages
    assert operator.read_log().count("delete the Pod") == 1
    assert await operator.stop() == 1
