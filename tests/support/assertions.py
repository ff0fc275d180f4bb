"""JWT bearer grants as providers document them: the member of the spec, the claims, and the other parameters."""

import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLE_URI = "https://oauth2.googleapis.com/token"
ACCOUNT = "reports@project.iam.gserviceaccount.com"

KEY = generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = generate_private_key(public_exponent=65537, key_size=2048)


def to_pem(key: RSAPrivateKey = KEY) -> str:
    """Return a key as PEM (PKCS #8)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def build_google_key(**changes: object) -> bytes:
    """Return the JSON key of a service account, as Google's console writes it."""
    members = {
        "type": "service_account",
        "project_id": "project",
        "private_key_id": "0123456789abcdef",
        "private_key": to_pem(),
        "client_email": ACCOUNT,
        "client_id": "1234567890",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": GOOGLE_URI,
        "universe_domain": "googleapis.com",
    }
    return json.dumps({**members, **changes}, indent=2).encode()


@dataclass(frozen=True, slots=True)
class Bearer:
    """A spec, the claims of its assertions besides times and `jti`, and the parameters besides grant and assertion."""

    spec: dict[str, Any]
    claims: dict[str, str]
    sent: dict[str, str] = field(default_factory=dict)
    key_id: str | None = None


PROVIDERS: dict[str, Bearer] = {
    # developers.google.com/identity/protocols/oauth2/service-account: scopes are a claim, `aud` is the token endpoint
    "Google": Bearer(
        {
            "provider": {"preset": "Google"},
            "scopes": ["https://www.googleapis.com/auth/devstorage.read_only"],
            "jwtBearer": {"googleKeyRef": {"name": "google"}},
        },
        {"iss": ACCOUNT, "aud": GOOGLE_URI, "scope": "https://www.googleapis.com/auth/devstorage.read_only"},
        key_id="0123456789abcdef",
    ),
    # the same page, "Delegating domain-wide authority": `sub` is the user
    "Google, for a user": Bearer(
        {
            "provider": {"preset": "Google"},
            "scopes": ["https://mail.google.com/"],
            "jwtBearer": {"googleKeyRef": {"name": "google"}, "subject": "ann@example.com"},
        },
        {"iss": ACCOUNT, "sub": "ann@example.com", "aud": GOOGLE_URI, "scope": "https://mail.google.com/"},
        key_id="0123456789abcdef",
    ),
    # help.salesforce.com, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration": `iss` is the consumer key
    "Salesforce": Bearer(
        {
            "provider": {"preset": "Salesforce"},
            "jwtBearer": {
                "keyRef": {"name": "key"},
                "issuer": "3MVG9",
                "subject": "robot@example.com",
                "audience": "https://login.salesforce.com",
            },
        },
        {"iss": "3MVG9", "sub": "robot@example.com", "aud": "https://login.salesforce.com"},
    ),
    # developers.docusign.com/platform/auth/jwt-get-token: `aud` is a host without a scheme, scopes are a claim
    "DocuSign": Bearer(
        {
            "provider": {"tokenURL": "https://account-d.docusign.com/oauth/token"},
            "scopes": ["signature", "impersonation"],
            "jwtBearer": {
                "keyRef": {"name": "key"},
                "issuer": "7c2b8d7e-integration-key",
                "subject": "464f7988-user",
                "audience": "account-d.docusign.com",
                "scopeIn": "Claim",
            },
        },
        {
            "iss": "7c2b8d7e-integration-key",
            "sub": "464f7988-user",
            "aud": "account-d.docusign.com",
            "scope": "signature impersonation",
        },
    ),
    # developer.box.com/guides/authentication/jwt/without-sdk: client id and secret are sent beside the assertion
    "Box": Bearer(
        {
            "provider": {"tokenURL": "https://api.box.com/oauth2/token"},
            "client": {"id": "box-client", "secretRef": {"name": "robot"}, "authentication": "Post"},
            "jwtBearer": {
                "keyRef": {"name": "key"},
                "keyID": "box-key",
                "issuer": "box-client",
                "subject": "801234",
                "audience": "TokenEndpoint",
                "claims": {"box_sub_type": "enterprise"},
                "algorithm": "RS512",
            },
        },
        {
            "iss": "box-client",
            "sub": "801234",
            "aud": "https://api.box.com/oauth2/token",
            "box_sub_type": "enterprise",
        },
        {"client_id": "box-client", "client_secret": "s3cret"},
        key_id="box-key",
    ),
    # zitadel.com/docs/guides/integrate/service-accounts/private-key-jwt: `iss` and `sub` are the user, `aud` the issuer
    "ZITADEL": Bearer(
        {
            "provider": {"issuer": "https://acme.zitadel.cloud"},
            "scopes": ["openid", "profile"],
            "jwtBearer": {"keyRef": {"name": "key"}, "keyID": "81693565968962154", "issuer": "78366401571647008"},
        },
        {"iss": "78366401571647008", "sub": "78366401571647008", "aud": "https://acme.zitadel.cloud"},
        {"scope": "openid profile"},
        key_id="81693565968962154",
    ),
}
