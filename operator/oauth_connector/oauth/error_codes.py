"""Which words of a response are OAuth errors: those of the RFCs, and those that a provider documents.

Any other `error` is that of a framework, a gateway or a proxy, and only the status of its response counts.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus

from oauth_connector.oauth.json_pointer import find_value
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.response_body import Members

OTHER = "other"
"""Stands for a code that is not known: a server may repeat what was sent to it in `error`."""

_STANDARD = """
    invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope
    access_denied unsupported_response_type server_error temporarily_unavailable
    authorization_pending slow_down expired_token
    invalid_target unsupported_token_type invalid_token insufficient_scope
    invalid_dpop_proof use_dpop_nonce invalid_authorization_details
    interaction_required login_required account_selection_required consent_required
    invalid_request_uri invalid_request_object request_not_supported request_uri_not_supported
    invalid_client_metadata invalid_redirect_uri unmet_authentication_requirements
    insufficient_user_authentication use_attestation_challenge use_fresh_attestation
"""
"""RFC 6749 §5.2 and §4.1.2.1, RFC 8628 §3.5, RFC 8707 §2, RFC 7009 §2.2.1, RFC 6750 §3.1, RFC 9449 §5 and §8, RFC 9396
§5, OpenID Connect Core §3.1.2.6, RFC 9101 §6, RFC 7591 §3.2.2, RFC 9470 §3, and the draft of attested clients.
"""

_OF_PROVIDERS = """
    bad_verification_code bad_refresh_token incorrect_client_credentials redirect_uri_mismatch application_suspended
    unverified_user_email
    bad_auth_code bad_client_id bad_client_secret bad_redirect_uri
    invalid_code invalid_client_secret general_error access_token_expired missing_org_info
    code_already_used invalid_refresh_token token_revoked token_expired invalid_client_id invalid_grant_type ratelimited
    internal_error fatal_error request_timeout service_unavailable invalid_auth invalid_arguments account_inactive
    inactive_user inactive_org invalid_client_credentials rate_limit_exceeded unsupported_auth_method
    invalid_app_access ip_restricted
    deleted_client disabled_client org_internal admin_policy_enforced invalid_account rate_limit quota_exceeded
    oauthexception
    mfa_required too_many_attempts
    refresh_token_expired refresh_token_revoked invalid_assertion user_disabled account_locked
    authorization_declined incorrect_device_code device_flow_disabled
    refresh_token_not_found refresh_token_already_used
    bxnim0408e
    40001 40013 40029 40030 42002 45009
    invalidclientidorsecret
"""
"""GitHub [1]; HubSpot [2]; Zoho [3]; Slack [4]; Salesforce [5]; Google [6]; Facebook [7]; Auth0 [8]; others.
For device codes Microsoft Entra [9] and GitHub [10]. For refresh tokens Supabase [11] and IBM Cloud [12].
WeChat [13] and DingTalk [14].

[1] docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
[2] github.com/HGData/mk-node-hubspot/issues/64, github.com/airbytehq/airbyte/issues/79592
[3] zoho.com/accounts/protocol/oauth/web-server-applications.html
[4] docs.slack.dev/reference/methods/oauth.v2.access
[5] help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
[6] developers.google.com/identity/protocols/oauth2/web-server
[7] developers.facebook.com/docs/graph-api/guides/error-handling
[8] auth0.com/docs/libraries/common-auth0-library-authentication-errors
[9] learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
[10] docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
[11] supabase.com/docs/guides/auth/debugging/error-codes
[12] github.com/IBM-Cloud/ibm-cloud-cli-sdk/pull/192, github.com/IBM-Cloud/bluemix-go/issues/129
[13] developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_PC_APIs/getaccesstoken.md
[14] help.dingtalk.io/open/development/obtain-user-token
"""

KNOWN = frozenset(_STANDARD.split()) | frozenset(_OF_PROVIDERS.split())
"""All known codes, in lower case."""

_NAMES = ("error", "error_code", "errorcode", "errortype", "code", "type", "status", "name")
"""Members in which servers write a code, in any case: that of RFC 6749 §5.2 first.

Apigee writes `ErrorCode`. Servers that return the error object of node-oauth2-server as it is write `name` (Keyrock:
github.com/ging/fiware-idm/issues/43).
"""

_SENTENCES = {
    "invalid grant": "invalid_grant",
    "invalid client": "invalid_client",
    "unauthorized client": "unauthorized_client",
    "unsupported grant type": "unsupported_grant_type",
    "invalid scope": "invalid_scope",
}
"""Codes of RFC 6749 §5.2 as the beginning of a sentence: node-oauth2-server writes so, and Keyrock nothing else.

`Invalid request` and `Access denied` are left out: frameworks and gateways write them, too.
"""
_SENTENCE = re.compile(rf"\s{{0,8}}\"?({'|'.join(_SENTENCES)}): [^\"<>{{}}\r\n]{{1,400}}\"?\s{{0,8}}", re.IGNORECASE)

_INVALID_FIELDS = {
    "refresh_token": "invalid_grant",
    "code": "invalid_grant",
    "client_id": "invalid_client",
    "client_secret": "invalid_client",
}
"""What the parameter means that an item of `errors` calls invalid: Strava (github.com/dreeveapp/dreeve/issues/1449)."""

_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_PHRASES = frozenset(re.sub("[^a-z]", "", status.phrase.lower()) for status in HTTPStatus)


def find_error(members: Members, status: int, quirks: Quirks = STANDARD) -> str | None:
    """Find the error of a response, in lower case. `None`: there is none.

    A word that is not known counts only where the status cannot say more: with 400, and with a success. It is reported
    as `OTHER`. A result of the provider that is no success is an error in any case.
    """
    known = next((word for word in _list_words(members, quirks) if word in KNOWN or word in quirks.errors), None)
    if known is not None:
        return known
    is_success = 200 <= status < 300  # noqa: PLR2004  # HTTP
    has_failed = is_success and _has_failed(members)
    is_unknown = (
        has_failed or (status == HTTPStatus.BAD_REQUEST and _has_code(members)) or _has_bad_result(members, quirks)
    )
    return OTHER if is_unknown else None


def find_sentence(text: str) -> str | None:
    """Find the error in a refusal that is a sentence alone, in lower case; `None`: it names none."""
    found = _SENTENCE.fullmatch(text)
    return _SENTENCES[found[1].lower()] if found is not None else None


def find_pause(members: Members, status: int, quirks: Quirks) -> float | None:
    """Return the seconds to wait where a success says that there were too many requests, in the provider's words."""
    if status != HTTPStatus.OK or not quirks.pauses:
        return None
    return next((quirks.pauses[word] for word in _list_words(members, quirks) if word in quirks.pauses), None)


def _list_words(members: Members, quirks: Quirks) -> Iterator[str]:
    """List the words that may be a code, those at the places of the provider first.

    The others are in the response, in an object in `error`, and in the first item of `errors`.
    """
    if _has_bad_result(members, quirks):
        yield _read_word(find_value(members, quirks.result))
    yield from (_read_word(find_value(members, place)) for place in quirks.error_places)
    errors = members.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    yield from _read_invalid_field(first)
    for place in (members, members.get("error"), first):
        if isinstance(place, Mapping):
            found = {str(name).lower(): value for name, value in [*place.items()][::-1]}
            yield from (_cut_text(word) for name in _NAMES if isinstance(word := found.get(name), str))


def _read_invalid_field(item: object) -> Iterator[str]:
    """Return the code for an item that names an invalid parameter; Strava names none for a wrong client secret."""
    if isinstance(item, Mapping) and item.get("code") == "invalid":
        field, resource = item.get("field"), item.get("resource")
        is_client = resource == "Application" and field == ""
        yield "invalid_client" if is_client else _INVALID_FIELDS.get(str(field), "")


def _cut_text(word: str) -> str:
    """Return a code in lower case without the text that some servers write behind it (EVE Online, RFC 6749 §5.2)."""
    code = word.partition(":")[0].strip().lower()
    return _SENTENCES.get(code, code)


def _read_word(value: object) -> str:
    """Return a code as text: it may be a number."""
    return str(value).strip().lower() if isinstance(value, str | int) else ""


def _has_bad_result(members: Members, quirks: Quirks) -> bool:
    """Return whether the member that states how a request ended is there, and names no success."""
    result = find_value(members, quirks.result)
    return result is not None and _read_word(result) not in quirks.success


def _has_failed(members: Members) -> bool:
    """Return whether a success states a failure: in `error`, in `ok` (Slack), or in `errors` (Fitbit)."""
    has_list = bool(members.get("errors")) and "access_token" not in members
    return bool(members.get("error")) or has_list or members.get("ok") is False


def _has_code(members: Members) -> bool:
    """Return whether `error` has the form of a code (RFC 6749 §5.2), and is not the phrase of an HTTP status."""
    error = members.get("error")
    return (
        isinstance(error, str)
        and _CODE.fullmatch(error) is not None
        and re.sub("[^a-z]", "", error.lower()) not in _PHRASES
    )
