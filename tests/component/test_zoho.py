"""The imitation of Zoho behaves as Zoho's documentation says."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.support.zoho import zoho
from tests.support.zoho_accounts import ACCESS_DENIED
from tests.support.zoho_session import BACK, SCOPE, ZohoSession


@pytest.fixture
async def session() -> AsyncIterator[ZohoSession]:
    """Start Zoho; the user's account is in the United States."""
    async with zoho() as server, aiohttp.ClientSession() as client:
        yield ZohoSession(client, server)


async def test_a_user_consents_and_is_redirected_with_a_code(session: ZohoSession) -> None:
    """A page with two buttons is shown first; the redirect has code, state and the account's data center."""
    page = await session.authorize()
    assert isinstance(page, str)
    assert "Accept" in page
    said = await session.authorize("accept")
    assert isinstance(said, dict)
    assert said.keys() == {"code", "state", "location", "accounts-server"}
    assert (said["state"], said["location"]) == ("s", "us")
    assert said["accounts-server"] == session.zoho.origins["us"]


async def test_a_user_can_deny_access(session: ZohoSession) -> None:
    """The redirect has the error and nothing else."""
    assert await session.authorize("reject") == {"state": "s", "error": "access_denied"}


async def test_an_account_in_another_data_center_is_served_there_only(session: ZohoSession) -> None:
    """The browser is redirected to the account's data center, and only that one accepts the code."""
    session.zoho.accounts.home = "eu"
    said = await session.authorize("accept")
    assert isinstance(said, dict)
    assert (said["location"], said["accounts-server"]) == ("eu", session.zoho.origins["eu"])
    tokens = await session.redeem(said, "eu")
    assert tokens["api_domain"] == session.zoho.origins["eu"]
    assert await session.refresh(tokens["refresh_token"], "us") == {"error": "invalid_code"}
    assert await session.redeem(await session.authorize("accept"), "us") == {"error": "invalid_code"}


REFUSED = {
    "an unknown client": ({"client_id": "1000.X"}, "Invalid Client ID"),
    "another redirect URI": ({"redirect_uri": "https://evil.example/"}, "Invalid Redirect Uri"),
    "scopes separated by spaces": ({"scope": SCOPE.replace(",", " ")}, "Invalid OAuth Scope"),
    "no scope": ({"scope": None}, "Invalid OAuth Scope"),
    "another response type": ({"response_type": "token"}, "Invalid Response Type"),
}


@pytest.mark.parametrize(("change", "page"), REFUSED.values(), ids=REFUSED)
async def test_an_invalid_authorization_request_ends_on_a_page(
    change: dict[str, str | None], page: str, session: ZohoSession
) -> None:
    """The user is not redirected to an unknown client."""
    assert page in str(await session.authorize("accept", "us", **change))


async def test_a_refresh_token_needs_offline_access_and_a_first_consent(session: ZohoSession) -> None:
    """It is issued with `access_type=offline`, and a second time only with `prompt=consent`."""
    online = await session.redeem(await session.authorize("accept", access_type=None))
    assert "refresh_token" not in online
    again = await session.redeem(await session.authorize(prompt=None))
    assert "refresh_token" not in again
    assert "refresh_token" in await session.redeem(await session.authorize("accept"))


async def test_a_code_is_valid_once_and_for_two_minutes(session: ZohoSession) -> None:
    """Afterwards the response is `invalid_code`, with status 200."""
    said = await session.authorize("accept")
    assert "access_token" in await session.redeem(said)
    assert await session.redeem(said) == {"error": "invalid_code"}
    late = await session.authorize("accept")
    session.zoho.accounts.pass_time(121)
    assert await session.redeem(late) == {"error": "invalid_code"}


async def test_a_code_is_bound_to_its_redirect_uri(session: ZohoSession) -> None:
    """RFC 6749 §4.1.3 requires it."""
    said = await session.authorize("accept")
    assert isinstance(said, dict)
    answer = await session.request_token(grant_type="authorization_code", code=said["code"], redirect_uri=BACK + "/")
    assert answer == {"error": "invalid_redirect_uri"}


async def test_the_client_secret_must_be_in_the_form(session: ZohoSession) -> None:
    """In the Authorization header or in the query it is ignored."""
    url = f"{session.zoho.origins['us']}/oauth/v2/token"
    both = {"client_id": session.client.id, "client_secret": session.client.secret}
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    basic = {"Authorization": aiohttp.encode_basic_auth(*both.values())}
    async with session.session.post(url, data=form, headers=basic) as answer:
        assert await answer.json() == {"error": "invalid_client"}
    async with session.session.post(url, data=form, params=both) as answer:
        assert await answer.json() == {"error": "invalid_client"}
    assert await session.request_token(client_secret="wrong", **form) == {"error": "invalid_client_secret"}


async def test_a_refresh_token_does_not_rotate(session: ZohoSession) -> None:
    """The response to a refresh does not contain it."""
    tokens = await session.redeem(await session.authorize("accept"))
    for _ in range(2):
        answer = await session.refresh(tokens["refresh_token"])
        assert answer.keys() == {"access_token", "token_type", "expires_in", "api_domain"}
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)


async def test_ten_access_tokens_are_issued_in_ten_minutes(session: ZohoSession) -> None:
    """The eleventh request is refused with status 200 and an error with a space in it, until the window has passed."""
    tokens = await session.redeem(await session.authorize("accept"))
    for _ in range(10):
        assert "access_token" in await session.refresh(tokens["refresh_token"])
    assert await session.refresh(tokens["refresh_token"]) == ACCESS_DENIED
    session.zoho.accounts.pass_time(600)
    assert "access_token" in await session.refresh(tokens["refresh_token"])


async def test_the_limit_of_an_account_can_be_used_up(session: ZohoSession) -> None:
    """A test can use up the ten tokens at once."""
    tokens = await session.redeem(await session.authorize("accept"))
    session.zoho.accounts.use_up_limits()
    assert await session.refresh(tokens["refresh_token"]) == ACCESS_DENIED


async def test_ten_codes_are_issued_in_ten_minutes(session: ZohoSession) -> None:
    """The eleventh redirect has the error `access_denied`."""
    for _ in range(10):
        assert "code" in await session.authorize("accept")
    assert await session.authorize("accept") == {"state": "s", "error": "access_denied"}


async def test_the_twenty_first_refresh_token_revokes_the_first(session: ZohoSession) -> None:
    """Its access tokens are revoked too."""
    tokens = []
    for _ in range(21):
        tokens.append(await session.redeem(await session.authorize("accept")))
        session.zoho.accounts.pass_time(61)
    assert session.zoho.accounts.refresh_tokens == 20
    assert await session.refresh(tokens[0]["refresh_token"]) == {"error": "invalid_code"}
    assert await session.call(f"Zoho-oauthtoken {tokens[0]['access_token']}") == 401
    assert await session.call(f"Zoho-oauthtoken {tokens[1]['access_token']}") == 200


async def test_a_refresh_token_has_at_most_fifteen_valid_access_tokens(session: ZohoSession) -> None:
    """The sixteenth revokes the oldest."""
    tokens = await session.redeem(await session.authorize("accept"))
    for _ in range(15):
        session.zoho.accounts.pass_time(61)
        await session.refresh(tokens["refresh_token"])
    assert await session.call(f"Zoho-oauthtoken {tokens['access_token']}") == 401


async def test_the_api_requires_zohos_prefix_and_a_valid_token(session: ZohoSession) -> None:
    """With another prefix, without a token or an hour later the status is 401."""
    token = (await session.redeem(await session.authorize("accept")))["access_token"]
    assert await session.call(f"Zoho-oauthtoken {token}") == 200
    for shown in (f"Bearer {token}", str(token), "Zoho-oauthtoken other"):
        assert await session.call(shown) == 401
    session.zoho.accounts.pass_time(3600)
    assert await session.call(f"Zoho-oauthtoken {token}") == 401


async def test_a_revoked_grant_has_no_valid_tokens(session: ZohoSession) -> None:
    """The access tokens are revoked with the refresh token, also when the user removes the application."""
    tokens = await session.redeem(await session.authorize("accept"))
    url = f"{session.zoho.origins['us']}/oauth/v2/token/revoke"
    async with session.session.post(url, params={"token": str(tokens["refresh_token"])}) as answer:
        assert await answer.json() == {"status": "success"}
    assert await session.refresh(tokens["refresh_token"]) == {"error": "invalid_code"}
    assert await session.call(f"Zoho-oauthtoken {tokens['access_token']}") == 401
    others = await session.redeem(await session.authorize("accept"))
    session.zoho.accounts.forget()
    assert await session.refresh(others["refresh_token"]) == {"error": "invalid_code"}


async def test_data_centers_are_listed(session: ZohoSession) -> None:
    """The list has the form that Zoho documents."""
    async with session.session.get(f"{session.zoho.origins['us']}/oauth/serverinfo") as answer:
        assert (await answer.json())["locations"] == session.zoho.origins


async def test_token_requests_are_recorded_without_secrets(session: ZohoSession) -> None:
    """A test can count them by data center and grant."""
    tokens = await session.redeem(await session.authorize("accept"))
    await session.refresh(tokens["refresh_token"])
    assert session.zoho.token_calls == [("us", "authorization_code"), ("us", "refresh_token")]


async def test_consent_can_be_automatic() -> None:
    """Tests without a browser use this."""
    async with zoho(at_once=True) as server, aiohttp.ClientSession() as session:
        assert "code" in await ZohoSession(session, server).authorize()
