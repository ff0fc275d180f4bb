"""Whatever a token endpoint returns becomes a token or a signal, within the bounds of both."""

import gzip
import zlib
from dataclasses import dataclass, replace

from pydantic import SecretStr

from oauth_connector.connector.grant.state import GrantState, read_state, render_state
from oauth_connector.connector.observation import IssuedToken
from oauth_connector.oauth.error_codes import KNOWN, OTHER
from oauth_connector.oauth.id_token import LONGEST as LONGEST_ACCOUNT
from oauth_connector.oauth.id_token import read_account
from oauth_connector.oauth.lifetimes import TEN_YEARS
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.retry_after import LONGEST_WAIT
from oauth_connector.oauth.revocation import read_revocation_response
from oauth_connector.oauth.salvage import LONGEST_TOKEN, find_refresh_token
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_response import parse_token_response
from oauth_connector.providers.registry import PRESETS
from tests.support.builders import NOW, a_connector
from tests.support.fuzzing import Choices, fuzzed, measure

EXAMPLES = (
    {"access_token": "t", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r", "scope": "a b"},
    {"access_token": "t", "expires_at": NOW + 600, "refresh_token_expires_in": 86400, "ext_expires_in": 1},
    {"ok": True, "authed_user": {"access_token": "t", "refresh_token": "r", "expires_in": 43200}, "error": ""},
    {"access_token": "a.e30.b", "id_token": "a.eyJlbWFpbCI6ImEifQ.b", "expires": "2027-01-15T09:00:00Z"},
    {"error": "invalid_grant", "error_description": "AADSTS70008: expired", "error_codes": [70008]},
    {"errors": [{"errorType": "invalid_client"}], "success": False, "status": "400", "code": "x", "type": "y"},
)
STATUSES = (200, 200, 200, 200, 201, 302, 400, 401, 403, 404, 429, 500, 503)
HEADERS = ("content-type", "date", "retry-after", "x-ratelimit-reset", "ratelimit", "www-authenticate")
VALUES = ("application/json", "text/html", "application/x-www-form-urlencoded; charset=x", "5", "-1", '"a";r=0;t=9')
QUIRKS = (STANDARD, *(preset.quirks for preset in PRESETS.values()))
LONGEST_CODE = 64
LONGEST_BODY = 1024 * 1024


@dataclass(frozen=True)
class Exchange:
    """A response, and what is known of the provider that sent it."""

    response: HTTPResponse
    quirks: Quirks


def build(choices: Choices) -> Exchange:
    """Return a response of a token endpoint."""
    headers = {
        choices.pick(HEADERS): choices.text() if choices.is_one_of(2) else choices.pick(VALUES)
        for _ in range(choices.below(3))
    }
    body, coding = choices.body(*EXAMPLES), choices.below(8)
    if coding > 5:
        headers["content-encoding"] = choices.pick(("gzip", "deflate", "gzip, gzip", "br", "GZIP"))
        body = gzip.compress(body, 1) if coding == 7 else zlib.compress(body, 1)
        body = body[: len(body) - choices.below(12)]
    status, quirks = choices.pick(STATUSES), choices.pick(QUIRKS)
    lost = choices.pick((None,) * 7 + (Symptom.CONNECTION_LOST,))
    return Exchange(HTTPResponse(status, headers, body, choices.is_one_of(16), lost), quirks)


@fuzzed(20_000, build)
def test_a_token_response_becomes_a_bounded_token_or_signal(exchange: Exchange) -> None:
    """Nothing is raised, a token can be stored, and a signal has only codes of known shape."""
    parsed = parse_token_response(exchange.response, exchange.quirks, NOW)
    if isinstance(parsed, Token):
        require_bounded_token(parsed, exchange.response)
    else:
        require_bounded_signal(parsed, exchange.quirks)
    successor = find_refresh_token(exchange.response, exchange.quirks, SecretStr("r"))
    assert successor is None or 0 < len(successor.get_secret_value()) <= LONGEST_TOKEN


@fuzzed(5_000, build)
def test_a_revocation_response_has_an_outcome(exchange: Exchange) -> None:
    """Nothing is raised, and a failure of the server is tried again."""
    response = exchange.response
    assert (read_revocation_response(response) is None) == (response.status in {429, 500, 503})


def require_bounded_token(token: Token, response: HTTPResponse) -> None:
    """Check the bounds of a token, and that the state Secret with it can be read again."""
    assert 0 < len(token.access_token.get_secret_value()) <= LONGEST_TOKEN
    assert token.lifetime is None or 1 <= token.lifetime <= TEN_YEARS
    assert token.refresh_lifetime is None or 1 <= token.refresh_lifetime <= TEN_YEARS
    most = len(response.body) if "content-encoding" not in response.headers else LONGEST_BODY
    assert measure(token) <= 5 * most + 100
    account = read_account(token.fields)
    assert account is None or len(account) <= LONGEST_ACCOUNT
    issued = IssuedToken(token.access_token, "Bearer", NOW, NOW + 60, "d", token.scope, token.fields)
    state = GrantState(refresh_token=token.refresh_token, token=issued, generation=1, binding="b", digest="d")
    data = {name: value.get_secret_value().encode() for name, value in render_state(state, a_connector()).data.items()}
    assert read_state(data) == replace(state, token=replace(issued, scope=issued.scope or None))


def require_bounded_signal(signal: Signal, quirks: Quirks) -> None:
    """Check that a signal contains no free text, and a wait of at most an hour."""
    assert signal.retry_after is None or 1 <= signal.retry_after <= LONGEST_WAIT
    assert signal.oauth_error in {None, OTHER, *KNOWN, *quirks.errors, *quirks.errors.values()}
    assert len(signal.provider_code or "") <= LONGEST_CODE
