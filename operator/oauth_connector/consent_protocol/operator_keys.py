"""The keys of the operator, derived from one master key.

Encryption takes a sixth of the memory of an operator without connectors, and a tenth of its start. So it is imported
at the first use: a connector without a refresh token or a consent needs none.
"""

import base64
import hmac
from functools import cached_property

from pydantic import SecretStr

from oauth_connector.consent_protocol.consent_response import ConsentResponse
from oauth_connector.consent_protocol.push_exchange import PushQuestion
from oauth_connector.oauth.signing_key import SigningKey


class OperatorKeys:
    """The keys of consents, each derived from the master key and the consent's UID, and the key of signatures."""

    def __init__(self, master: bytes) -> None:
        self._master = master

    def verifier(self, uid: str) -> str:
        """Return the PKCE verifier of a consent: 43 characters (RFC 7636 §4.1), derived from the master key."""
        mac = hmac.digest(self._derive("pkce", uid), b"verifier", "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def public_key(self, uid: str) -> str:
        """Return the public key of a consent, as a JWK."""
        from oauth_connector.consent_protocol import sealing  # noqa: PLC0415  # the docstring of the module says why

        return sealing.format_public_key(self._derive("seal", uid))

    def unseal(self, uid: str, sealed: str) -> ConsentResponse:
        """Decrypt the response of a consent. Raises `UnsealError`."""
        from oauth_connector.consent_protocol import sealing  # noqa: PLC0415  # as above

        return sealing.unseal(sealed, self._derive("seal", uid))

    def open_push_question(self, uid: str, sealed: str) -> PushQuestion:
        """Open the question for a pushed request of a consent. Raises `UnsealError`."""
        return PushQuestion.open(sealed, self._derive("seal", uid))

    def seal_device_code(self, uid: str, device_code: SecretStr, shown: str) -> str:
        """Seal the device code of a consent together with what its user is shown."""
        from oauth_connector.consent_protocol import device_codes  # noqa: PLC0415  # as above

        return device_codes.seal_device_code(device_code, shown, self._derive("device", uid))

    def open_device_code(self, uid: str, sealed: str, shown: str) -> SecretStr:
        """Return the device code of a consent. Raises `UnsealError` where it was sealed otherwise."""
        from oauth_connector.consent_protocol import device_codes  # noqa: PLC0415  # as above

        return device_codes.open_device_code(sealed, shown, self._derive("device", uid))

    @cached_property
    def signing_key(self) -> bytes:
        """Return the key by which the operator signs its Secrets, derived from the master key: 32 bytes."""
        return self._derive("state", "")

    @cached_property
    def client_key(self) -> SigningKey:
        """Return the key that signs for clients of metadata documents, derived from the master key."""
        from oauth_connector.consent_protocol import client_keys  # noqa: PLC0415  # as above

        return client_keys.build_client_key(self._derive("client", "1") + self._derive("client", "2"))

    def _derive(self, purpose: str, uid: str) -> bytes:
        from oauth_connector.consent_protocol import sealing  # noqa: PLC0415  # as above

        return sealing.derive(self._master, f"oauthconnector.dev/v1 {purpose} {uid}")
