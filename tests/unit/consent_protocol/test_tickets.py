"""Tickets and confirmation codes: hard to guess, and parsed as users type them."""

import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.v1alpha1.consent import CONFIRMATION, OAuthConsentSpec
from oauth_connector.consent_protocol.tickets import (
    TICKET,
    is_ticket_of,
    new_confirmation,
    new_ticket,
    normalize_confirmation,
    ticket_hash,
)

FIVE, THIRTY_TWO = st.binary(min_size=5, max_size=5), st.binary(min_size=32, max_size=32)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def given_out(raw: bytes, size: int) -> bytes:
    """Return these bytes as random ones, if exactly so many are requested."""
    assert size == len(raw)
    return raw


def code_of(raw: bytes) -> str:
    """Return the confirmation code of five bytes."""
    return new_confirmation(lambda size: given_out(raw, size))


@given(THIRTY_TWO)
def test_ticket_is_43_letters_that_need_no_escape(raw: bytes) -> None:
    """It is a URL fragment with 256 bits."""
    assert TICKET.fullmatch(new_ticket(lambda size: given_out(raw, size)))


@given(THIRTY_TWO, THIRTY_TWO)
def test_different_bytes_make_different_tickets(one: bytes, other: bytes) -> None:
    """Every bit is kept."""
    tickets = {new_ticket(lambda _, raw=raw: raw) for raw in (one, other)}  # type: ignore[misc]  # mypy infers no lambda with a default
    assert len(tickets) == len({one, other})


def test_hash_is_the_sha_256_of_the_text() -> None:
    """The vector of FIPS 180-2 for `abc`."""
    assert ticket_hash("abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_hash_is_valid_in_the_spec_of_a_consent() -> None:
    """The API accepts what this makes."""
    held = ticket_hash(new_ticket(secrets.token_bytes))
    spec = {"connectorName": "crm", "requestedBy": "ann", "ticketHash": held, "redirect": "Hosted"}
    assert OAuthConsentSpec.model_validate(spec).ticket_hash == held


def test_ticket_matches_its_hash() -> None:
    """The right one is taken, and any other refused."""
    ticket, other = new_ticket(secrets.token_bytes), new_ticket(secrets.token_bytes)
    assert is_ticket_of(ticket, ticket_hash(ticket))
    assert not is_ticket_of(other, ticket_hash(ticket))


@pytest.mark.parametrize("ticket", ["", "short", "a" * 42, "a" * 44, "a" * 42 + "=", "é" * 43, "a" * 43 + "\n"])
def test_malformed_ticket_matches_no_hash(ticket: str) -> None:
    """A weak ticket is rejected, even if its hash is the stored one."""
    assert not is_ticket_of(ticket, ticket_hash(ticket))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_handled(ticket: str, held: str) -> None:
    """Any text from a browser or a spec is handled without an error."""
    assert not is_ticket_of(ticket, held)


@given(FIVE)
def test_confirmation_has_the_form_of_the_api(raw: bytes) -> None:
    """Eight letters of Crockford's base 32 in two groups."""
    assert re.fullmatch(CONFIRMATION, code_of(raw))


@given(FIVE)
def test_confirmation_contains_all_40_bits(raw: bytes) -> None:
    """Read back as a number in base 32, it is the bytes that it was made of."""
    number = 0
    for letter in code_of(raw).replace("-", ""):
        number = number * 32 + CROCKFORD.index(letter)
    assert number.to_bytes(5) == raw


@given(FIVE)
def test_confirmation_contains_no_ambiguous_letter(raw: bytes) -> None:
    """It has no I, L, O or U, because users read it on one screen and type it on another."""
    assert not set("ILOU") & set(code_of(raw))


@given(FIVE, st.sampled_from(["{}-{}", "{}{}", " {} {} ", "{} - {}\n", "{}--{}"]), st.booleans())
def test_confirmation_is_normalized(raw: bytes, layout: str, lower: bool) -> None:  # noqa: FBT001  # drawn
    """In small letters, with spaces, without its dash."""
    code = code_of(raw)
    typed = layout.format(*code.split("-"))
    assert normalize_confirmation(typed.lower() if lower else typed) == code


@pytest.mark.parametrize(("typed", "code"), [("OIL0-o1ia", "0110-011A"), ("uuuu-vvvv", "VVVV-VVVV")])
def test_similar_letters_are_equal(typed: str, code: str) -> None:
    """O is 0, I and L are 1, and U is taken for V."""
    assert normalize_confirmation(typed) == code


@given(st.text(max_size=30))
def test_normalizing_is_idempotent(typed: str) -> None:
    """The normalized code is in the spec, and the operator normalizes it again."""
    assert normalize_confirmation(normalize_confirmation(typed)) == normalize_confirmation(typed)


@pytest.mark.parametrize("typed", ["", "K7QF", "K7QF-2M9", "K7QF-2M9PX", "K7QF-2M9!"])
def test_an_invalid_code_stays_invalid(typed: str) -> None:
    """Normalization changes how a code is written, not what it means."""
    assert not re.fullmatch(CONFIRMATION, normalize_confirmation(typed))
