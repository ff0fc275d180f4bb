"""Encryption of the authorization response for the operator: a JWE (RFC 7516) for a key of the consent.

The operator derives a key pair for each consent from one master key (HKDF, RFC 5869) and publishes the public key in
status. The sealed text is useless to the consent server and to users who may read the status of a consent.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from oauth_connector.oauth.authorization import LONGEST_CODE, LONGEST_PARAMETER

ALGORITHM, ENCRYPTION = "ECDH-ES", "A256GCM"
_ALGORITHMS = [ALGORITHM, ENCRYPTION]


@dataclass(frozen=True, slots=True)
class ConsentResponse:
    """An authorization response: the code, and the ticket, which proves who opened the link.

    `parameters` are those of the redirect that the operator requested. Where the user or the provider denied access,
    `error` is `access_denied` (RFC 6749 §4.1.2.1), and the code is empty.
    """

    code: SecretStr
    ticket: SecretStr
    confirmation: str
    iss: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


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


class UnsealError(Exception):
    """The sealed text was not made for this key, or contains no response."""


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
    try:
        key = OKPKey.import_key(json.loads(public_key))
        header = {"alg": ALGORITHM, "enc": ENCRYPTION}
        return jwe.encrypt_compact(header, json.dumps(members).encode(), key, algorithms=_ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise ValueError("the encryption key is not a valid public key") from None


class ConsentKeys:
    """The keys of consents, each derived from the master key and the consent's UID, and the key of signatures."""

    def __init__(self, master: bytes) -> None:
        self._master = master

    def verifier(self, uid: str) -> str:
        """Return the PKCE verifier of a consent: 43 characters (RFC 7636 §4.1), derived from the master key."""
        mac = hmac.digest(self._derive("pkce", uid), b"verifier", "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def public_key(self, uid: str) -> str:
        """Return the public key of a consent, as a JWK."""
        raw = self._private(uid).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return json.dumps({"kty": "OKP", "crv": "X25519", "x": _base64url(raw)}, separators=(",", ":"))

    def unseal(self, uid: str, sealed: str) -> ConsentResponse:
        """Decrypt the response of a consent. Raises `UnsealError`."""
        try:
            opened = jwe.decrypt_compact(sealed, self._key(uid), algorithms=_ALGORITHMS).plaintext or b""
            members = _SealedMembers.model_validate_json(opened)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):  # also a nested header
            raise UnsealError("the response was not sealed for this consent") from None
        secrets = (SecretStr(members.code), SecretStr(members.ticket))
        return ConsentResponse(*secrets, members.confirmation, members.iss, members.parameters, members.error)

    @property
    def signing_key(self) -> bytes:
        """Return the key by which the operator signs its Secrets, derived from the master key: 32 bytes."""
        return self._derive("state", "")

    def _key(self, uid: str) -> OKPKey:
        private = self._private(uid)
        secret = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return OKPKey.import_key({"kty": "OKP", "crv": "X25519", "x": _base64url(public), "d": _base64url(secret)})

    def _private(self, uid: str) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self._derive("seal", uid))

    def _derive(self, purpose: str, uid: str) -> bytes:
        info = f"oauthconnector.dev/v1 {purpose} {uid}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._master)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
