"""Lifetimes as servers write them: understood or rejected, and never believed.

Each row names its source: a section of an RFC, the page of a provider, or the thread in which a user reports it.
"""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.oauth.jwt_expiry import LONGEST_CLAIMS, read_jwt_expiry
from oauth_connector.oauth.lifetimes import (
    TEN_YEARS,
    Lifetime,
    LifetimeSource,
    read_lifetime,
    read_lifetime_source,
    read_refresh_lifetime,
)
from oauth_connector.oauth.quirks import Quirks
from tests.support.stated_lifetimes import NOW, SURE

RESPONSE, GUESS, JWT = LifetimeSource.RESPONSE, LifetimeSource.INTERPRETED, LifetimeSource.JWT


@pytest.mark.parametrize("sentence", SURE)
def test_every_notation_of_a_lifetime_is_understood(sentence: str) -> None:
    """Names, units, texts and dates of real servers have one meaning."""
    members, seconds = SURE[sentence]
    assert read_lifetime(members, {}, NOW) == Lifetime(seconds, RESPONSE)


GUESSED: dict[str, tuple[dict[str, Any], int]] = {
    # github.com/OAuth-Apis/apis/issues/56, github.com/apigee/microgateway-edgeauth/pull/44, Fiserv, Adobe
    "an hour in milliseconds": ({"expires_in": 3_600_000}, 3600),
    "five minutes in milliseconds": ({"expires_in": 300_000}, 300),
    "a quarter of an hour in milliseconds": ({"expires_in": 900_000}, 900),
    "half an hour in milliseconds": ({"expires_in": "1800000"}, 1800),
    "a day in milliseconds": ({"expires_in": 86_400_000}, 86_400),
    "half a day in milliseconds": ({"expires_in": "43200000"}, 43_200),
    "thirty days in milliseconds": ({"expires_in": 2_592_000_000}, 2_592_000),
    # github.com/pufferpanel/pufferpanel/issues/1189
    "an hour in nanoseconds": ({"expires_in": 3_600_000_000_000}, 3600),
    "ten minutes in microseconds": ({"expires_in": 600_000_000}, 600),
    # github.com/leaonline/oauth2-server/issues/3
    "a point in time in expires_in": ({"expires_in": int(NOW) + 600}, 600),
    "the same in milliseconds": ({"expires_in": int(NOW + 600) * 1000}, 600),
    # github.com/ueberauth/oauth2/issues/58: a duration where a point in time belongs
    "a duration in expires_at": ({"expires_at": 3600}, 3600),
    # github.com/airbytehq/airbyte/issues/19752: no zone may be local time
    "a date without a zone": ({"expires_at": "2026-11-29T22:23:20"}, 600),
}


@pytest.mark.parametrize("sentence", GUESSED)
def test_a_lifetime_of_unknown_unit_is_interpreted_and_marked(sentence: str) -> None:
    """What cannot be seconds has the most plausible unit, and the source says so."""
    members, seconds = GUESSED[sentence]
    assert read_lifetime(members, {}, NOW) == Lifetime(seconds, GUESS)


REJECTED: dict[str, dict[str, Any]] = {
    # github.com/ruby-oauth/oauth2/pull/284 reports it of VK, where it means never
    "zero": {"expires_in": 0},
    # developer.broadcom.com, VMware Identity Broker: -1 means unknown
    "minus one": {"expires_in": -1},
    "less than a second": {"expires_in": 0.5},
    "the largest 32-bit number": {"expires_in": 2**31 - 1},
    "the largest 64-bit number": {"expires_in": 2**63 - 1},
    "eleven years": {"expires_in": TEN_YEARS + 31_536_001},
    "a point in time that has passed": {"expires_at": int(NOW) - 1},
    "a date that has passed": {"expires_at": "2020-01-01T00:00:00Z"},
    "the year 9999": {"expires_at": "9999-12-31T23:59:59Z"},
    "beyond any date": {"expires_at": 10**30},
    "longer than a float": {"expires_in": 10**400},
    "a word": {"expires_in": "never"},
    "an empty text": {"expires_in": ""},
    "a truth value": {"expires_in": True},
    "a list": {"expires_in": [3600]},
    "an object": {"expires_in": {"seconds": 3600}},
    "infinity": {"expires_in": "Infinity"},
    "no number": {"expires_in": "NaN"},
    "null": {"expires_in": None},
    # help.salesforce.com: `issued_at` in milliseconds is when the token was issued
    "Salesforce": {"issued_at": str(int(NOW) * 1000)},
    # learn.microsoft.com/entra/identity-platform/reference-claims-mapping: the extended lifetime is for outages
    "the extended lifetime alone": {"ext_expires_in": 86_400},
    "the date of Microsoft's documentation": {"expires_on": "09/14/2027 00:00:00 PM +00:00"},
    "very long text": {"expires_in": "1" * 100_000},
}


@pytest.mark.parametrize("sentence", REJECTED)
def test_an_implausible_lifetime_is_rejected(sentence: str) -> None:
    """Nothing, the past, and more than ten years are no lifetimes."""
    assert read_lifetime(REJECTED[sentence], {}, NOW) is None


def test_a_point_in_time_counts_by_the_clock_of_the_provider() -> None:
    """The `Date` of the response counts, so that a wrong clock on either side does not matter."""
    date = {"date": "Tue, 14 Nov 2023 22:13:20 GMT"}
    assert read_lifetime({"expires_at": 1_700_000_600}, date, NOW) == Lifetime(600, RESPONSE)
    assert read_lifetime({"expires_at": NOW + 600}, {"date": "soon"}, NOW) == Lifetime(600, RESPONSE)
    assert read_lifetime({"expires_at": NOW + 600}, {}, None) is None


def jwt(claims: bytes) -> str:
    """Return a JWT with these claims and any signature."""
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"none"}', claims, b"signature"))


def test_the_expiry_of_a_jwt_counts_where_nothing_else_is_stated() -> None:
    """A statement of the response precedes the token's, and the token's precedes a guess (RFC 7519 §4.1.4)."""
    token = {"access_token": jwt(b'{"exp": %d}' % (NOW + 300))}
    assert read_lifetime(token, {}, NOW) == Lifetime(300, JWT)
    assert read_lifetime({**token, "expires_in": 60}, {}, NOW) == Lifetime(60, RESPONSE)
    assert read_lifetime({**token, "expires_in": 3_600_000}, {}, NOW) == Lifetime(300, JWT)
    assert read_lifetime({"access_token": jwt(b'{"exp": %d}' % (NOW - 300))}, {}, NOW) is None


NO_JWT = {
    "no JWT": "opaque",
    "five parts, as an encrypted one": "a.b.c.d.e",
    "no base64": "a.%%%.c",
    "no JSON": f"a.{urlsafe_b64encode(b'text').decode()}.c",
    "no object": jwt(b"[1]"),
    "no expiry": jwt(b"{}"),
    "a text for an expiry": jwt(b'{"exp": "soon"}'),
    "deep": jwt(b"[" * 40_000),
    "too long": jwt(b" " * LONGEST_CLAIMS + b'{"exp": 1}'),
    "no text": 42,
}


@pytest.mark.parametrize("sentence", NO_JWT)
def test_a_token_that_is_no_jwt_states_nothing(sentence: str) -> None:
    """Any text is a valid access token."""
    assert read_jwt_expiry(NO_JWT[sentence]) is None


REFRESH: dict[str, tuple[dict[str, Any], int | None]] = {
    # docs.github.com/apps: refreshing user access tokens
    "GitHub": ({"refresh_token_expires_in": 15_897_600}, 15_897_600),
    # learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens
    "LinkedIn": ({"refresh_token_expires_in": 525_600}, 525_600),
    # developer.intuit.com: x_refresh_token_expires_in; 101 days
    "QuickBooks": ({"x_refresh_token_expires_in": 8_726_400}, 8_726_400),
    # keycloak.org: zero for an offline token
    "Keycloak": ({"refresh_expires_in": 1800}, 1800),
    "Keycloak, offline": ({"refresh_expires_in": 0}, None),
    # airtable.com/developers/web/api/oauth-reference
    "Airtable": ({"refresh_expires_in": 5_184_000}, 5_184_000),
    # developer.concur.com/api-reference/authentication/apidoc.html: seconds since 1970
    "SAP Concur": ({"refresh_expires_in": int(NOW) + 86_400}, 86_400),
    # developers.tiktok.com/doc/oauth-user-access-token-management
    "TikTok": ({"refresh_expires_in": "31536000"}, 31_536_000),
    # docs.cloud.google.com/apigee: text in both, zero without expiry
    "Apigee": ({"refresh_token_expires_in": "0", "refresh_token_issued_at": "1"}, None),
    # partner.tiktokshop.com/docv2: a point in time, whatever the name says
    "TikTok Shop": ({"refresh_token_expire_in": int(NOW) + 7_000_000}, 7_000_000),
    # developer.squareup.com/docs/oauth-api: a date
    "Square": ({"refresh_token_expires_at": "2026-11-30T22:13:20Z"}, 86_400),
    # developer.ebay.com: 18 months
    "eBay": ({"refresh_token_expires_in": 47_304_000}, 47_304_000),
    "none": ({"expires_in": 60}, None),
    "never": ({"refresh_token_expires_in": 2**31 - 1}, None),
}


@pytest.mark.parametrize("sentence", REFRESH)
def test_the_lifetime_of_a_refresh_token_is_read_the_same_way(sentence: str) -> None:
    """Each name and notation of a provider gives seconds."""
    members, seconds = REFRESH[sentence]
    assert read_refresh_lifetime(members, {}, NOW) == seconds


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80) | st.dates().map(str)
NAMES = ("expires_in", "expiresIn", "expires", "expires_at", "expires_on", "exp", ".expires", "expires_in_sec")


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.booleans(), st.sampled_from((0.001, 1.0, 60.0)))
def test_no_lifetime_is_implausible(members: dict[str, Any], milliseconds: bool, unit: float) -> None:  # noqa: FBT001  # of hypothesis
    """Whatever a server writes, a lifetime is at least a second and at most ten years."""
    found = read_lifetime(members, {}, NOW, Quirks(milliseconds=milliseconds, unit=unit))
    assert found is None or 1 <= found.seconds <= TEN_YEARS


def test_an_unknown_source_counts_as_none() -> None:
    """A later release may write others, and a source that was not written is absent."""
    assert [read_lifetime_source(value) for value in ("JWT", "Oracle", None, 3)] == [JWT, None, None, None]
