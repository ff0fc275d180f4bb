"""Pushed authorization requests (RFC 9126), between who has the browser and the operator, who has the client secret.

The consent server, or `kubectl oauth`, chooses `state` and asks the operator to push the request with it. The operator
answers with the reference to the request. Both are in the status of the consent, which others may read, and who knows
the reference could log in with it in another browser. So the question is sealed for the operator, and the answer for
the holder of the ticket. A question without the ticket has no effect.
"""

import json
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints, ValidationError

from oauth_connector.consent_protocol.consent_response import UnsealError

_Secret = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{43}$")]


class _Question(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    ticket: _Secret
    state: _Secret


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    state: _Secret
    request_uri: str | None


@dataclass(frozen=True, slots=True)
class PushQuestion:
    """What the operator needs to push a request: who asks, and the `state` of the browser."""

    ticket: SecretStr
    state: SecretStr

    def seal(self, public_key: str) -> str:
        """Seal a question for the public key of its consent (a JWK). Raises `ValueError` for an invalid key."""
        from oauth_connector.consent_protocol import sealing  # noqa: PLC0415  # operator_keys.py says why

        members = {"ticket": self.ticket.get_secret_value(), "state": self.state.get_secret_value()}
        return sealing.encrypt(json.dumps(members).encode(), public_key)

    @staticmethod
    def open(sealed: str, secret: bytes) -> "PushQuestion":
        """Open a question with the private key of its consent, 32 bytes. Raises `UnsealError`."""
        from oauth_connector.consent_protocol import sealing  # noqa: PLC0415  # as above

        try:
            members = _Question.model_validate_json(sealing.decrypt(sealed, secret))
        except ValidationError:
            raise UnsealError("the text contains no question for a pushed request") from None
        return PushQuestion(SecretStr(members.ticket), SecretStr(members.state))


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """The `request_uri` of a pushed request with a `state`; nothing where the link has all parameters itself."""

    state: SecretStr
    request_uri: SecretStr | None

    def seal(self, ticket: SecretStr, uid: str) -> str:
        """Seal an answer for the holder of the ticket of a consent with a UID."""
        from oauth_connector.consent_protocol import sealing  # noqa: PLC0415  # as above

        uri = self.request_uri
        members = {"state": self.state.get_secret_value(), "request_uri": uri.get_secret_value() if uri else None}
        return sealing.encrypt_shared(json.dumps(members).encode(), _derive_key(ticket, uid))

    @staticmethod
    def open(sealed: str, ticket: SecretStr, uid: str) -> "PushAnswer":
        """Open an answer. Raises `UnsealError` where it was sealed for another ticket, or by another client."""
        from oauth_connector.consent_protocol import sealing  # noqa: PLC0415  # as above

        try:
            members = _Answer.model_validate_json(sealing.decrypt_shared(sealed, _derive_key(ticket, uid)))
        except ValidationError:
            raise UnsealError("the text contains no answer about a pushed request") from None
        uri = members.request_uri
        return PushAnswer(SecretStr(members.state), SecretStr(uri) if uri is not None else None)


def _derive_key(ticket: SecretStr, uid: str) -> bytes:
    from oauth_connector.consent_protocol import sealing  # noqa: PLC0415  # as above

    return sealing.derive(ticket.get_secret_value().encode(), f"oauthconnector.dev/v1 push {uid}")
