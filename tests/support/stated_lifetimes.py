"""Lifetimes as servers state them, each with its source, and the seconds that they mean at `NOW`."""

from typing import Any

NOW = 1_795_990_400.0
"""2026-11-29T22:13:20Z."""

SURE: dict[str, tuple[dict[str, Any], int]] = {
    # RFC 6749 §5.1
    "RFC 6749": ({"expires_in": 3600}, 3600),
    # github.com/SecureAuthCorp/oauth2c/pull/119 reports it of Microsoft, and PayPal documents it
    "Microsoft and PayPal, text": ({"expires_in": "3599"}, 3599),
    # github.com/golang/oauth2/pull/67
    "a fraction": ({"expires_in": 3599.9}, 3599),
    "text with a fraction and spaces": ({"expires_in": " 3599.0 "}, 3599),
    # learn.microsoft.com/dotnet/api/microsoft.aspnetcore.authentication.bearertoken.accesstokenresponse
    "ASP.NET Core Identity": ({"accessToken": "a", "expiresIn": 3600}, 3600),
    # requests-oauthlib, compliance_fixes/facebook.py
    "Facebook, old": ({"expires": "5184000"}, 5_184_000),
    # github.com/thephpleague/oauth2-client/issues/860: the member `expires` has both meanings
    "a point in time in expires": ({"expires": int(NOW) + 900}, 900),
    # developers.google.com: 60 days in seconds are no milliseconds
    "60 days": ({"expires_in": 5_184_000}, 5_184_000),
    "a year": ({"expires_in": 31_536_000}, 31_536_000),
    "five years": ({"expires_in": 157_680_000}, 157_680_000),
    # developers.strava.com/docs/authentication
    "Strava, both": ({"expires_at": int(NOW) + 21_600, "expires_in": 21_600}, 21_600),
    "Strava, the time alone": ({"expires_at": int(NOW) + 21_600}, 21_600),
    # github.com/MicrosoftDocs/azure-docs/issues/81354
    "Azure, text": ({"expires_on": str(int(NOW) + 3599), "not_before": str(int(NOW)), "ext_expires_in": "0"}, 3599),
    # github.com/Azure/azure-sdk-for-python/pull/9480: App Service on Windows, and on Linux
    "App Service on Windows": ({"expires_on": "11/29/2026 11:13:20 PM +00:00"}, 3600),
    "App Service on Linux": ({"expires_on": "11/29/2026 23:13:20 +00:00"}, 3600),
    # github.com/AzureAD/microsoft-authentication-library-for-python/pull/804: seven digits of a second
    "Azure Arc": ({"expires_on": "2026-11-29T23:13:20.0000000+00:00"}, 3600),
    # github.com/ruby-oauth/oauth2/pull/185
    "Square": ({"expires_at": "2026-12-29T22:13:20Z"}, 2_592_000),
    # github.com/googleapis/google-api-nodejs-client/issues/636
    "milliseconds since 1970": ({"expiry_date": int(NOW + 600) * 1000}, 600),
    "milliseconds since 1970, as text": ({"expires_at": str(int(NOW + 600) * 1000)}, 600),
    # github.com/himmelblau-idm/himmelblau/pull/1370
    "Microsoft's broker": ({"expiresOn": int(NOW + 3600) * 1000}, 3600),
    "microseconds since 1970": ({"expires_at": int(NOW + 600) * 10**6}, 600),
    "nanoseconds since 1970": ({"expires_at": int(NOW + 600) * 10**9}, 600),
    # github.com/SpoonX/aurelia-authentication/issues/220
    "OWIN, both": ({"expires_in": 59, ".issued": "x", ".expires": "Sun, 29 Nov 2026 22:14:20 GMT"}, 59),
    "OWIN, the date alone": ({".expires": "Sun, 29 Nov 2026 22:14:20 GMT"}, 60),
    # developer.shopline.com: appKey, expireTime
    "Shopline": ({"expireTime": "2026-11-29T22:23:20+00:00"}, 600),
    # Zoho, historically: github.com/googleworkspace/apps-script-oauth2/issues/198
    "Zoho, without its preset": ({"expires_in_sec": 3600, "expires_in": 3_600_000}, 3600),
    # learn.microsoft.com/previous-versions/dotnet/articles/bb299886: dates in Microsoft's JSON
    "Microsoft's JSON": ({"expires": f"/Date({int(NOW + 600)}000)/"}, 600),
    "RFC 7231, obsolete form": ({"expires_at": "Sunday, 29-Nov-26 22:23:20 GMT"}, 600),
    "another zone": ({"expires_at": "2026-11-30T00:13:20+01:00"}, 3600),
    "a date with the name of its zone": ({"expires_at": "2026-11-29 22:23:20 UTC"}, 600),
    # ISO 8601 §5.5.2, RFC 3339 Appendix A
    "ISO 8601": ({"expires_in": "PT1H30M"}, 5400),
    "a unit": ({"expires_in": "3600 seconds"}, 3600),
    "a short unit": ({"expires_in": "60m"}, 3600),
    "hours": ({"expires_in": "1 hour"}, 3600),
    # learn.microsoft.com/dotnet/api/system.timespan
    "a TimeSpan": ({"expires_in": "1.01:00:00"}, 90_000),
    "ISO 8601, weeks": ({"expires_in": "P1W"}, 604_800),
    # pkg.go.dev/time: Duration.String
    "Go": ({"expires_in": "1h0m0s"}, 3600),
    "Go, minutes": ({"expires_in": "10m30s"}, 630),
    # open.feishu.cn: auth-v3, tenant_access_token
    "Feishu": ({"code": 0, "expire": 7140}, 7140),
    # learn.microsoft.com/graph: property expirationDateTime
    "Microsoft Graph": ({"expirationDateTime": "2026-11-29T22:23:20Z"}, 600),
    # learn.microsoft.com/rest/api/azureml: online endpoints, get token
    "Azure Machine Learning": ({"expiryTimeUtc": int(NOW) + 600}, 600),
    "a point in time, another name": ({"tokenExpirationTime": int(NOW) + 600, "expire_at": 0}, 600),
    "zero beside a point in time": ({"expires_in": 0, "expires_at": int(NOW) + 600}, 600),
}
