"""Signed assertions: JWTs with which a client authenticates or presents a grant (RFC 7523).

Encryption is imported at the first use, because a connector with a client secret needs none.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signing_key import SigningKey

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""The `client_assertion_type` of a JWT (RFC 7523 §2.2)."""

LIFETIME, TOLERANCE = 60, 10
"""Seconds from `iat` to `exp`, and from `iat` to the time of the request: a server's clock may be this much behind."""


@dataclass(frozen=True, slots=True)
class AssertionClaims:
    """What an assertion says (RFC 7523 §3): who issues it, about whom, for which server. `further` are other claims.

    `audience` is a single string, which is one server (RFC 7523 §3, item 3). Empty values are left out. `purpose`
    distinguishes the assertions of one request in their `jti`. `lifetime` is in seconds.
    """

    issuer: str
    subject: str
    audience: str
    purpose: str
    further: Mapping[str, object] = field(default_factory=dict)
    lifetime: int = LIFETIME


def sign_assertion(context: RequestContext, key: SigningKey, algorithm: str, claims: AssertionClaims) -> str:
    """Sign a JWT for one request, with an algorithm of the key.

    Raises `ValueError` for a context without a nonce: its `jti` would not be unique.
    """
    from joserfc import errors, jwt  # noqa: PLC0415  # the docstring of the module says why

    if not context.nonce:
        raise ValueError("an assertion needs the nonce of its request")
    issued = int(context.now) - TOLERANCE
    named = {"iss": claims.issuer, "sub": claims.subject, "aud": claims.audience}
    payload = {name: value for name, value in {**claims.further, **named}.items() if value != ""}
    payload |= {"iat": issued, "exp": issued + claims.lifetime, "jti": f"{context.nonce}.{claims.purpose}"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.SecurityWarning)  # about the older name of EdDSA, which servers know
        return jwt.encode({"typ": "JWT", "alg": algorithm, **key.header}, payload, key.key, algorithms=[algorithm])
