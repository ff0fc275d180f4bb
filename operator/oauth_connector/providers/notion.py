"""Notion."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.request_shape import BodyFormat, RequestShape
from oauth_connector.providers.preset import Preset, RefreshTokens

PRESET = Preset(
    name="Notion",
    links=(
        "https://developers.notion.com/docs/authorization",
        "https://developers.notion.com/reference/create-a-token",
        "https://developers.notion.com/reference/refresh-a-token",
    ),
    read="2026-11-29",
    authorization_url="https://api.notion.com/v1/oauth/authorize",
    token_url="https://api.notion.com/v1/oauth/token",
    client_authentication=ClientAuthentication.BASIC,
    authorization={"owner": "user"},
    refresh_tokens=RefreshTokens(rotates=True),
    request=RequestShape(body_format=BodyFormat.JSON, headers={"Notion-Version": "2026-03-11"}),
    notes=(
        (
            "The response contains no lifetime: the operator assumes an hour, unless"
            " `refresh.defaultLifetime` says otherwise."
        ),
        "Capabilities are those of the connection in its settings; leave `scopes` out.",
        "A member such as `workspace_id` can be published with `output.responseFields`.",
    ),
    codes={
        "invalid_grant": (
            "The code or the refresh token is invalid, has expired or was revoked, or the redirect URI"
            " differs from that of the link."
        ),
        "invalid_client": "The OAuth client ID or the secret is wrong.",
    },
)
