"""Mailchimp Marketing."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.preset import Preset

PRESET = Preset(
    name="Mailchimp",
    links=(
        "https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",
        "https://developer.mailchimp.com/documentation/mailchimp/guides/how-to-use-oauth2/",
    ),
    read=None,
    authorization_url="https://login.mailchimp.com/oauth2/authorize",
    token_url="https://login.mailchimp.com/oauth2/token",
    client_authentication=ClientAuthentication.POST,
    notes=(
        "A token does not expire, and there is no refresh token: `expires_in` is zero.",
        (
            "The host of the API is that of the account's data center:"
            " `https://login.mailchimp.com/oauth2/metadata` names it."
        ),
    ),
    codes={
        "invalid_grant": "The code is wrong, has expired, or was used before.",
        "invalid_client": "The client ID or the client secret is wrong.",
    },
)
