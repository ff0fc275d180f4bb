"""The imitation of Zoho: what its documentation promises, so that whatever is tried against it means something."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.support.zoho import API, Zoho, zoho
from tests.support.zoho_accounts import ACCESS_DENIED, ZohoClient

BACK = "https://connect.example.com/oauth/callback/shop/crm"
SCOPE = "ZohoCRM.modules.ALL,ZohoCRM.users.READ"
Said = dict[str, str]


class Scene:
    """A person, a client, and Zoho between them."""

    def __init__(self, session: aiohttp.ClientSession, server: Zoho) -> None:
        self.session = session
        self.zoho = server
        self.client: ZohoClient = server.accounts.register(BACK)

    async def authorize(self, decision: str | None = None, at: str = "us", **changes: str | None) -> Said | str:
        """Follow the link; gives what the redirect to the client says, or the page that is shown instead."""
        asked = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": BACK,
            "scope": SCOPE,
            "state": "s",
            "access_type": "offline",
            "prompt": "consent",
            **changes,
        }
        query = {name: value for name, value in asked.items() if value is not None}
        url = f"{self.zoho.origins[at]}/oauth/v2/auth"
        form = {"decision": decision} if decision else None
        for _ in range(3):
            method = "POST" if form and url.startswith(self.zoho.origins[self.zoho.accounts.home]) else "GET"
            async with self.session.request(
                method, url, params=query, data=form if method == "POST" else None, allow_redirects=False
            ) as answer:
                if answer.status != 302:
                    return await answer.text()
                url, query = answer.headers["Location"], {}
            if url.startswith(BACK):
                return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
        raise AssertionError("Zoho sends the browser round in circles")

    async def ask(self, at: str = "us", **form: str) -> dict[str, object]:
        """Make a token request; the status is always 200."""
        credentials = {"client_id": self.client.id, "client_secret": self.client.secret}
        url = f"{self.zoho.origins[at]}/oauth/v2/token"
        async with self.session.post(url, data={**credentials, **form}) as answer:
            assert answer.status == 200
            said: dict[str, object] = await answer.json()
            return said

    async def trade(self, said: Said | str, at: str = "us") -> dict[str, object]:
        """Give the code back for tokens."""
        assert isinstance(said, dict), said
        return await self.ask(at, grant_type="authorization_code", code=said["code"], redirect_uri=BACK)

    async def refresh(self, token: object, at: str = "us") -> dict[str, object]:
        """Ask for another access token."""
        return await self.ask(at, grant_type="refresh_token", refresh_token=str(token))

    async def call(self, authorization: str) -> int:
        """Call the API; gives the status."""
        headers = {"Authorization": authorization}
        async with self.session.get(self.zoho.origins["us"] + API, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Start Zoho; the person's account is in the United States."""
    async with zoho() as server, aiohttp.ClientSession() as session:
        yield Scene(session, server)


async def test_a_person_is_asked_and_sent_back_with_a_code(scene: Scene) -> None:
    """A page with two buttons comes first; then the redirect names code, state and the account's data centre."""
    page = await scene.authorize()
    assert isinstance(page, str)
    assert "Accept" in page
    said = await scene.authorize("accept")
    assert isinstance(said, dict)
    assert said.keys() == {"code", "state", "location", "accounts-server"}
    assert (said["state"], said["location"]) == ("s", "us")
    assert said["accounts-server"] == scene.zoho.origins["us"]


async def test_a_person_may_refuse(scene: Scene) -> None:
    """The redirect says so, and nothing else."""
    assert await scene.authorize("reject") == {"state": "s", "error": "access_denied"}


async def test_an_account_elsewhere_is_asked_at_home_and_served_there_alone(scene: Scene) -> None:
    """The browser is passed on to the account's data centre, and only that one takes the code."""
    scene.zoho.accounts.home = "eu"
    said = await scene.authorize("accept")
    assert isinstance(said, dict)
    assert (said["location"], said["accounts-server"]) == ("eu", scene.zoho.origins["eu"])
    tokens = await scene.trade(said, "eu")
    assert tokens["api_domain"] == scene.zoho.origins["eu"]
    assert await scene.refresh(tokens["refresh_token"], "us") == {"error": "invalid_code"}
    assert await scene.trade(await scene.authorize("accept"), "us") == {"error": "invalid_code"}


REFUSED = {
    "an unknown client": ({"client_id": "1000.X"}, "Invalid Client ID"),
    "another redirect URI": ({"redirect_uri": "https://evil.example/"}, "Invalid Redirect Uri"),
    "scopes separated by spaces": ({"scope": SCOPE.replace(",", " ")}, "Invalid OAuth Scope"),
    "no scope": ({"scope": None}, "Invalid OAuth Scope"),
    "another response type": ({"response_type": "token"}, "Invalid Response Type"),
}


@pytest.mark.parametrize(("change", "page"), REFUSED.values(), ids=REFUSED)
async def test_a_request_that_makes_no_sense_ends_on_a_page(
    change: dict[str, str | None], page: str, scene: Scene
) -> None:
    """Nobody is sent to a client that is not known to be one."""
    assert page in str(await scene.authorize("accept", "us", **change))


async def test_a_refresh_token_needs_offline_access_and_a_first_consent(scene: Scene) -> None:
    """It comes with `access_type=offline`, and a second time only with `prompt=consent`."""
    online = await scene.trade(await scene.authorize("accept", access_type=None))
    assert "refresh_token" not in online
    again = await scene.trade(await scene.authorize(prompt=None))
    assert "refresh_token" not in again
    assert "refresh_token" in await scene.trade(await scene.authorize("accept"))


async def test_a_code_is_good_once_and_for_two_minutes(scene: Scene) -> None:
    """Then it is `invalid_code`, with status 200."""
    said = await scene.authorize("accept")
    assert "access_token" in await scene.trade(said)
    assert await scene.trade(said) == {"error": "invalid_code"}
    late = await scene.authorize("accept")
    scene.zoho.accounts.pass_time(121)
    assert await scene.trade(late) == {"error": "invalid_code"}


async def test_a_code_is_bound_to_its_redirect_uri(scene: Scene) -> None:
    """As RFC 6749 §4.1.3 has it."""
    said = await scene.authorize("accept")
    assert isinstance(said, dict)
    answer = await scene.ask(grant_type="authorization_code", code=said["code"], redirect_uri=BACK + "/")
    assert answer == {"error": "invalid_redirect_uri"}


async def test_the_secret_belongs_into_the_form(scene: Scene) -> None:
    """In the Authorization header or in the query it is not seen."""
    url = f"{scene.zoho.origins['us']}/oauth/v2/token"
    both = {"client_id": scene.client.id, "client_secret": scene.client.secret}
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    basic = {"Authorization": aiohttp.encode_basic_auth(*both.values())}
    async with scene.session.post(url, data=form, headers=basic) as answer:
        assert await answer.json() == {"error": "invalid_client"}
    async with scene.session.post(url, data=form, params=both) as answer:
        assert await answer.json() == {"error": "invalid_client"}
    assert await scene.ask(client_secret="wrong", **form) == {"error": "invalid_client_secret"}


async def test_a_refresh_token_stays_as_it_is(scene: Scene) -> None:
    """It is not rotated, and an answer to a refresh does not repeat it."""
    tokens = await scene.trade(await scene.authorize("accept"))
    for _ in range(2):
        answer = await scene.refresh(tokens["refresh_token"])
        assert answer.keys() == {"access_token", "token_type", "expires_in", "api_domain"}
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)


async def test_ten_tokens_in_ten_minutes_are_all(scene: Scene) -> None:
    """The eleventh is refused with status 200 and an error with a space in it, until the window has moved on."""
    tokens = await scene.trade(await scene.authorize("accept"))
    for _ in range(10):
        assert "access_token" in await scene.refresh(tokens["refresh_token"])
    assert await scene.refresh(tokens["refresh_token"]) == ACCESS_DENIED
    scene.zoho.accounts.pass_time(600)
    assert "access_token" in await scene.refresh(tokens["refresh_token"])


async def test_accounts_can_be_tired(scene: Scene) -> None:
    """As if ten tokens had been given just now."""
    tokens = await scene.trade(await scene.authorize("accept"))
    scene.zoho.accounts.tire()
    assert await scene.refresh(tokens["refresh_token"]) == ACCESS_DENIED


async def test_ten_codes_in_ten_minutes_are_all(scene: Scene) -> None:
    """The eleventh time the redirect says `access_denied`."""
    for _ in range(10):
        assert "code" in await scene.authorize("accept")
    assert await scene.authorize("accept") == {"state": "s", "error": "access_denied"}


async def test_the_twenty_first_refresh_token_ends_the_first(scene: Scene) -> None:
    """And its access tokens with it."""
    tokens = []
    for _ in range(21):
        tokens.append(await scene.trade(await scene.authorize("accept")))
        scene.zoho.accounts.pass_time(61)
    assert scene.zoho.accounts.refresh_tokens == 20
    assert await scene.refresh(tokens[0]["refresh_token"]) == {"error": "invalid_code"}
    assert await scene.call(f"Zoho-oauthtoken {tokens[0]['access_token']}") == 401
    assert await scene.call(f"Zoho-oauthtoken {tokens[1]['access_token']}") == 200


async def test_of_one_refresh_token_fifteen_access_tokens_live(scene: Scene) -> None:
    """The sixteenth ends the oldest."""
    tokens = await scene.trade(await scene.authorize("accept"))
    for _ in range(15):
        scene.zoho.accounts.pass_time(61)
        await scene.refresh(tokens["refresh_token"])
    assert await scene.call(f"Zoho-oauthtoken {tokens['access_token']}") == 401


async def test_the_api_wants_zohos_prefix_and_a_living_token(scene: Scene) -> None:
    """Another prefix, none, or an hour later: 401."""
    token = (await scene.trade(await scene.authorize("accept")))["access_token"]
    assert await scene.call(f"Zoho-oauthtoken {token}") == 200
    for shown in (f"Bearer {token}", str(token), "Zoho-oauthtoken other"):
        assert await scene.call(shown) == 401
    scene.zoho.accounts.pass_time(3600)
    assert await scene.call(f"Zoho-oauthtoken {token}") == 401


async def test_a_revoked_grant_is_over(scene: Scene) -> None:
    """The access tokens go with the refresh token; the same holds when the person removes the application."""
    tokens = await scene.trade(await scene.authorize("accept"))
    url = f"{scene.zoho.origins['us']}/oauth/v2/token/revoke"
    async with scene.session.post(url, params={"token": str(tokens["refresh_token"])}) as answer:
        assert await answer.json() == {"status": "success"}
    assert await scene.refresh(tokens["refresh_token"]) == {"error": "invalid_code"}
    assert await scene.call(f"Zoho-oauthtoken {tokens['access_token']}") == 401
    others = await scene.trade(await scene.authorize("accept"))
    scene.zoho.accounts.forget()
    assert await scene.refresh(others["refresh_token"]) == {"error": "invalid_code"}


async def test_data_centres_are_listed(scene: Scene) -> None:
    """As Zoho lists them for machines."""
    async with scene.session.get(f"{scene.zoho.origins['us']}/oauth/serverinfo") as answer:
        assert (await answer.json())["locations"] == scene.zoho.origins


async def test_token_requests_are_noted_without_a_secret(scene: Scene) -> None:
    """A test can count them by data centre and grant."""
    tokens = await scene.trade(await scene.authorize("accept"))
    await scene.refresh(tokens["refresh_token"])
    assert scene.zoho.token_calls == [("us", "authorization_code"), ("us", "refresh_token")]


async def test_a_person_can_be_spared_the_button() -> None:
    """For tests that do not have a browser."""
    async with zoho(at_once=True) as server, aiohttp.ClientSession() as session:
        assert "code" in await Scene(session, server).authorize()
