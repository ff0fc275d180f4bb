"""`spec.jwtBearer`: the member of the JWT bearer grant."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.durations import Duration, to_seconds
from oauth_connector.api.schema.fields import Rule, drop_nulls, full_match, rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.client_fields import KeyID, SigningAlgorithm
from oauth_connector.api.v1alpha1.grant_member import GrantMember
from oauth_connector.api.v1alpha1.parameters import Audience
from oauth_connector.api.v1alpha1.references import (
    Content,
    CredentialValues,
    DefaultKey,
    SecretKeyReference,
    UnusableValue,
    read_signing_key,
    require_key,
)
from oauth_connector.api.v1alpha1.supplied_token import SuppliedToken
from oauth_connector.oauth.assertion import LIFETIME
from oauth_connector.oauth.google_key import GoogleKey, read_google_key
from oauth_connector.oauth.grants.jwt_bearer import GivenAssertion, JWTBearer, JWTBearerWithScope, OwnAssertion
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.request_context import AssertionAudience
from oauth_connector.oauth.signing_key import UnusableKey

KEY_KEY, GOOGLE_KEY_KEY = "tls.key", "key.json"  # names of keys
KEY_PATH, GOOGLE_KEY_PATH = "jwtBearer.keyRef", "jwtBearer.googleKeyRef"

_OWN_CLAIMS = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]
_CLAIM_NAMES = "[A-Za-z0-9_.:/-]{1,128}"

Claims = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=1024)]],
    Field(max_length=16),
    Rule(
        f"self.all(name, !(name in {_OWN_CLAIMS!r}))",
        "must not contain iss, sub, aud, exp, nbf, iat and jti: set issuer, subject, audience and lifetime in their"
        " fields, and remove the others",
        lambda claims: not claims.keys() & set(_OWN_CLAIMS),
    ),
    Rule(
        f"self.all(name, name.matches('^({_CLAIM_NAMES})$'))",
        "must have names of letters, digits and the characters _ . : / -",
        lambda claims: all(map(full_match(_CLAIM_NAMES), claims)),
    ),
    BeforeValidator(drop_nulls),
]

_SHORTEST, _LONGEST = 30, 3600  # seconds

AssertionLifetime = Annotated[
    Duration,
    Rule(
        "!self.matches('^([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?$') ||"
        " (duration(self) >= duration('30s') && duration(self) <= duration('1h'))",
        "must be between 30s and 1h",
        lambda text: _SHORTEST <= to_seconds(text) <= _LONGEST,
    ),
]


class ScopePlacement(StrEnum):
    """Where the scopes of a request are."""

    CLAIM = "Claim"
    PARAMETER = "Parameter"


class JWTBearerSpec(GrantMember):
    """The assertion that is presented (RFC 7523 §2.1)."""

    grant_type = GrantType.JWT_BEARER

    key_ref: Annotated[SecretKeyReference | None, DefaultKey(KEY_KEY, Content.FILE), digests.IN_REQUEST] = Field(
        None,
        description="Secret that contains the private key which signs the assertions: PEM (PKCS #8, PKCS #1, SEC 1) or"
        f" a JWK, in key `{KEY_KEY}` unless `key` is set. Default: none.",
    )
    google_key_ref: Annotated[
        SecretKeyReference | None, DefaultKey(GOOGLE_KEY_KEY, Content.FILE), digests.IN_REQUEST
    ] = Field(
        None,
        description="Secret that contains the JSON key of a Google service account, in key"
        f" `{GOOGLE_KEY_KEY}` unless `key` is set. Its `token_uri` must be the token endpoint. Default: none.",
    )
    assertion: SuppliedToken | None = Field(
        None,
        description="An assertion of another server, which is sent as it is. Default: none.",
    )
    issuer: Annotated[Audience | None, digests.IN_REQUEST] = Field(
        None,
        description="Issuer of the assertions, claim `iss`: with most providers the client identifier. Required with"
        " `keyRef`, not allowed otherwise. Default: the account in the Google key.",
    )
    subject: Annotated[Audience | None, digests.IN_REQUEST] = Field(
        None,
        description="Subject of the assertions, claim `sub`: the user or account to act for. Default: the issuer with"
        " `keyRef`, else none.",
    )
    audience: Annotated[Audience | None, digests.IN_REQUEST] = Field(
        None,
        description="Audience of the assertions, claim `aud`: `Issuer`, `TokenEndpoint`, or what the provider requires."
        " Default: `TokenEndpoint` with `googleKeyRef`; else `Issuer` where the issuer names the token"
        " endpoint or has its origin, else `TokenEndpoint`.",
    )
    claims: Annotated[Claims | None, digests.IN_REQUEST] = Field(
        None, description="Further claims of the assertions. They must not contain secrets. Default: none."
    )
    scope_in: Annotated[ScopePlacement | None, digests.IN_REQUEST] = Field(
        None,
        description="Where the scopes of the spec are: `Claim` puts them into claim `scope` of the assertion,"
        " `Parameter` into the request. Default: `Claim` with `googleKeyRef`, else `Parameter`.",
    )
    key_id: Annotated[KeyID | None, digests.IN_REQUEST] = Field(
        None,
        description="Identifier of the signing key at the provider, `kid` in the header. Default: that of the JWK or of"
        " the Google key, else none.",
    )
    algorithm: Annotated[SigningAlgorithm | None, digests.IN_REQUEST] = Field(
        None,
        description="Algorithm of the signature. Default: `RS256`, `ES256`, `ES384`, `ES512` or `EdDSA` by the kind of"
        " the key.",
    )
    lifetime: Annotated[AssertionLifetime | None, digests.IN_REQUEST] = Field(
        None, description=f"Lifetime of an assertion. Default: `{LIFETIME}s`."
    )

    @rule(
        "[has(self.keyRef), has(self.googleKeyRef), has(self.assertion)].filter(x, x).size() == 1",
        "set exactly one of keyRef, googleKeyRef and assertion",
        "keyRef",
    )
    def _has_one_source(self) -> bool:
        return [self.key_ref, self.google_key_ref, self.assertion].count(None) == 2  # noqa: PLR2004  # of three

    @rule("has(self.issuer) == has(self.keyRef)", "is required with keyRef, and not allowed otherwise", "issuer")
    def _has_issuer_of_its_key(self) -> bool:
        return (self.issuer is None) == (self.key_ref is None)

    @rule("!has(self.keyID) || has(self.keyRef)", "is allowed with keyRef only: remove it", "keyID")
    def _has_key_for_its_id(self) -> bool:
        return self.key_id is None or self.key_ref is not None

    @rule(
        "!has(self.assertion) || !(has(self.subject) || has(self.audience) || has(self.claims) || has(self.scopeIn) ||"
        " has(self.algorithm) || has(self.lifetime))",
        "is sent as it is: remove subject, audience, claims, scopeIn, algorithm and lifetime",
        "assertion",
    )
    def _has_nothing_beside_an_assertion(self) -> bool:
        beside = (self.subject, self.audience, self.claims, self.scope_in, self.algorithm, self.lifetime)
        return self.assertion is None or all(each is None for each in beside)

    def build_grant(self, values: CredentialValues) -> JWTBearer:
        """Build the grant that presents the assertion. Raises `UnusableValue` for a key that cannot sign."""
        if self.key_ref is not None:
            key = require_key(KEY_PATH, read_signing_key(KEY_PATH, values["keyRef"]).limit_to(self.algorithm))
            issuer = self.issuer or ""
            source = OwnAssertion(key.with_key_id(self.key_id), issuer, self.subject or issuer, self.audience)
            return self._present(source, ScopePlacement.PARAMETER)
        if self.google_key_ref is not None:
            return self._build_google(values)
        return JWTBearer(GivenAssertion(next(value for path, value in values.items() if path.startswith("assertion."))))

    def check_endpoint(self, values: CredentialValues, token_url: str | None) -> None:
        """Check that `token_uri` of a Google key is the token endpoint: a key chooses no destination."""
        if self.google_key_ref is not None and _read_google_key(values).token_uri != token_url:
            cause = (
                "its `token_uri` is not the token endpoint of the spec, which preset Google or `provider.tokenURL` sets"
            )
            raise UnusableValue(GOOGLE_KEY_PATH, cause)

    def _build_google(self, values: CredentialValues) -> JWTBearer:
        found = _read_google_key(values)
        key = read_signing_key(GOOGLE_KEY_PATH, found.private_key).limit_to(self.algorithm)
        signing = require_key(GOOGLE_KEY_PATH, key).with_key_id(found.private_key_id)
        audience = self.audience or AssertionAudience.TOKEN_ENDPOINT.value
        source = OwnAssertion(signing, found.client_email, self.subject or "", audience)
        return self._present(source, ScopePlacement.CLAIM)

    def _present(self, source: OwnAssertion, placement: ScopePlacement) -> JWTBearer:
        """Return the grant with what the spec says beside the key."""
        lifetime = to_seconds(self.lifetime) if self.lifetime else LIFETIME
        whole = replace(source, further=dict(self.claims or {}), lifetime=lifetime)
        kind = JWTBearerWithScope if (self.scope_in or placement) is ScopePlacement.CLAIM else JWTBearer
        return kind(whole)

    def describe_presented(self) -> str:
        """Return what the grant presents; the account in a Google key is not shown."""
        if self.assertion is not None:
            return "the assertion of another server"
        issuer = f"issuer `{self.issuer}`" if self.issuer else "the account of the Google key"
        subject = f", subject `{self.subject}`" if self.subject else ""
        audience = f", audience `{self.audience}`" if self.audience else ""
        return f"an assertion of {issuer}{subject}{audience}"


def _read_google_key(values: CredentialValues) -> GoogleKey:
    found = read_google_key(values["googleKeyRef"])
    if isinstance(found, UnusableKey):
        raise UnusableValue(GOOGLE_KEY_PATH, found.cause)
    return found
