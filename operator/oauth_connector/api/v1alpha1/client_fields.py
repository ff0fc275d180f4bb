"""Types of the fields of `spec.client`."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import pattern_rule


class SigningAlgorithm(StrEnum):
    """Algorithms of signatures (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2)."""

    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    ED_DSA = "EdDSA"
    ED25519 = "Ed25519"
    ED448 = "Ed448"
    HS256 = "HS256"
    HS384 = "HS384"
    HS512 = "HS512"


class AcceptedSecret(StrEnum):
    """Which of two client secrets the provider accepted."""

    CURRENT = "Current"
    PREVIOUS = "Previous"


KeyID = Annotated[
    str,
    Field(min_length=1, max_length=256),
    pattern_rule("[!-~]([ -~]*[!-~])?", "must be printable ASCII without leading or trailing white space"),
]
AssertionAudienceText = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule(
        '(Issuer|TokenEndpoint|[a-zA-Z][a-zA-Z0-9+.-]*:[!"$-~]+)',
        "must be Issuer, TokenEndpoint, or an absolute URI such as https://login.example.com",
    ),
]
ClientID = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule("[!-~]([ -~]*[!-~])?", "must be printable ASCII without leading or trailing white space"),
]
