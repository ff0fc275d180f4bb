"""Whatever a provider answers beside its tokens, what came is kept: a state Secret must be able to hold it."""

import re

import pytest

from tests.support.consenting import CODE_SPEC, consent
from tests.support.world import World

KEY = re.compile("[-._a-zA-Z0-9]{1,253}")
SECRET = 1024 * 1024


@pytest.mark.parametrize("name", ["https://crm.example/org", "two words", "é", "x" * 300, ""])
async def test_a_member_of_any_name_is_kept_under_a_key_that_a_secret_may_have(consenting: World, name: str) -> None:
    """The API server refuses others, and what was received could never be written."""
    consenting.rotating.extra = {name: "value", "instance_url": "https://eu.example.com"}
    consenting.edit({**CODE_SPEC, "output": {"responseFields": [{"name": "instance_url", "key": "url"}]}})
    await consenting.run()
    await consent(consenting)
    assert all(KEY.fullmatch(key) for key in consenting.state)
    assert consenting.cluster.data("shop", "crm-token")["url"] == "https://eu.example.com"
    del consenting.cluster.secrets["shop", "crm-token"]
    await consenting.run(60)
    assert consenting.cluster.data("shop", "crm-token")["url"] == "https://eu.example.com"


@pytest.mark.parametrize("token", ["\ud800", "r" * 600_000, "two\nlines"])
async def test_a_refresh_token_that_cannot_be_one_counts_as_none(consenting: World, token: str) -> None:
    """Half a character cannot be written, nor more than a Secret holds: the access token is shown all the same."""
    await consenting.run()
    consenting.rotating.extra = {"refresh_token": token}
    await consent(consenting)
    assert consenting.token == "token-1"
    assert "refresh_token" not in consenting.state


async def test_an_answer_as_large_as_may_be_fits_into_its_secret(consenting: World) -> None:
    """Members that nobody asked for are not kept, so that they do not fill it."""
    await consenting.run()
    consenting.rotating.extra = {f"member{n}": "x" * 50_000 for n in range(20)}
    await consent(consenting)
    assert sum(len(key) + len(value) for key, value in consenting.state.items()) < SECRET // 4
    assert consenting.token == "token-1"
