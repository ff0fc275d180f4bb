"""Refusals as servers word them, each with its source: of a password, and of a refresh token."""

from oauth_connector.oauth.token import HTTPResponse
from tests.support.fake_provider import answer


def say(status: int, sentence: str) -> HTTPResponse:
    """Return a response that is a text in JSON."""
    return HTTPResponse(status, {"content-type": "application/json"}, f'"{sentence}"'.encode())


HTML = HTTPResponse(403, {"content-type": "text/html"}, b"<html><h1>403 Forbidden</h1></html>")

REFUSED_PASSWORDS: dict[str, HTTPResponse] = {
    "RFC 6749 §5.2": answer(400, error="invalid_grant"),
    "RFC 6749 §5.2, the client": answer(401, error="invalid_client"),
    "RFC 6749 §5.2, the grant type": answer(400, error="unauthorized_client"),
    # a locked account of an identity server that reports all failures alike
    "a word of another endpoint": answer(401, error="server_error", error_description="access_denied"),
    # Keycloak returns 401 with invalid_grant: keycloak/keycloak issue 31294 and its documentation
    "Keycloak": answer(401, error="invalid_grant", error_description="Invalid user credentials"),
    # keycloak/keycloak issue 16923: a wrong client secret
    "Keycloak, client": answer(401, error="unauthorized_client"),
    # Canaille and Authlib: authlib/authlib issue 112 shows the same word for a refresh token
    "Authlib": answer(400, error="invalid_request", error_description="Invalid 'username' or 'password' in request."),
    # Glewlwyd: 403 with an empty body
    "Glewlwyd": HTTPResponse(403, {}, b""),
    # Auth0 documents both as errors of its authentication API: "Common Auth0 library authentication errors"
    "Auth0": answer(403, error="access_denied", error_description="Wrong email or password."),
    "Auth0, blocked": answer(401, error="too_many_attempts"),
    # Laravel Passport before 7.0 and many frameworks
    "a framework": answer(401, message="Unauthenticated."),
    # Spring Boot: DefaultErrorAttributes
    "Spring Boot": answer(401, status=401, error="Unauthorized", path="/oauth/token"),
    # Matrix, MSC3939: a locked account
    "Matrix": answer(401, errcode="M_USER_LOCKED", soft_logout=True),
    # Azure AD B2C, whose `error` is of another kind: MicrosoftDocs/azure-docs issues 43340 and 11469
    "Azure AD B2C": answer(400, error="access_denied", error_description="AADB2C90225: The username or password"),
    # ging/fiware-idm, controllers/oauth2/oauth2.js and issue 43
    "Keyrock": HTTPResponse(
        400, {"content-type": "application/json"}, b'"Invalid grant: user credentials are invalid"'
    ),
    "a number in `error`": answer(400, error=1001, message="wrong password"),
    "a number in `code`": answer(400, code=40001, msg="wrong password"),
    "a number in `errcode`, with 200": answer(200, errcode=40001, errmsg="invalid credential"),
    "a number in `code`, with 401": answer(401, code=1, message="wrong password"),
    "a page": HTML,
    "a text": HTTPResponse(400, {"content-type": "text/plain"}, b"Bad credentials"),
    "an unknown word": answer(422, error="mfa_enrollment_needed"),
    "not found": answer(404, message="no such user"),
    "conflict": HTTPResponse(409, {}, b""),
    "locked": answer(423, message="account is locked"),
    # Slack and others report errors with status 200
    "a success that is none": answer(200, ok=False, error="invalid_auth"),
    "a success without a token": answer(200, success=False, message="Login failed"),
    # Casdoor, which writes the error in the place of the token: casdoor/casdoor issue 611
    "a success with a sentence for a token": answer(200, access_token="error: invalid username or password"),
    "a success with a sentence": HTTPResponse(200, {"content-type": "text/plain"}, b"Login failed"),
    "a success with nothing": HTTPResponse(200, {}, b""),
    "a success with a list": HTTPResponse(200, {"content-type": "application/json"}, b'["Login failed"]'),
}
"""Responses to a wrong password, or to one of a locked account."""

DOUBTFUL_REFRESH_TOKENS: dict[str, HTTPResponse] = {
    # Atlassian: raycast/extensions issue 11836
    "Atlassian": answer(403, error="unauthorized_client", error_description="refresh_token is invalid"),
    # dex: dexidp/dex issue 2613
    "dex": answer(400, error="invalid_request", error_description="Refresh token is invalid or has already been"),
    # ory/fosite issue 645, thephpleague/oauth2-server issue 993, authlib/authlib issue 112, better-auth pull 8103
    "fosite": answer(400, error="invalid_request"),
    "Glewlwyd": HTTPResponse(400, {}, b""),
    "RFC 6750 §3.1": answer(401, error="invalid_token"),
    "a word that is not known": answer(400, error="no_license"),
    "access denied": answer(403, error="access_denied"),
    "a framework, 401": answer(401, message="Unauthorized"),
    "a framework, 403": answer(403, message="Forbidden"),
    "a framework, 400": answer(400, message="refresh token not found"),
    "a text": HTTPResponse(400, {"content-type": "text/plain"}, b"invalid refresh token"),
    "a page": HTML,
    "nothing": HTTPResponse(401, {}, b""),
    "conflict": HTTPResponse(409, {}, b""),
    "a success that is none": answer(200, error="something"),
    "a number in `error`": answer(400, error=1002, message="refresh token expired"),
    "a number in `code`": answer(401, code=40002, msg="refresh token expired"),
    # IBM Cloud has it for refresh tokens and for API keys: IBM-Cloud/ibm-cloud-cli-sdk pull 192
    "IBM Cloud, invalid": answer(400, errorCode="BXNIM0407E", errorMessage="Provided token is invalid"),
}
"""Responses to a refresh token that is invalid, from which that is not certain."""

UNREADABLE_REFUSALS: dict[str, HTTPResponse] = {
    # WeChat and many platforms in China: developers.weixin.qq.com, snsRefreshToken, and its global return codes
    "WeChat": answer(200, errcode=42002, errmsg="refresh_token expired"),
    # casdoor/casdoor issue 611
    "Casdoor": answer(200, access_token="error: token is expired by 23m58s", refresh_token="", expires_in=0),
}
"""Successes without a usable token: a refusal, or the response to a request that was processed."""

INVALID_REFRESH_TOKENS: dict[str, HTTPResponse] = {
    "RFC 6749 §5.2": answer(400, error="invalid_grant"),
    "RFC 6749 §5.2, with 401": answer(401, error="invalid_grant"),
    # Atlassian: developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps
    "Atlassian": answer(403, error="invalid_grant"),
    # HubSpot: HGData/mk-node-hubspot issue 64
    "HubSpot": answer(400, status="BAD_REFRESH_TOKEN", message="missing or invalid refresh token"),
    # GitHub documents it among the errors of an access token request
    "GitHub": answer(200, error="bad_refresh_token"),
    # Slack documents it at the method `oauth.v2.access`
    "Slack": answer(200, ok=False, error="invalid_refresh_token"),
    # Zoho returns it for codes and refresh tokens: Weble/ZohoClient issue 84
    "Zoho": answer(200, error="invalid_code"),
    # supabase/auth issue 2829
    "Supabase": answer(400, code=400, error_code="refresh_token_not_found", msg="Invalid Refresh Token"),
    # EVE Online: ccpgames/sso-issues issue 54
    "EVE Online": answer(400, error="invalid_grant: Token is expired or invalid."),
    # IBM-Cloud/bluemix-go issue 129
    "IBM Cloud": answer(400, errorCode="BXNIM0408E", errorMessage="Provided refresh token is expired", context={}),
    # dreeveapp/dreeve issue 1449
    "Strava": answer(
        400, message="Bad Request", errors=[{"resource": "RefreshToken", "field": "refresh_token", "code": "invalid"}]
    ),
    # ging/fiware-idm, controllers/oauth2/oauth2.js and issue 43
    "Keyrock": say(400, "Invalid grant: refresh token is invalid"),
    # AzureAD/microsoft-authentication-library-for-android issue 1004
    "Azure AD B2C": answer(400, error="invalid_grant", error_description="AADB2C90080: The provided grant"),
    # OpenID Connect Core §3.1.2.6
    "OpenID Connect": answer(400, error="interaction_required"),
}
"""Responses that say for certain that a refresh token is invalid."""
