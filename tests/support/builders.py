"""Connectors, Secrets and observations for tests of the pure packages."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from oauth_connector.api.names import PREFIX
from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.observation import (
    AnyConnector,
    Connector,
    ConnectorMemory,
    ConnectorObject,
    IssuedToken,
    Key,
    Observation,
    with_spec,
)
from oauth_connector.connector.secret.metadata import SecretMetadata, read_grant_summary
from oauth_connector.connector.secret.rendering import RenderedSecret, render
from oauth_connector.oauth.lifetimes import read_lifetime_source

NOW = 1_800_000_000
UID = "0b0e0c0f-0000-4000-8000-000000000001"


def a_spec(**changes: Any) -> dict[str, Any]:
    """Return a client credentials spec; `None` removes a field."""
    spec: dict[str, Any] = {
        "grantType": "ClientCredentials",
        "provider": {"tokenURL": "https://login.example.com/token"},
        "client": {"id": "robot", "secretRef": {"name": "robot"}},
    }
    return {name: value for name, value in {**spec, **changes}.items() if value is not None}


def a_password_spec(**changes: Any) -> dict[str, Any]:
    """Return a password spec."""
    password = {"username": "ann", "passwordSecretRef": {"name": "ann", "key": "password"}}
    return a_spec(grantType="Password", password=password, **changes)


def a_connector(spec: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **changes: Any) -> Connector:
    """Return the connector `shop/crm` with a valid spec; without a status it is new."""
    connector = any_connector(spec, status)
    assert isinstance(connector, Connector)
    return replace(connector, **changes)


def any_connector(spec: dict[str, Any] | None = None, status: dict[str, Any] | None = None) -> AnyConnector:
    """Return the connector `shop/crm`, whether its spec is valid or not."""
    resource = ConnectorObject(
        key=Key("shop", "crm"),
        uid=UID,
        resource_version="100",
        generation=1,
        deleting=False,
        status=OAuthConnectorStatus.read(status or {"observedGeneration": -1}),
    )
    return with_spec(resource, parse_spec(spec if spec is not None else a_spec()))


def a_token(connector: Connector, issued: int = NOW, lifetime: int = 3600, **changes: Any) -> IssuedToken:
    """Return a token for the connector's present request."""
    token = IssuedToken(
        access_token=SecretStr("an-access-token"),
        token_type="Bearer",
        issued=issued,
        expires=issued + lifetime,
        digest=connector.spec.token_digest,
    )
    return replace(token, **changes)


def metadata_of(rendered: RenderedSecret, of: ConnectorObject, /, **changes: Any) -> SecretMetadata:
    """Return the metadata that the API server would return for a rendered Secret."""
    notes = rendered.annotations
    members: dict[str, Any] = {
        "namespace": of.key.namespace,
        "name": rendered.name,
        "uid": "5ec5ec5e-0000-4000-8000-000000000001",
        "resource_version": "200",
        "managed": True,
        "connector": notes[f"{PREFIX}connector"],
        "connector_uid": notes[f"{PREFIX}connector-uid"],
        "token_digest": notes.get(f"{PREFIX}token-digest"),
        "output_digest": notes.get(f"{PREFIX}output-digest"),
        "issued_at": _seconds(notes.get(f"{PREFIX}issued-at")),
        "expires_at": _seconds(notes.get(f"{PREFIX}expires-at")),
        "lifetime_source": read_lifetime_source(notes.get(f"{PREFIX}lifetime-source")),
        "fields": notes.get(f"{PREFIX}fields"),
        "grant": read_grant_summary(notes.get(f"{PREFIX}state")),
        "signature": notes.get(f"{PREFIX}signature"),
        "created": NOW,
        "intact": True,
        "has_owned_data": True,
        "owner_uid": str(rendered.owner["uid"]) if rendered.owner is not None else None,
    }
    return SecretMetadata(**(members | changes))


def an_output(of: Connector, token: IssuedToken | None = None, /, **changes: Any) -> SecretMetadata:
    """Return the output Secret with a token of the connector."""
    return metadata_of(render(token or a_token(of), of), of, **changes)


def an_observation(connector: Connector | None = None, now: float = NOW, **changes: Any) -> Observation:
    """Return the observation of a new connector."""
    seen = connector or a_connector()
    obs = Observation(
        now=now,
        connector=seen,
        token_digest=seen.spec.token_digest,
        output_digest=seen.spec.output_digest,
        memory=ConnectorMemory(),
    )
    return replace(obs, **changes)


def _seconds(time: str | None) -> int | None:
    if time is None:
        return None
    return int(datetime.fromisoformat(time).timestamp())
