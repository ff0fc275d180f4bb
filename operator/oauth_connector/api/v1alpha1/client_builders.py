"""Builds the client of a spec: one function for each client authentication method."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.references import CredentialValues, read_signing_key, require_key
from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.mutual_tls import MutualTLSClient
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.client_auth.signed_assertion import SignedAssertionClient
from oauth_connector.oauth.client_auth.workload_identity import WorkloadIdentityClient
from oauth_connector.oauth.registry_check import require_complete
from oauth_connector.oauth.request_context import TLSIdentity
from oauth_connector.oauth.signing_key import build_shared_key

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.client import ClientSpec


def _build_basic(spec: "ClientSpec", client_id: str, values: CredentialValues) -> BasicClient:
    secret = _get_secret(ClientAuthentication.BASIC, values)
    return BasicClient(client_id, secret, spec.effective_basic_encoding)


def _build_post(_spec: "ClientSpec", client_id: str, values: CredentialValues) -> PostClient:
    return PostClient(client_id, _get_secret(ClientAuthentication.POST, values))


def _build_public(_spec: "ClientSpec", client_id: str, _values: CredentialValues) -> PublicClient:
    return PublicClient(client_id)


def _build_private_key_jwt(spec: "ClientSpec", client_id: str, values: CredentialValues) -> SignedAssertionClient:
    key = read_signing_key("client.keyRef", values["keyRef"])
    key = require_key("client.keyRef", key.limit_to(spec.algorithm)).with_key_id(spec.key_id)
    if "certificateRef" in values:
        key = require_key("client.certificateRef", key.with_certificate(values["certificateRef"].get_secret_value()))
    return SignedAssertionClient(client_id, key, spec.assertion_audience)


def _build_client_secret_jwt(spec: "ClientSpec", client_id: str, values: CredentialValues) -> SignedAssertionClient:
    shared = build_shared_key(_get_secret(ClientAuthentication.CLIENT_SECRET_JWT, values))
    key = require_key("client.secretRef", shared.limit_to(spec.algorithm)).with_key_id(spec.key_id)
    return SignedAssertionClient(client_id, key, spec.assertion_audience)


def _build_workload_identity(spec: "ClientSpec", client_id: str, values: CredentialValues) -> WorkloadIdentityClient:
    account = spec.service_account
    if account is None:
        raise ValueError("client authentication WorkloadIdentity needs a ServiceAccount")
    return WorkloadIdentityClient(client_id, account.name or "", account.audience, values["serviceAccount"])


def _build_mutual_tls(_spec: "ClientSpec", client_id: str, _values: CredentialValues) -> MutualTLSClient:
    return MutualTLSClient(client_id)


def build_certificate(values: CredentialValues) -> TLSIdentity:
    """Return certificate and key, which belong together. Raises `UnusableValue`."""
    private_key, chain = values["tlsSecretRef.tls.key"], values["tlsSecretRef.tls.crt"].get_secret_value()
    key = read_signing_key("client.tlsSecretRef.tls.key", private_key)
    require_key("client.tlsSecretRef.tls.crt", key.with_certificate(chain))
    return TLSIdentity(chain, private_key)


def _get_secret(method: ClientAuthentication, values: CredentialValues) -> SecretStr:
    if "secretRef" not in values:
        raise ValueError(f"client authentication {method.value} needs a client secret")
    return values["secretRef"]


BUILDERS: "Mapping[ClientAuthentication, Callable[[ClientSpec, str, CredentialValues], Client]]" = require_complete(
    ClientAuthentication,
    {
        ClientAuthentication.BASIC: _build_basic,
        ClientAuthentication.POST: _build_post,
        ClientAuthentication.NONE: _build_public,
        ClientAuthentication.PRIVATE_KEY_JWT: _build_private_key_jwt,
        ClientAuthentication.CLIENT_SECRET_JWT: _build_client_secret_jwt,
        ClientAuthentication.WORKLOAD_IDENTITY: _build_workload_identity,
        ClientAuthentication.TLS: _build_mutual_tls,
    },
)
