"""The threats to pages and addresses, each tried on two replicas over the real API server.

Numbers are those of docs/explanation/threat-model.md: TH14 logs, TH15 what addresses leak, TH16 frames and scanners,
TH17 scripts in what others write, TH18 parameters twice, TH24 a poisoned host.
"""

from urllib.parse import quote

import aiohttp
import pytest

from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.consent_protocol.addresses import callback_path
from tests.component.consent_server.navigation import back, finish
from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import ConsentServerReplicas, RequestedConsent, ask
from tests.support.http_client import HTTPClient
from tests.support.two_host_provider import CODE

EVIL = "https://evil.example"


async def test_nothing_secret_is_logged(
    visitor: HTTPClient, asked: RequestedConsent, consent_site: ConsentServerReplicas
) -> None:
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
    logged = consent_site.read_log()
    assert '"route": "/oauth/callback/{namespace}/{name}"' in logged
    for secret in (CODE, asked.ticket, leaving.state, *(c for c in cookies if len(c) > 1)):
        assert secret not in logged


async def test_every_response_has_restrictive_headers(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """TH15, TH16: every response forbids referrer, cache, frames and files of another origin."""
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


async def test_the_code_leaves_the_address_bar(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """TH15: the response to the callback is a redirect to an address without a query."""
    seen = await finish(visitor, asked)
    assert seen.status == 303
    assert "?" not in seen.headers["Location"]
    assert seen.text == ""


async def test_scanners_and_previews_start_and_consume_nothing(
    visitor: HTTPClient, other_visitor: HTTPClient, asked: RequestedConsent
) -> None:
    """TH16: scanners of mail, previews and prefetches, of any address, with or without cookies."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    address = back(asked, code=CODE, state=leaving.state)
    await other_visitor.get(asked.path)
    assert (await other_visitor.get(address)).failure == "FlowLost"
    assert (await visitor.request("HEAD", address)).status == 405
    assert (await visitor.get(address, {"Sec-Purpose": "prefetch;prerender"})).failure == "Prefetched"
    assert (await visitor.get(address, {"Sec-Fetch-Dest": "iframe"})).failure == "Prefetched"
    assert await asked.response() is None
    assert (await visitor.get(address, {"Sec-Fetch-Dest": "document"})).status == 303


async def test_another_site_cannot_start_a_flow(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """TH16: a POST from another origin, from none, or without the Strict cookie, is refused before anything is read."""
    await visitor.get(asked.path)
    for origin in (EVIL, "null", "", visitor.url + ".evil.example"):
        seen = await visitor.post(asked.path, {"Origin": origin}, ticket=asked.ticket)
        assert (seen.status, seen.failure) == (403, "CrossOrigin")
    visitor.cookies.clear()
    assert (await visitor.post(asked.path, ticket=asked.ticket)).failure == "CookieMissing"


async def test_text_of_others_is_escaped(
    visitor: HTTPClient, namespace: Namespace, consent_site: ConsentServerReplicas
) -> None:
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
async def test_an_ambiguous_or_empty_response_is_rejected(
    visitor: HTTPClient, asked: RequestedConsent, query: str
) -> None:
    """TH18: duplicates, a code with an error, neither, and what is too long, end the flow and not the consent."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    seen = await visitor.get(f"{back(asked, state=leaving.state)}&{query}")
    assert (seen.status, seen.failure) == (400, "Malformed")
    assert await asked.response() is None
    assert not any(name for name in visitor.cookies if not name.endswith("here"))
    assert (await visitor.prove(asked.path, asked.ticket)).page == "details"


async def test_a_doubled_state_is_rejected(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """TH18: a state that is sent twice, or two cookies of one name, belong to no flow."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    address = back(asked, code=CODE, state=leaving.state)
    assert (await visitor.get(f"{address}&state={leaving.state}")).failure == "FlowLost"
    name, value = next((n, v) for n, v in visitor.cookies.items() if not n.endswith("here"))
    twice = {"Cookie": f"{name}={value}; {name}={value}"}
    assert (await visitor.get(address, twice)).failure == "FlowLost"
    assert await asked.response() is None


async def test_unknown_parameters_are_not_passed_on(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """TH18: what was not asked for is dropped; what was is sealed."""
    seen = await finish(visitor, asked, client_secret="s", session_state="s", **{"accounts-server": "https://a.eu"})
    assert seen.status == 303
    assert dict((await asked.answer()).parameters) == {"accounts-server": "https://a.eu"}


async def test_a_forged_host_header_changes_nothing(
    visitor: HTTPClient, asked: RequestedConsent, consent_site: ConsentServerReplicas
) -> None:
    """TH24: no response contains the host of a request's headers."""
    poison = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for replica in consent_site.replicas:
        direct = HTTPClient(visitor.session, replica.url)
        await direct.get(asked.path, poison)
        headers = {**poison, "Origin": consent_site.url}
        seen = await direct.post(asked.path, headers, ticket=asked.ticket, go=True)
        assert quote(consent_site.url + callback_path(asked.namespace.name, "zoho"), safe="") in seen.onward
        assert "evil" not in seen.text + str(seen.headers)
        assert (await direct.post(asked.path, {"Origin": "http://evil.example", **poison})).failure == "CrossOrigin"


async def test_an_unknown_redirect_uri_starts_no_flow(
    visitor: HTTPClient, namespace: Namespace, consent_site: ConsentServerReplicas
) -> None:
    """TH24: if operator and consent server have different public URLs, no user is redirected to the provider."""
    asked = await ask(namespace)
    await asked.fill(EVIL, "https://accounts.example.com/auth")
    assert (await visitor.prove(asked.path, asked.ticket)).failure == "AddressDiffers"
    assert (await visitor.begin(asked.path, asked.ticket)).failure == "AddressDiffers"
    assert consent_site.url not in EVIL
