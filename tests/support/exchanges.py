"""Token exchanges: what providers document, and a connector that makes one (RFC 8693)."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.secret.output_token import OutputToken
from tests.support.builders import a_connector, a_spec
from tests.support.world import KEY, World

TYPE = "urn:ietf:params:oauth:token-type:"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A spec without its provider, and what its request contains besides the client."""

    spec: dict[str, Any]
    sent: dict[str, str]


FROM_SECRET = {"subjectToken": {"secretRef": {"name": "subject"}}}

EXCHANGES: dict[str, Exchange] = {
    # RFC 8693 §2.3, the example, with the default of the type
    "RFC 8693": Exchange(
        {"tokenExchange": FROM_SECRET, "resources": ["https://backend.example.com/api"]},
        {"subject_token_type": f"{TYPE}access_token", "resource": "https://backend.example.com/api"},
    ),
    # keycloak.org/securing-apps/token-exchange: "Making token exchange requests"; an ID token has token type N_A
    "Keycloak": Exchange(
        {
            "tokenExchange": {**FROM_SECRET, "requestedTokenType": f"{TYPE}id_token"},
            "audience": "target-client",
            "scopes": ["openid"],
        },
        {
            "subject_token_type": f"{TYPE}access_token",
            "requested_token_type": f"{TYPE}id_token",
            "audience": "target-client",
            "scope": "openid",
        },
    ),
    # cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token: no Authorization header, and no client
    "Google STS": Exchange(
        {
            "client": None,
            "tokenExchange": {
                **FROM_SECRET,
                "subjectTokenType": f"{TYPE}jwt",
                "requestedTokenType": f"{TYPE}access_token",
            },
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/idp",
            "scopes": ["https://www.googleapis.com/auth/cloud-platform"],
        },
        {
            "subject_token_type": f"{TYPE}jwt",
            "requested_token_type": f"{TYPE}access_token",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/idp",
            "scope": "https://www.googleapis.com/auth/cloud-platform",
        },
    ),
    # zitadel.com/docs/guides/integrate/token-exchange: an actor token impersonates or delegates
    "ZITADEL": Exchange(
        {
            "tokenExchange": {
                **FROM_SECRET,
                "subjectTokenType": f"{TYPE}id_token",
                "actorToken": {"secretRef": {"name": "actor", "key": "pat"}},
            },
            "scopes": ["openid"],
        },
        {
            "subject_token_type": f"{TYPE}id_token",
            "actor_token": "actor-token",
            "actor_token_type": f"{TYPE}access_token",
            "scope": "openid",
        },
    ),
}


def build_jwt(**claims: object) -> str:
    """Return a JWT with these claims, whose signature is of no use."""
    parts = ({"alg": "RS256"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join((*encoded, "c2ln"))


HOST = "login.example.com"
FROM_CONNECTOR = {"subjectToken": {"connectorRef": {"name": "user"}}}


def start_exchange(member: Mapping[str, Any], **changes: Any) -> World:
    """Return an operator with a connector that exchanges a token."""
    world = World()
    world.cluster.add(a_connector(a_spec(grantType="TokenExchange", tokenExchange=member, **changes)))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return world


def publish_subject(world: World, token: str = "subject-1", expires: float | None = None, **changes: Any) -> None:
    """Write the output Secret of connector `user`, as the operator does, and allow that it is sent."""
    world.cluster.add_credential("shop", "user-token", token=token.encode())
    held = world.cluster.credentials["shop", "user-token"]
    output = OutputToken("user", "token", int(world.now + 3600 if expires is None else expires))
    allowed = replace(held, is_managed=True, output=output, allowed_hosts=(HOST,))
    world.cluster.credentials["shop", "user-token"] = replace(allowed, **changes)


def message_of(world: World) -> str:
    """Return the message of condition Ready."""
    found = find_condition(world.cluster.connectors[KEY].status.conditions, "Ready")
    assert found is not None
    return found.message
