"""Unusual token responses: their tokens are stored, and the state Secret can contain them."""

import re

import pytest

from tests.support.consenting import CODE_SPEC, consent
from tests.support.world import World

KEY = re.compile("[-._a-zA-Z0-9]{1,253}")
SECRET = 1024 * 1024


@pytest.mark.parametrize("name", ["https://crm.example/org", "two words", "é", "x" * 300, ""])
async def test_a_field_of_any_name_is_stored_under_a_valid_key(consenting: World, name: str) -> None:
    """The API server rejects other keys, and the response could never be written."""
    consenting.rotating.extra = {name: "value", "instance_url": "https://eu.example.com"}
    consenting.edit({**CODE_SPEC, "output": {"responseFields": [{"name": "instance_url", "key": "url"}]}})
    await consenting.run()
    await consent(consenting)
    assert all(KEY.fullmatch(key) for key in consenting.state)
    assert consenting.cluster.data("shop", "crm-token")["url"] == "https://eu.example.com"
    del consenting.cluster.secrets["shop", "crm-token"]
    await consenting.run(60)
    assert consenting.cluster.data("shop", "crm-token")["url"] == "https://eu.example.com"


@pytest.mark.parametrize("token", ["\ud800", "r" * 100_000, "two\nlines"])
async def test_an_invalid_refresh_token_counts_as_none(consenting: World, token: str) -> None:
    """Half a character cannot be written, and more than 64 KiB are no token: the access token is published."""
    await consenting.run()
    consenting.rotating.extra = {"refresh_token": token}
    await consent(consenting)
    assert consenting.token == "token-1"
    assert "refresh_token" not in consenting.state


async def test_a_response_of_the_largest_size_fits_into_its_secret(consenting: World) -> None:
    """Fields that the spec does not publish are not stored, so they do not fill it."""
    await consenting.run()
    consenting.rotating.extra = {f"member{n}": "x" * 50_000 for n in range(5)}
    await consent(consenting)
    assert sum(len(key) + len(value) for key, value in consenting.state.items()) < SECRET // 4
    assert consenting.token == "token-1"
