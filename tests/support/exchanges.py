"""Token exchanges: what providers document, and a connector that makes one (RFC 8693)."""

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import SecretStr

from oauth_connector.api.names import ALLOWED_HOSTS, FIELD_MANAGER, MANAGED
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.secret.rendering import RenderedSecret, render
from oauth_connector.connector.secret.signature import SecretSigner
from oauth_connector.kube.credential_manifests import parse_credential
from tests.support.builders import a_connector, a_spec, a_token
from tests.support.fixed_keys import KEYS
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
USER = Key("shop", "user")
SIGNER = SecretSigner(KEYS.signing_key)
_VERSIONS = itertools.count(5000)
FROM_CONNECTOR = {"subjectToken": {"connectorRef": {"name": "user"}}}


def start_exchange(member: Mapping[str, Any], **changes: Any) -> World:
    """Return an operator with a connector that exchanges a token."""
    world = World()
    world.cluster.add(a_connector(a_spec(grantType="TokenExchange", tokenExchange=member, **changes)))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return world


def publish_subject(
    world: World,
    token: str = "subject-1",
    expires: float | None = None,
    sign_with: SecretSigner | None = SIGNER,
    **changes: Any,
) -> None:
    """Write the output Secret of connector `user`, as the operator does, and allow that it is sent.

    The connector is added unless it exists. `sign_with`: `None` for a Secret without a signature.
    """
    user = world.cluster.connectors.setdefault(USER, replace(a_connector(), key=USER, uid="uid-user"))
    assert isinstance(user, Connector)
    until = int(world.now + 3600 if expires is None else expires)
    published = a_token(user, int(world.now), access_token=SecretStr(token), expires=until)
    rendered = render(published, replace(user, spec=a_connector().spec))
    rendered = sign_with.sign(rendered, user) if sign_with is not None else rendered
    held = parse_credential(_build_manifest(rendered, world.now))
    world.cluster.credentials["shop", "user-token"] = replace(held, **changes)


def _build_manifest(rendered: RenderedSecret, created: float) -> dict[str, Any]:
    """Return an output Secret as the API server returns it, whose owner allows one host."""
    owned = {
        "f:data": {f"f:{key}": {} for key in rendered.data},
        "f:metadata": {"f:annotations": {f"f:{name}": {} for name in rendered.annotations}},
    }
    metadata = {
        "namespace": "shop",
        "name": rendered.name,
        "uid": "uid-user-token",
        "resourceVersion": str(next(_VERSIONS)),
        "creationTimestamp": format_epoch(int(created)),
        "labels": {MANAGED: "true"},
        "annotations": {**rendered.annotations, ALLOWED_HOSTS: HOST},
        "managedFields": [{"manager": FIELD_MANAGER, "operation": "Update", "fieldsV1": owned}],
    }
    data = {k: base64.b64encode(value.get_secret_value().encode()).decode() for k, value in rendered.data.items()}
    return {"metadata": metadata, "data": data}


def message_of(world: World) -> str:
    """Return the message of condition Ready."""
    found = find_condition(world.cluster.connectors[KEY].status.conditions, "Ready")
    assert found is not None
    return found.message
