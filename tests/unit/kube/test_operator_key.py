"""The Secret with the operator's key, as the operator creates it and as another client may have created it."""

import base64
from typing import Any

import pytest

from oauth_connector.kube.operator_key import read_key

KEY = bytes(range(32))
SECRET: dict[str, Any] = {
    "metadata": {"labels": {"app.kubernetes.io/managed-by": "oauth-connector-operator"}},
    "type": "oauthconnector.dev/key",
    "data": {"key": base64.b64encode(KEY).decode()},
}
MANAGED = {**SECRET["metadata"]["labels"], "oauthconnector.dev/managed": "true"}


def test_the_key_is_read() -> None:
    """Labels that a cluster administrator adds do not matter."""
    labels = {**SECRET["metadata"]["labels"], "velero.io/backup-name": "daily"}
    assert read_key({**SECRET, "metadata": {"labels": labels}}) == KEY


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"type": "Opaque"}, "type"),
        ({"type": None}, "type"),
        ({"metadata": {}}, "labels"),
        ({"metadata": {"labels": {}}}, "labels"),
        ({"metadata": {"labels": MANAGED}}, "labels"),
        ({"data": None}, "bytes"),
        ({"data": {"key": ""}}, "bytes"),
        ({"data": {"key": base64.b64encode(bytes(31)).decode()}}, "bytes"),
        ({"data": {"key": "no base64"}}, "bytes"),
        ({"data": {"another": SECRET["data"]["key"]}}, "bytes"),
    ],
)
def test_a_secret_of_another_form_is_no_key(changes: dict[str, Any], cause: str) -> None:
    """The error names what is wrong, and not the content."""
    with pytest.raises(ValueError, match=cause):
        read_key({**SECRET, **changes})
