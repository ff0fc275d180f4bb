"""The registered clients in a state Secret: the one of the grant, and the one of a consent that is not given yet."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from oauth_connector.connector.secret.metadata import Second
from oauth_connector.oauth.registration import RegisteredClient


class StoredClient(BaseModel):
    """The members of a registered client as JSON spells them."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    issuer: str
    id: str
    redirect_uri: Annotated[str, Field(alias="redirectURI")]
    method: str
    secret: SecretStr | None = None
    expires: Second | None = None
    management_url: Annotated[str | None, Field(alias="managementURL")] = None
    management_token: Annotated[SecretStr | None, Field(alias="managementToken")] = None

    def read(self) -> RegisteredClient:
        """Return the client."""
        return RegisteredClient(**{name: getattr(self, name) for name in type(self).model_fields})


def list_members(client: RegisteredClient | None) -> dict[str, object] | None:
    """Return the members to store, with the secrets: the Secret is the operator's own."""
    if client is None:
        return None
    secret, token = client.secret, client.management_token
    return {
        "issuer": client.issuer,
        "id": client.id,
        "redirectURI": client.redirect_uri,
        "method": client.method,
        "secret": secret.get_secret_value() if secret is not None else None,
        "expires": client.expires,
        "managementURL": client.management_url,
        "managementToken": token.get_secret_value() if token is not None else None,
    }
