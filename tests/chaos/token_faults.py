"""The faults of a token endpoint by name, each with the expected reason.

The authorization server behind the proxy is a real one.
"""

import gzip
import json
from dataclasses import dataclass

from tests.support import faults
from tests.support.faults import (
    Delay,
    Drip,
    Endless,
    Fault,
    Replace,
    ResetAfter,
    ResetBefore,
    Respond,
    Truncate,
)

WRONG_CLOCK = "Mon, 01 Jan 2024 00:00:00 GMT"
A_MINUTE_LATER = "Mon, 01 Jan 2024 00:01:00 GMT"


@dataclass(frozen=True, slots=True)
class Expected:
    """A fault, the reason in status, and the condition beside `Ready` that shows who must act."""

    fault: Fault
    reason: str
    beside: str = "Reconciling"

    @property
    def waits(self) -> bool:
        """Return whether the next request is at a time that the provider sent or the operator assumes."""
        has_retry_after = isinstance(self.fault, Respond) and "retry-after" in self.fault.headers
        return has_retry_after or self.reason == "RateLimited"


def _needs_action(fault: Fault, reason: str) -> Expected:
    return Expected(fault, reason, "Stalled")


def _body(body: bytes, status: int = 200, kind: str = "application/json") -> Respond:
    return Respond(status, {"content-type": kind}, body)


TOKEN_FAULTS: dict[str, Expected] = {
    # the way there
    "reset before the request is forwarded": Expected(ResetBefore(), "ProviderUnreachable"),
    "reset after it was forwarded": Expected(ResetAfter(), "ProviderUnreachable"),
    "no answer in time": Expected(Delay(60), "ProviderUnreachable"),
    "an answer drop by drop": Expected(Drip(every=0.5), "ProviderUnreachable"),
    "an answer cut off": Expected(Truncate(20), "ProviderUnreachable"),
    "a megabyte of headers": Expected(Respond(200, {"x-filler": "x" * 1_000_000}), "ProviderUnreachable"),
    # bodies
    "a body without an end": Expected(Endless(), "InvalidTokenResponse"),
    "a gzip bomb": Expected(
        Respond(
            200, {"content-type": "application/json", "content-encoding": "gzip"}, gzip.compress(bytes(50_000_000))
        ),
        "InvalidTokenResponse",
    ),
    "a login page": Expected(faults.html(), "InvalidTokenEndpoint"),
    "a charset that is no encoding of JSON": Expected(faults.in_charset("cp037"), "InvalidTokenResponse"),
    "nothing at all": Expected(Respond(200), "InvalidTokenResponse"),
    "no content": Expected(Respond(204), "InvalidTokenResponse"),
    "a list": Expected(_body(b'["access_token"]'), "InvalidTokenResponse"),
    "half of an object": Expected(_body(b'{"access_token": "abc'), "InvalidTokenResponse"),
    "a very deep object": Expected(_body(b'{"a":' * 20_000 + b"1" + b"}" * 20_000), "InvalidTokenResponse"),
    "a key twice": Expected(_body(b'{"access_token": "a", "access_token": "b"}'), "InvalidTokenResponse"),
    "no token": Expected(_body(b'{"token_type": "Bearer"}'), "InvalidTokenResponse"),
    "a token that is a number": Expected(faults.token(access_token=7), "InvalidTokenResponse"),
    "a token with a line break": Expected(faults.token(access_token="a\r\nb"), "InvalidTokenResponse"),
    "a real token's answer, garbled": Expected(Replace(b"\xff\xfe\x00"), "InvalidTokenResponse"),
    "a token of another type": _needs_action(faults.token(token_type="mac"), "UnsupportedTokenType"),
    # redirects
    "a redirect that keeps the method": _needs_action(
        faults.redirect("https://login.example.com/"), "EndpointRedirected"
    ),
    "a redirect to a metadata service": _needs_action(
        faults.redirect("http://169.254.169.254/latest/", 302), "EndpointRedirected"
    ),
    # limits and outages
    "429 with seconds": Expected(faults.rate_limited("60"), "RateLimited"),
    "429 with a date by a wrong clock": Expected(
        Respond(429, {"retry-after": A_MINUTE_LATER, "date": WRONG_CLOCK}), "RateLimited"
    ),
    "429 and nothing more": Expected(faults.rate_limited(), "RateLimited"),
    "429 with nonsense": Expected(faults.rate_limited("soon"), "RateLimited"),
    "Zoho's limit, with status 200": Expected(_body(b'{"error": "Access Denied"}'), "RateLimited"),
    "slow_down": Expected(faults.oauth_error("slow_down"), "RateLimited"),
    "503": Expected(faults.unavailable(), "ProviderError"),
    "503 with seconds": Expected(faults.unavailable("60"), "ProviderError"),
    "502 with a page": Expected(faults.html(502), "ProviderError"),
    "500 with an OAuth error": Expected(faults.oauth_error("server_error", 500), "ProviderError"),
    "temporarily_unavailable": Expected(faults.oauth_error("temporarily_unavailable"), "ProviderError"),
    "404 with a page": Expected(faults.html(404), "EndpointNotFound"),
    "405": Expected(Respond(405), "EndpointNotFound"),
    # refusals
    "a bare 401": Expected(Respond(401), "CredentialsRejected"),
    "403 from a firewall": Expected(faults.html(403), "AccessDenied"),
    "invalid_client": _needs_action(faults.oauth_error("invalid_client", 401), "CredentialsRejected"),
    "invalid_client, with status 200": _needs_action(faults.oauth_error("invalid_client", 200), "CredentialsRejected"),
    "invalid_scope": _needs_action(faults.oauth_error("invalid_scope"), "InvalidScope"),
    "invalid_target": _needs_action(faults.oauth_error("invalid_target"), "InvalidTarget"),
    "unauthorized_client": _needs_action(faults.oauth_error("unauthorized_client"), "UnauthorizedClient"),
    "unsupported_grant_type": _needs_action(faults.oauth_error("unsupported_grant_type"), "UnsupportedGrantType"),
    "access_denied": _needs_action(faults.oauth_error("access_denied", 403), "AccessDenied"),
    "an error nobody knows": _needs_action(faults.oauth_error("no_license"), "InvalidRequest"),
    "an error with an object": Expected(_body(json.dumps({"error": {"code": "x"}}).encode(), 400), "InvalidRequest"),
}
