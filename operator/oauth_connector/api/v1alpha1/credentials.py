"""Every reference of a spec to a credential: the one place that lists them."""

from typing import TYPE_CHECKING

from oauth_connector.api.v1alpha1.client import CLIENT_ID_KEY, CLIENT_SECRET_KEY, PASSWORD_KEY, USERNAME_KEY
from oauth_connector.api.v1alpha1.grants import REFRESH_TOKEN_KEY

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec


def named_in(spec: "OAuthConnectorSpec") -> dict[str, tuple[str, str]]:
    """Give name and key of each credential, by its field, such as `client.secretRef`."""
    client, password, seed = spec.client, spec.password, spec.refresh_token
    present = {
        "client.idSecretRef": (client.id_secret_ref, CLIENT_ID_KEY),
        "client.secretRef": (client.secret_ref, CLIENT_SECRET_KEY),
        "password.usernameSecretRef": (password.username_secret_ref if password else None, USERNAME_KEY),
        "password.passwordSecretRef": (password.password_secret_ref if password else None, PASSWORD_KEY),
        "refreshToken.secretRef": (seed.secret_ref if seed else None, REFRESH_TOKEN_KEY),
    }
    return {field: (ref.name, ref.key or key) for field, (ref, key) in present.items() if ref is not None}
