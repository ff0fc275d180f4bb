"""The API server judges the selector."""

import asyncio
from pathlib import Path

import pytest

from tests.support.cluster import until
from tests.support.operator_process import OperatorProcess


@pytest.mark.parametrize("selector", ["shard in a", "shard=a b", "=a", "shard in (a", "a/b/c=d"])
async def test_a_text_that_is_no_selector_ends_the_process(
    tmp_path: Path, service_account: Path, selector: str
) -> None:
    """The message names the setting and what to write instead; the exit status is that of wrong usage."""
    operator = OperatorProcess(tmp_path, service_account, [], selector=selector)
    await operator.launch()

    async def has_ended() -> bool:
        await asyncio.sleep(0)
        return operator.has_ended

    await until(has_ended, within=60)
    assert await operator.stop() == 2
    [message] = [line for line in operator.read_log().splitlines() if "setting selector" in line]
    assert repr(selector) in message
    assert "`shard in (a,b)`" in message
