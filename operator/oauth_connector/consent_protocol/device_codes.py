"""Device codes, kept in the status of a consent: sealed for the operator and bound to what the user is shown.

A device code is a credential (RFC 8628 §5.2), and the operator must have it after a restart. It is encrypted and
authenticated under a key that only the operator can derive. So another client with write access to status can neither
read a code, nor have the user approve a code that this client obtained for itself.
"""

import json

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import SecretStr

from oauth_connector.consent_protocol.consent_response import UnsealError

_HEADER = {"alg": "dir", "enc": "A256GCM"}


def seal_device_code(device_code: SecretStr, shown: str, key: bytes) -> str:
    """Seal a device code together with what the user is shown: a JWE (RFC 7516) with a shared key."""
    text = json.dumps({"device_code": device_code.get_secret_value(), "shown": shown})
    return jwe.encrypt_compact(_HEADER, text.encode(), OctKey.import_key(key), algorithms=[*_HEADER.values()])


def open_device_code(sealed: str, shown: str, key: bytes) -> SecretStr:
    """Return the device code. Raises `UnsealError` where it was sealed otherwise, or for another user code."""
    try:
        opened = jwe.decrypt_compact(sealed, OctKey.import_key(key), algorithms=[*_HEADER.values()]).plaintext or b""
        members = json.loads(opened)
        if members["shown"] == shown:
            return SecretStr(str(members["device_code"]))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise UnsealError("the device code was not sealed by the operator for this request")
