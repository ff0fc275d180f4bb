"""The key of clients with metadata documents, and the set of its public keys while it is replaced."""

import json

import pytest

from oauth_connector.consent_protocol.client_keys import (
    MOST_KEYS,
    RETIREMENT,
    add_key,
    format_public_key,
    list_published,
    parse_keys,
)
from oauth_connector.consent_protocol.operator_keys import OperatorKeys

NOW = 1_800_000_000.5
FIRST, SECOND, *OTHERS = (format_public_key(OperatorKeys(bytes([n]) * 32).client_key) for n in range(9))


def test_the_same_master_key_has_the_same_client_key() -> None:
    """After a restart servers know the key; with another master key it is another one."""
    again = OperatorKeys(bytes(32)).client_key
    assert (again.algorithms, format_public_key(again)) == (("ES256",), FIRST)
    assert FIRST["kid"] != SECOND["kid"]


def test_a_public_key_contains_no_private_member() -> None:
    """It has the members of a public key (RFC 7518 §6.2.1), and an identifier by which servers find it."""
    assert set(FIRST) == {"kty", "crv", "x", "y", "alg", "use", "kid"}
    assert (FIRST["kty"], FIRST["crv"], FIRST["alg"], FIRST["use"]) == ("EC", "P-256", "ES256", "sig")


def test_a_replaced_key_stays_in_the_set_for_an_hour() -> None:
    """Two processes may sign while the key is replaced, and servers keep sets for a while."""
    replaced = add_key([FIRST], SECOND, NOW)
    assert list_published(replaced, NOW + RETIREMENT - 1) == [SECOND, FIRST]
    assert list_published(replaced, NOW + RETIREMENT) == [SECOND]


def test_another_replacement_does_not_prolong_an_hour() -> None:
    """The time of a key begins when it is replaced."""
    twice = add_key(add_key([FIRST], SECOND, NOW), OTHERS[0], NOW + 60)
    assert list_published(twice, NOW + RETIREMENT) == [OTHERS[0], SECOND]
    assert add_key(twice, OTHERS[0], NOW + RETIREMENT)[1:] == [{**SECOND, "exp": int(NOW + 60) + RETIREMENT}]


def test_a_key_that_comes_back_is_the_present_one() -> None:
    """After a restore of the earlier master key its public part has no end."""
    assert add_key(add_key([FIRST], SECOND, NOW), FIRST, NOW)[0] == FIRST


def test_the_set_has_a_bound() -> None:
    """Each server fetches it."""
    keys = [FIRST]
    for each in OTHERS:
        keys = add_key(keys, each, NOW)
    assert len(keys) == MOST_KEYS


@pytest.mark.parametrize("text", [None, "", "no JSON", "[]", "{}", '{"keys": {}}', '{"keys": ["text"]}', "[" * 10_000])
def test_a_text_without_keys_has_none(text: str | None) -> None:
    """Another client may have written the ConfigMap."""
    assert parse_keys(text) == []


def test_what_is_no_member_of_a_public_key_is_not_published() -> None:
    """A private key that a user writes into the ConfigMap is not shown."""
    stored = parse_keys(json.dumps({"keys": [{**FIRST, "d": "private"}]}))
    assert list_published(stored, NOW) == [FIRST]
    assert list_published([{**FIRST, "exp": "text"}], NOW) == []
