"""Clients that sign assertions (RFC 7523 §2.2), at a strict server that verifies signature, audience and times."""

import secrets
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from oauth_connector.api.v1alpha1.client import ClientSpec
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.errors import FailureReason, Remedy
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.revocation import Revocation
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.oauth.token import Token
from oauth_connector.oauth.token_request import TokenRequestParameters
from oauth_connector.oauth.verdicts import classify
from tests.interop.exchanging import context_of, discover, password_of, revoke, token_client
from tests.support.signing_keys import (
    ED25519_KEY,
    P256_KEY,
    P384_KEY,
    RSA_KEY,
    build_jwks,
    write_certificate,
    write_pem,
)

KEYS: dict[str, PrivateKeyTypes] = {
    "RS256": RSA_KEY,
    "PS256": RSA_KEY,
    "ES256": P256_KEY,
    "ES384": P384_KEY,
    "EdDSA": ED25519_KEY,
    "Ed25519": ED25519_KEY,
}
AUDIENCES = (None, "Issuer", "TokenEndpoint")


def register(server: AuthorizationServer, key: PrivateKeyTypes, algorithm: str | None = None) -> RegisteredClient:
    """Register a client with the public key; the server then accepts this algorithm alone."""
    members = {"jwks": build_jwks(key), **({"token_endpoint_auth_signing_alg": algorithm} if algorithm else {})}
    return put(server, RegisteredClient(new_id(), SecretStr(""), "private_key_jwt", metadata=members))


def put(server: AuthorizationServer, client: RegisteredClient) -> RegisteredClient:
    """Register a client, and return it."""
    server.put_client(client)
    return client


def new_id() -> str:
    """Return the id of a new client."""
    return f"client-{secrets.token_hex(4)}"


def client_of(registered: RegisteredClient, key: PrivateKeyTypes, **fields: object) -> Client:
    """Return the client as a connector describes it."""
    spec = ClientSpec.model_validate({"id": registered.id, "keyRef": {"name": "key"}, **fields})
    values = {"keyRef": SecretStr(write_pem(key))}
    if spec.certificate_ref is not None:
        values["certificateRef"] = SecretStr(write_certificate(RSA_KEY))
    return spec.build_client(ClientAuthentication.PRIVATE_KEY_JWT, values)


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("algorithm", KEYS)
async def test_each_algorithm_is_accepted_for_each_audience(
    oidc_provider: AuthorizationServer, algorithm: str, audience: str | None
) -> None:
    """The server accepts each algorithm, with the issuer and with the token endpoint as the audience."""
    key = KEYS[algorithm]
    fields = {"algorithm": algorithm, **({"assertionAudience": audience} if audience else {})}
    client = client_of(register(oidc_provider, key, algorithm), key, **fields)
    outcome = await token_client(oidc_provider, client, ClientCredentials())
    assert isinstance(outcome, Token)
    assert oidc_provider.is_live(outcome.access_token)


async def test_algorithm_is_chosen_from_the_metadata(oidc_provider: AuthorizationServer) -> None:
    """Without a wanted algorithm the one is used that key and metadata have in common."""
    found = await discover(oidc_provider)
    assert {"RS256", "PS256", "EdDSA"} <= set(found.signing_algorithms)
    client = client_of(register(oidc_provider, ED25519_KEY), ED25519_KEY)
    context = context_of(oidc_provider, signing_algorithms=found.signing_algorithms)
    outcome = await token_client(oidc_provider, client, ClientCredentials(), context=context)
    assert isinstance(outcome, Token)


async def test_certificate_in_the_header_is_accepted(oidc_provider: AuthorizationServer) -> None:
    """Thumbprints and chain in the header do no harm at a server that knows the key."""
    client = client_of(register(oidc_provider, RSA_KEY), RSA_KEY, certificateRef={"name": "key"}, keyID="robot-1")
    assert isinstance(await token_client(oidc_provider, client, ClientCredentials()), Signal)  # it has no key `robot-1`
    client = client_of(register(oidc_provider, RSA_KEY), RSA_KEY, certificateRef={"name": "key"})
    assert isinstance(await token_client(oidc_provider, client, ClientCredentials()), Token)


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
async def test_client_secret_signs(oidc_provider: AuthorizationServer, algorithm: str) -> None:
    """`ClientSecretJWT` signs with the secret that the server knows."""
    members = {"token_endpoint_auth_signing_alg": algorithm}
    secret = SecretStr("s" * 64)
    registered = put(oidc_provider, RegisteredClient(new_id(), secret, "client_secret_jwt", metadata=members))
    spec = ClientSpec.model_validate(
        {"id": registered.id, "secretRef": {"name": "s"}, "algorithm": algorithm, "authentication": "ClientSecretJWT"}
    )
    client = spec.build_client(ClientAuthentication.CLIENT_SECRET_JWT, {"secretRef": secret})
    outcome = await token_client(oidc_provider, client, ClientCredentials())
    assert isinstance(outcome, Token)


async def test_refresh_and_revocation_are_signed_too(oidc_provider: AuthorizationServer) -> None:
    """A refresh token and its revocation are requested with a new assertion each."""
    client = client_of(register(oidc_provider, RSA_KEY), RSA_KEY)
    asked = TokenRequestParameters(scopes=("offline_access",))
    first = await token_client(oidc_provider, client, password_of(oidc_provider.user), asked)
    assert isinstance(first, Token)
    assert first.refresh_token is not None
    second = await token_client(oidc_provider, client, RefreshToken(first.refresh_token))
    assert isinstance(second, Token)
    assert oidc_provider.is_live(second.access_token)
    assert await revoke(oidc_provider, client, second.access_token, "access_token") is Revocation.REVOKED
    assert not oidc_provider.is_live(second.access_token)


async def test_another_key_is_credentials_rejected(oidc_provider: AuthorizationServer) -> None:
    """A key that the server does not know is refused with the error of a wrong secret, for a user to correct."""
    client = client_of(register(oidc_provider, P256_KEY), RSA_KEY, algorithm="RS256")
    outcome = await token_client(oidc_provider, client, ClientCredentials())
    assert isinstance(outcome, Signal)
    assert outcome.oauth_error == "invalid_client"
    failure = classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, outcome)
    assert (failure.reason, failure.remedy) == (FailureReason.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS)


@pytest.mark.parametrize("ahead", [9.0, -40.0])
async def test_clocks_that_differ_are_tolerated(oidc_provider: AuthorizationServer, ahead: float) -> None:
    """The operator's clock may be some seconds ahead of the server's, or behind it for most of the lifetime."""
    client = client_of(register(oidc_provider, RSA_KEY), RSA_KEY)
    context = context_of(oidc_provider, now=time.time() + ahead)
    assert isinstance(await token_client(oidc_provider, client, ClientCredentials(), context=context), Token)


async def test_same_assertion_is_accepted_once(oidc_provider: AuthorizationServer) -> None:
    """The server refuses the `jti` of an earlier request, so each request needs a nonce of its own."""
    client = client_of(register(oidc_provider, RSA_KEY), RSA_KEY)
    contexts = [context_of(oidc_provider, nonce=f"{client.id}-{nonce}") for nonce in ("same", "same", "other")]
    sent = [await token_client(oidc_provider, client, ClientCredentials(), context=each) for each in contexts]
    assert [type(outcome) for outcome in sent] == [Token, Signal, Token]
