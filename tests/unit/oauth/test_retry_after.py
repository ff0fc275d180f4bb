"""How long a server asks its clients to wait, as servers and the proxies before them write it."""

import pytest

from oauth_connector.oauth.retry_after import LONGEST_WAIT, read_retry_after

NOW = 1_795_990_400.0
"""2026-11-29T22:13:20Z."""

WAITS: dict[str, tuple[dict[str, str], float | None]] = {
    # RFC 9110 §10.2.3
    "seconds": ({"retry-after": "120"}, 120),
    "a date": ({"retry-after": "Sun, 29 Nov 2026 22:15:20 GMT"}, 120),
    "a date that has passed": ({"retry-after": "Sun, 29 Nov 2026 22:12:20 GMT"}, 1),
    # RFC 9110 §5.3: a proxy joins the values of two headers
    "two values": ({"retry-after": "120, 120"}, 120),
    "a value and nothing": ({"retry-after": "120,"}, 120),
    "a day": ({"retry-after": "86400"}, LONGEST_WAIT),
    "no number": ({"retry-after": "soon"}, None),
    # docs.github.com, developer.x.com: the reset in seconds since the epoch
    "GitHub": ({"x-ratelimit-reset": str(int(NOW) + 60)}, 60),
    # the same in milliseconds, as servers of JavaScript and Java count
    "a reset in milliseconds": ({"x-ratelimit-reset": str((int(NOW) + 60) * 1000)}, 60),
    # draft-ietf-httpapi-ratelimit-headers
    "the draft, older": ({"ratelimit-reset": "50"}, 50),
    "the draft": ({"ratelimit": '"default";r=0;t=50'}, 50),
}


@pytest.mark.parametrize("form", WAITS)
def test_a_wait_is_read_in_each_form(form: str) -> None:
    """It is between a second and an hour."""
    headers, seconds = WAITS[form]
    assert read_retry_after(headers, NOW, limited=True) == seconds


def test_a_reset_means_a_wait_only_where_the_limit_is_exceeded() -> None:
    """Servers send it with every response."""
    assert read_retry_after({"x-ratelimit-reset": "60"}, NOW) is None
