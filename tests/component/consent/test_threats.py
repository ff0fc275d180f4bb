"""The threats to a consent, each tried on two replicas over the real API server.

Numbers are those of the project's threat model: TH1 login CSRF, TH2 consent phishing, TH3 mix-up, TH4 replay, TH5 open
redirects, TH14 logs, TH15 what addresses leak, TH16 frames and scanners, TH17 scripts in what others write, TH18
parameters twice, TH24 a poisoned host.
"""

from urllib.parse import quote, urlencode

import aiohttp
import pytest

from oauth_connector.api.addresses import callback_path
from oauth_connector.api.consent import ConsentReason
from tests.support.cluster import Namespace
from tests.support.consent_site import REQUESTER, Asked, ConsentSite, ask
from tests.support.two_hosts import CODE, TwoHosts
from tests.support.visitor import Seen, Visitor

EVIL = "https://evil.example"


def back(asked: Asked, connector: str = "zoho", **query: str) -> str:
    """Give the path that a provider sends a browser back to."""
    return f"{callback_path(asked.namespace.name, connector)}?{urlencode(query)}"


async def finish(visitor: Visitor, asked: Asked, **query: str) -> Seen:
    """Go the whole way, with what the provider sends back besides `state`."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    return await visitor.get(back(asked, **{"code": CODE, **query, "state": leaving.state}))


async def test_an_attackers_code_does_not_come_into_a_victims_browser(
    visitor: Visitor, stranger: Visitor, asked: Asked
) -> None:
    """TH1: an address with the attacker's state and code, opened by the victim, does nothing for either."""
    leaving = await stranger.begin(asked.path, asked.ticket)
    seen = await visitor.get(back(asked, code=CODE, state=leaving.state))
    assert (seen.status, seen.failure) == (400, "FlowLost")
    assert await asked.response() is None


async def test_a_victims_own_flow_takes_no_foreign_state(visitor: Visitor, stranger: Visitor, asked: Asked) -> None:
    """TH1: a cookie of one flow does not stand for the state of another, whatever name it is put under."""
    mine = await visitor.begin(asked.path, asked.ticket)
    theirs = await stranger.begin(asked.path, asked.ticket)
    name = next(name for name in stranger.cookies if not name.endswith("here"))
    visitor.cookies[name] = next(v for n, v in visitor.cookies.items() if not n.endswith("here"))
    seen = await visitor.get(back(asked, code=CODE, state=theirs.state))
    assert seen.failure == "FlowLost"
    assert mine.state != theirs.state
    assert await asked.response() is None


async def test_a_link_without_its_ticket_shows_and_starts_nothing(visitor: Visitor, asked: Asked) -> None:
    """TH2: the link of a connector's status, or one whose fragment was cut off, gets nobody to the provider."""
    shown = await visitor.get(f"/connector/{asked.namespace.name}/zoho")
    assert f"kubectl oauth authorize zoho -n {asked.namespace.name}" in shown.text
    assert shown.set_cookies == []
    assert (await visitor.prove(asked.path, "")).failure == "TicketMissing"
    wrong = await visitor.begin(asked.path, "x" * 43)
    assert wrong.failure == "LinkInvalid"
    assert REQUESTER not in wrong.text


async def test_what_is_granted_is_shown_before_anything_begins(
    visitor: Visitor, asked: Asked, provider: TwoHosts
) -> None:
    """TH2: the first POST names everything and sets no cookie; only the second one begins a flow."""
    seen = await visitor.prove(asked.path, asked.ticket)
    told = (
        f"<dd>{REQUESTER}</dd>",
        asked.namespace.name,
        "zoho",
        "1000.EXAMPLE",
        provider.host,
        "accounts.example.com",
    )
    for fact in (*told, "ZohoCRM.modules.ALL", "zoho-token", callback_path(asked.namespace.name, "zoho")):
        assert fact in seen.text
    assert seen.set_cookies == []
    assert "Refresh" not in seen.headers
    leaving = await visitor.post(asked.path, ticket=asked.ticket, go=True)
    assert leaving.status == 200
    assert leaving.headers["Refresh"] == f"0;url={leaving.onward}"
    [cookie] = leaving.set_cookies
    for part in ("__Host-oac-", "Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="):
        assert part in cookie
    assert "Domain" not in cookie


async def test_a_flow_that_is_passed_on_ends_where_it_began(visitor: Visitor, stranger: Visitor, asked: Asked) -> None:
    """TH2: the requester begins, a colleague is given the provider's link and says yes: nothing is taken."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    await stranger.get(asked.path)
    assert (await stranger.get(back(asked, code=CODE, state=leaving.state))).failure == "FlowLost"
    assert await asked.response() is None


async def test_the_confirmation_code_is_told_to_the_browser_alone(visitor: Visitor, asked: Asked) -> None:
    """TH2: whoever may read the consent cannot learn the code that the last page shows; another browser neither."""
    seen = await finish(visitor, asked)
    done = await visitor.get(seen.headers["Location"])
    answer = await asked.answer()
    assert answer.confirmation in done.text
    assert answer.confirmation not in str(await asked.namespace.get("oauthconsents", asked.name))
    visitor.cookies.clear()
    assert (await visitor.get(seen.headers["Location"])).failure == "NothingToShow"
    assert (await visitor.get(f"{asked.path}/status")).failure == "NothingToShow"


async def test_a_code_for_one_connector_does_not_come_to_another(visitor: Visitor, asked: Asked) -> None:
    """TH3: each connector has a path of its own, and a provider that answers to another's is not believed."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    seen = await visitor.get(back(asked, "erp", code=CODE, state=leaving.state))
    assert seen.failure == "WrongPlace"
    assert await asked.response() is None


@pytest.mark.parametrize(("iss", "failure"), [(EVIL, "IssuerMismatch"), (None, "IssuerMismatch")])
async def test_an_answer_of_another_issuer_is_not_taken(
    visitor: Visitor, namespace: Namespace, consent_site: ConsentSite, iss: str | None, failure: str
) -> None:
    """TH3: where the issuer is known and always names itself, another name, or none, ends the flow (RFC 9207)."""
    asked = await ask(namespace)
    issuer = "https://accounts.example.com"
    await asked.fill(consent_site.url, f"{issuer}/auth", issuer=issuer, issRequired=True)
    seen = await finish(visitor, asked, **({"iss": iss} if iss else {}))
    assert seen.failure == failure
    assert await asked.response() is None
    good = await finish(visitor, asked, iss=issuer)
    assert good.status == 303
    assert (await asked.answer()).iss == issuer


async def test_a_callback_works_once(visitor: Visitor, asked: Asked) -> None:
    """TH4: the same address again finds no cookie; with the cookie kept by a thief it finds the response there."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    kept = dict(visitor.cookies)
    address = back(asked, code=CODE, state=leaving.state)
    assert (await visitor.get(address)).status == 303
    sealed = await asked.response()
    assert (await visitor.get(address)).failure == "FlowLost"
    visitor.cookies = kept
    assert (await visitor.get(back(asked, code="another", state=leaving.state))).failure == "Used"
    assert (await visitor.prove(asked.path, asked.ticket)).failure == "Used"
    assert await asked.response() == sealed


@pytest.mark.parametrize("name", ["returnTo", "next", "redirect_uri", "url", "continue"])
async def test_no_parameter_leads_anywhere_else(visitor: Visitor, asked: Asked, name: str) -> None:
    """TH5: after the provider there is one way on, and it is ours."""
    seen = await finish(visitor, asked, **{name: EVIL})
    assert (seen.status, seen.headers["Location"]) == (303, f"{asked.path}/done")


async def test_no_path_becomes_an_address(visitor: Visitor) -> None:
    """TH5: paths that browsers could take for other hosts get a page, not a redirect."""
    for path in ("//evil.example", "/%2F%2Fevil.example", "/connect//evil.example/", "/connect/..%2F..%2F/x", "/"):
        seen = await visitor.get(path)
        assert (seen.status, seen.failure, seen.headers.get("Location")) == (404, "NotFound", None)


async def test_nothing_secret_is_logged(visitor: Visitor, asked: Asked, consent_site: ConsentSite) -> None:
    """TH14: not on the good way, not on bad ones, not of requests that cannot be read at all."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    cookies = list(visitor.cookies.values())
    address = back(asked, code=CODE, state=leaving.state)
    await visitor.get(address + f"&code={CODE}")
    await visitor.get(f"/nowhere/{CODE}?code={CODE}")
    await visitor.get(f"{asked.path}%23{asked.ticket}")
    for replica in consent_site.replicas:
        async with aiohttp.ClientSession() as session:
            await session.get(f"{replica.url}/oauth/callback/a/b?code={CODE}{'x' * 30_000}")
            await session.get(f"{replica.url}/", headers={"Cookie": CODE + "x" * 30_000})
    await finish(visitor, asked)
    logged = consent_site.logged()
    assert '"route": "/oauth/callback/{namespace}/{name}"' in logged
    for secret in (CODE, asked.ticket, leaving.state, *(c for c in cookies if len(c) > 1)):
        assert secret not in logged


async def test_every_answer_forbids_what_it_does_not_need(visitor: Visitor, asked: Asked) -> None:
    """TH15, TH16: no referrer, no cache, no frame, no foreign file, whatever the answer is."""
    answers = [
        await visitor.get(asked.path),
        await visitor.post(asked.path, ticket=asked.ticket),
        await visitor.get(back(asked, code=CODE, state="x" * 43)),
        await finish(visitor, asked),
        await visitor.get(f"{asked.path}/done"),
        await visitor.get(f"{asked.path}/status"),
        await visitor.get("/assets/consent.js"),
        await visitor.get("/assets/nothing"),
        await visitor.get("/nothing"),
        await visitor.request("PUT", asked.path),
    ]
    for seen in answers:
        policy = seen.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
            assert part in policy
        assert seen.headers["Cache-Control"] == "no-store"
        assert seen.headers["Referrer-Policy"] == "no-referrer"
        assert seen.headers["X-Content-Type-Options"] == "nosniff"
        assert seen.headers["X-Frame-Options"] == "DENY"
        assert seen.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert seen.headers["Strict-Transport-Security"].startswith("max-age=")
        assert "http://" not in seen.text.replace("http://127.0.0.1", "").replace("http://www.w3.org", "")


async def test_the_code_leaves_the_address_bar(visitor: Visitor, asked: Asked) -> None:
    """TH15: the answer to the callback is a redirect to an address without a query."""
    seen = await finish(visitor, asked)
    assert seen.status == 303
    assert "?" not in seen.headers["Location"]
    assert seen.text == ""


async def test_whoever_only_looks_starts_and_consumes_nothing(
    visitor: Visitor, stranger: Visitor, asked: Asked
) -> None:
    """TH16: scanners of mail, previews and prefetches, of any address, with or without cookies."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    address = back(asked, code=CODE, state=leaving.state)
    await stranger.get(asked.path)
    assert (await stranger.get(address)).failure == "FlowLost"
    assert (await visitor.request("HEAD", address)).status == 405
    assert (await visitor.get(address, {"Sec-Purpose": "prefetch;prerender"})).failure == "Prefetched"
    assert (await visitor.get(address, {"Sec-Fetch-Dest": "iframe"})).failure == "Prefetched"
    assert await asked.response() is None
    assert (await visitor.get(address, {"Sec-Fetch-Dest": "document"})).status == 303


async def test_another_site_cannot_begin(visitor: Visitor, asked: Asked) -> None:
    """TH16: a POST from another origin, from none, or without the Strict cookie, is refused before anything is read."""
    await visitor.get(asked.path)
    for origin in (EVIL, "null", "", visitor.url + ".evil.example"):
        seen = await visitor.post(asked.path, {"Origin": origin}, ticket=asked.ticket)
        assert (seen.status, seen.failure) == (403, "Foreign")
    visitor.cookies.clear()
    assert (await visitor.post(asked.path, ticket=asked.ticket)).failure == "CookieMissing"


async def test_what_others_write_is_text(visitor: Visitor, namespace: Namespace, consent_site: ConsentSite) -> None:
    """TH17: client IDs, scopes, messages and errors that are HTML show as text; a description is not shown at all."""
    script = "<script>alert(1)</script>"
    asked = await ask(namespace)
    await asked.fill(consent_site.url, "https://a.example/?x='\"><script>", clientID=script, scope=script)
    details = await visitor.prove(asked.path, asked.ticket)
    assert details.page == "details"
    leaving = await visitor.begin(asked.path, asked.ticket)
    refused = await visitor.get(
        back(asked, error="<b>x</b>", error_description="call 555", error_uri=EVIL, state=leaving.state)
    )
    assert refused.failure == "Denied"
    await asked.conclude("False", ConsentReason.CODE_REJECTED, f"`{script}` {script}")
    ended = await visitor.prove(asked.path, asked.ticket)
    assert ended.failure == "Ended"
    for seen in (details, leaving, refused, ended):
        assert "<script>" not in seen.text
        assert "<b>x" not in seen.text
        assert "555" not in seen.text
        assert EVIL not in seen.text


@pytest.mark.parametrize(
    "query",
    [
        f"code={CODE}&code=other",
        f"code={CODE}&error=access_denied",
        f"code={CODE}&iss=a&iss=b",
        "code=",
        "",
        f"code={'x' * 4097}",
        f"code={CODE}&accounts-server={'x' * 2049}",
        f"code={quote('é')}",
    ],
)
async def test_an_answer_that_says_two_things_or_nothing_is_not_taken(
    visitor: Visitor, asked: Asked, query: str
) -> None:
    """TH18: duplicates, a code with an error, neither, and what is too long, end the flow and not the consent."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    seen = await visitor.get(f"{back(asked, state=leaving.state)}&{query}")
    assert (seen.status, seen.failure) == (400, "Malformed")
    assert await asked.response() is None
    assert not any(name for name in visitor.cookies if not name.endswith("here"))
    assert (await visitor.prove(asked.path, asked.ticket)).page == "details"


async def test_two_states_are_none(visitor: Visitor, asked: Asked) -> None:
    """TH18: a state that comes twice, or two cookies of one name, belong to nobody."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    address = back(asked, code=CODE, state=leaving.state)
    assert (await visitor.get(f"{address}&state={leaving.state}")).failure == "FlowLost"
    name, value = next((n, v) for n, v in visitor.cookies.items() if not n.endswith("here"))
    twice = {"Cookie": f"{name}={value}; {name}={value}"}
    assert (await visitor.get(address, twice)).failure == "FlowLost"
    assert await asked.response() is None


async def test_unknown_parameters_go_nowhere(visitor: Visitor, asked: Asked) -> None:
    """TH18: what was not asked for is dropped; what was is sealed."""
    seen = await finish(visitor, asked, client_secret="s", session_state="s", **{"accounts-server": "https://a.eu"})
    assert seen.status == 303
    assert dict((await asked.answer()).parameters) == {"accounts-server": "https://a.eu"}


async def test_a_poisoned_host_changes_nothing(visitor: Visitor, asked: Asked, consent_site: ConsentSite) -> None:
    """TH24: what clients say that we are called is nowhere in what we say."""
    poison = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for replica in consent_site.replicas:
        direct = Visitor(visitor.session, replica.url)
        await direct.get(asked.path, poison)
        headers = {**poison, "Origin": consent_site.url}
        seen = await direct.post(asked.path, headers, ticket=asked.ticket, go=True)
        assert quote(consent_site.url + callback_path(asked.namespace.name, "zoho"), safe="") in seen.onward
        assert "evil" not in seen.text + str(seen.headers)
        assert (await direct.post(asked.path, {"Origin": "http://evil.example", **poison})).failure == "Foreign"


async def test_a_redirect_uri_that_is_not_ours_goes_nowhere(
    visitor: Visitor, namespace: Namespace, consent_site: ConsentSite
) -> None:
    """TH24: where operator and service do not agree on the public URL, nobody is sent to the provider."""
    asked = await ask(namespace)
    await asked.fill(EVIL, "https://accounts.example.com/auth")
    assert (await visitor.prove(asked.path, asked.ticket)).failure == "AddressDiffers"
    assert (await visitor.begin(asked.path, asked.ticket)).failure == "AddressDiffers"
    assert consent_site.url not in EVIL
