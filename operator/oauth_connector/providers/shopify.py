"""Shopify: a store."""

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.providers.patterns import LABEL
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

PRESET = Preset(
    name="Shopify",
    links=(
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant",
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant",
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens",
        "https://shopify.dev/changelog/offline-access-tokens-now-support-expiry-and-refresh",
    ),
    read="2026-11-29",
    authorization_url="https://${shop}.myshopify.com/admin/oauth/authorize",
    token_url="https://${shop}.myshopify.com/admin/oauth/access_token",
    parameters={
        "shop": Parameter(LABEL, "acme", "name of the store, before `.myshopify.com`"),
    },
    client_authentication=ClientAuthentication.POST,
    scope_separator=",",
    pkce=False,
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=True, idle_lifetime=90 * DAY),
    notes=(
        (
            'With `tokenParameters: {expiring: "1"}` an offline token expires after an hour and has a refresh'
            " token for 90 days; otherwise it does not expire. Public apps must set it: those created since April"
            " 2026, and from January 2027 all."
        ),
        "ClientCredentials is for apps of the store's own organization, and their tokens expire after 24 hours.",
        'A request to the API has the bare token in header `X-Shopify-Access-Token`: set `headerPrefix: ""`.',
        (
            "Shopify reports a client that it does not know in a web page (`application_cannot_be_found`), and so"
            " it does for ClientCredentials at a store of another organization (`shop_not_permitted`)."
        ),
    ),
    codes={
        "invalid_grant": (
            "The refresh token was used before, was not used for 90 days, or was revoked, for example because the"
            " app was removed from the store."
        ),
        "invalid_request": (
            "The code was used before, or the client is not installed in this store. Check `client.id`, and parameter"
            " `shop`."
        ),
    },
)
