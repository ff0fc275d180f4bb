"""Encryption of the authorization response for the operator: a JWE (RFC 7516) for a key of the consent.

The operator derives a key pair for each consent from one master key (HKDF, RFC 5869) and publishes the public key in
status. The sealed text is useless to the consent server and to users who may read the status of a consent.
"""

import base64
import json
from typing import Annotated, Literal, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError, model_validator

from oauth_connector.consent_protocol.consent_response import ConsentResponse, UnsealError
from oauth_connector.oauth.authorization import LONGEST_CODE, LONGEST_PARAMETER

ALGORITHM, ENCRYPTION = "ECDH-ES", "A256GCM"
_ALGORITHMS = [ALGORITHM, ENCRYPTION]
_SHARED = {"alg": "dir", "enc": ENCRYPTION}


ParameterText = Annotated[str, StringConstraints(max_length=LONGEST_PARAMETER)]


class _SealedMembers(BaseModel):
    """The JSON text inside, with the bounds of a redirect: every reader of a status can seal any bytes to its key."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    code: Annotated[str, StringConstraints(pattern=rf"^[\x20-\x7e]{{0,{LONGEST_CODE}}}$")]
    ticket: Annotated[str, StringConstraints(max_length=64)]
    confirmation: Annotated[str, StringConstraints(max_length=64)]
    iss: ParameterText | None = None
    parameters: Annotated[dict[Annotated[str, StringConstraints(max_length=128)], ParameterText], Field(max_length=8)]
    error: Literal["", "access_denied"] = ""

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if bool(self.code) == bool(self.error):
            raise ValueError("must contain either a code or an error")
        return self


def seal(response: ConsentResponse, public_key: str) -> str:
    """Seal a response for the public key of a consent (a JWK). Raises `ValueError` for an invalid key."""
    members = {
        "code": response.code.get_secret_value(),
        "ticket": response.ticket.get_secret_value(),
        "confirmation": response.confirmation,
        "iss": response.iss,
        "parameters": dict(response.parameters),
        **({"error": response.error} if response.error else {}),
    }
    return encrypt(json.dumps(members).encode(), public_key)


def unseal(sealed: str, secret: bytes) -> ConsentResponse:
    """Decrypt a response with the private key of its consent, 32 bytes. Raises `UnsealError`."""
    try:
        members = _SealedMembers.model_validate_json(decrypt(sealed, secret))
    except ValidationError:
        raise UnsealError("the text contains no response") from None
    secrets = (SecretStr(members.code), SecretStr(members.ticket))
    return ConsentResponse(*secrets, members.confirmation, members.iss, members.parameters, members.error)


def encrypt(text: bytes, public_key: str) -> str:
    """Encrypt a text for the public key of a consent (a JWK). Raises `ValueError` for an invalid key."""
    try:
        key = OKPKey.import_key(json.loads(public_key))
        header = {"alg": ALGORITHM, "enc": ENCRYPTION}
        return jwe.encrypt_compact(header, text, key, algorithms=_ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise ValueError("the encryption key is not a valid public key") from None


def decrypt(sealed: str, secret: bytes) -> bytes:
    """Decrypt a text with the private key of its consent, 32 bytes. Raises `UnsealError`."""
    private: dict[str, str | list[str]] = {**_public_members(secret), "d": _base64url(secret)}
    try:
        return jwe.decrypt_compact(sealed, OKPKey.import_key(private), algorithms=_ALGORITHMS).plaintext or b""
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):  # also a nested header
        raise UnsealError("the text was not sealed for this consent") from None


def encrypt_shared(text: bytes, key: bytes) -> str:
    """Encrypt a text under a key of 32 bytes that its reader has, too."""
    return jwe.encrypt_compact(_SHARED, text, OctKey.import_key(key), algorithms=[*_SHARED.values()])


def decrypt_shared(sealed: str, key: bytes) -> bytes:
    """Decrypt a text that was encrypted under a key of 32 bytes. Raises `UnsealError`."""
    try:
        return jwe.decrypt_compact(sealed, OctKey.import_key(key), algorithms=[*_SHARED.values()]).plaintext or b""
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):  # also a nested header
        raise UnsealError("the text was not sealed under this key") from None


def format_public_key(secret: bytes) -> str:
    """Return the public key of a private key of 32 bytes, as a JWK."""
    return json.dumps(_public_members(secret), separators=(",", ":"))


def derive(master: bytes, info: str) -> bytes:
    """Derive 32 bytes from the master key, by HKDF with SHA-256."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info.encode()).derive(master)


def _public_members(secret: bytes) -> dict[str, str | list[str]]:
    raw = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "X25519", "x": _base64url(raw)}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
