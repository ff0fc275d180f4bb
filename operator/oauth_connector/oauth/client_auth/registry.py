"""Every client authentication method by the name that the API gives it."""

from collections.abc import Mapping
from enum import StrEnum

from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.mutual_tls import MutualTLSClient
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.client_auth.signed_assertion import SignedAssertionClient
from oauth_connector.oauth.client_auth.workload_identity import WorkloadIdentityClient
from oauth_connector.oauth.registry_check import require_complete, require_traits


class ClientAuthentication(StrEnum):
    """How the client authenticates at the token endpoint (RFC 6749 §2.3): values of `spec.client.authentication`."""

    BASIC = "Basic"
    POST = "Post"
    NONE = "None"
    PRIVATE_KEY_JWT = "PrivateKeyJWT"
    CLIENT_SECRET_JWT = "ClientSecretJWT"
    TLS = "TLS"
    WORKLOAD_IDENTITY = "WorkloadIdentity"


METHODS: Mapping[ClientAuthentication, type[Client]] = require_traits(
    require_complete(
        ClientAuthentication,
        {
            ClientAuthentication.BASIC: BasicClient,
            ClientAuthentication.POST: PostClient,
            ClientAuthentication.NONE: PublicClient,
            ClientAuthentication.PRIVATE_KEY_JWT: SignedAssertionClient,
            ClientAuthentication.CLIENT_SECRET_JWT: SignedAssertionClient,
            ClientAuthentication.TLS: MutualTLSClient,
            ClientAuthentication.WORKLOAD_IDENTITY: WorkloadIdentityClient,
        },
    )
)
