"""What is noticeable about a value at its ends."""

import pytest

from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.diagnosis.secret_values import describe_values
from tests.support.builders import a_connector

NOTES = {
    b"value": None,
    b"value\n": "ends with a line break, which the operator removes",
    b"value\r\n": "ends with a line break, which the operator removes",
    b"value \n": "begins or ends with a space",
    b" value": "begins or ends with a space",
    b"two words": None,
}


@pytest.mark.parametrize("value", NOTES)
def test_a_line_break_and_spaces_at_the_ends_are_named(value: bytes) -> None:
    """The value itself is not shown."""
    secret = CredentialSecret(CredentialVersion("robot", "uid", "1"), data={"client-secret": value})
    found = describe_values(a_connector().spec, {"robot": secret})
    note = NOTES[value]
    assert found == {} if note is None else found["robot/client-secret"].startswith(note)
    assert "value" not in "".join(found.values()).replace("if the value has none", "")


def test_a_missing_secret_has_no_note() -> None:
    """The step says that it is missing."""
    assert describe_values(a_connector().spec, {}) == {}
