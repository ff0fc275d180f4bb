"""Device codes, kept in the status of a consent: sealed for the operator and bound to what the user is shown.

A device code is a credential (RFC 8628 §5.2), and the operator must have it after a restart. It is encrypted and
authenticated under a key that only the operator can derive. So another client with write access to status can neither
read a code, nor have the user approve a code that this client obtained for itself.
"""

import json

from pydantic import SecretStr

from oauth_connector.consent_protocol import sealing
from oauth_connector.consent_protocol.consent_response import UnsealError


def seal_device_code(device_code: SecretStr, shown: str, key: bytes) -> str:
    """Seal a device code together with what the user is shown: a JWE (RFC 7516) with a shared key."""
    text = json.dumps({"device_code": device_code.get_secret_value(), "shown": shown})
    return sealing.encrypt_shared(text.encode(), key)


def open_device_code(sealed: str, shown: str, key: bytes) -> SecretStr:
    """Return the device code. Raises `UnsealError` where it was sealed otherwise, or for another user code."""
    try:
        members = json.loads(sealing.decrypt_shared(sealed, key))
        if members["shown"] == shown:
            return SecretStr(str(members["device_code"]))
    except (ValueError, TypeError, KeyError):
        pass
    raise UnsealError("the device code was not sealed by the operator for this request")
