"""Device codes in the status of a consent."""

import pytest
from pydantic import SecretStr

from oauth_connector.consent_protocol.consent_response import UnsealError
from oauth_connector.consent_protocol.operator_keys import OperatorKeys

KEYS = OperatorKeys(b"m" * 32)
CODE = SecretStr("device-1")


def test_the_operator_opens_what_it_sealed() -> None:
    """The text contains no code, and differs each time."""
    first, second = (KEYS.seal_device_code("uid-1", CODE, "WDJB-MJHT") for _ in range(2))
    assert KEYS.open_device_code("uid-1", first, "WDJB-MJHT") == CODE
    assert first != second
    assert "device-1" not in first


@pytest.mark.parametrize(
    ("sealed", "shown", "uid"),
    [
        ("own", "OTHER-CODE", "uid-1"),
        ("own", "WDJB-MJHT", "uid-2"),
        ("a.b.c.d.e", "WDJB-MJHT", "uid-1"),
        ("", "WDJB-MJHT", "uid-1"),
    ],
)
def test_nothing_else_is_opened(sealed: str, shown: str, uid: str) -> None:
    """Not for another user code, not for another consent, and not what someone else has written."""
    text = KEYS.seal_device_code("uid-1", CODE, "WDJB-MJHT") if sealed == "own" else sealed
    with pytest.raises(UnsealError):
        KEYS.open_device_code(uid, text, shown)
