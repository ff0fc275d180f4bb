"""PayPal."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import match_one_of
from oauth_connector.providers.preset import Parameter, Preset

_HOSTS: Mapping[str, str] = {"production": "paypal.com", "sandbox": "sandbox.paypal.com"}

PRESET = Preset(
    name="PayPal",
    links=(
        "https://developer.paypal.com/api/rest/authentication/",
        "https://developer.paypal.com/reference/get-an-access-token",
        "https://developer.paypal.com/docs/log-in-with-paypal/integrate/",
    ),
    read=None,
    authorization_url="https://www.${environment}/signin/authorize",
    token_url="https://api-m.${environment}/v1/oauth2/token",
    parameters={
        "environment": Parameter(
            match_one_of(*_HOSTS), "sandbox", "environment of the client", default="production", hosts=_HOSTS
        ),
    },
    client_authentication=ClientAuthentication.BASIC,
    authorization={"flowEntry": "static"},
    notes=("With ClientCredentials, tokens expire after about nine hours.",),
    codes={
        "invalid_client": (
            "The client ID or the secret is wrong, or of the other environment. Check parameter `environment`."
        ),
    },
)
