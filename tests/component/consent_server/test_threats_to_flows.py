"""The threats to a flow, each tried on two replicas over the real API server.

Numbers are those of docs/explanation/threat-model.md: TH1 login CSRF, TH2 consent phishing, TH3 mix-up, TH4 replay, TH5
open redirects.
"""

import pytest

from oauth_connector.consent_protocol.addresses import callback_path
from tests.component.consent_server.navigation import back, finish
from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import REQUESTER, ConsentServerReplicas, RequestedConsent, ask
from tests.support.http_client import HTTPClient
from tests.support.two_host_provider import CODE, TwoHostProvider

EVIL = "https://evil.example"


async def test_a_code_of_an_attacker_is_rejected_in_the_browser_of_a_victim(
    visitor: HTTPClient, other_visitor: HTTPClient, asked: RequestedConsent
) -> None:
    """TH1: an address with the attacker's state and code, opened by the victim, does nothing for either."""
    leaving = await other_visitor.begin(asked.path, asked.ticket)
    seen = await visitor.get(back(asked, code=CODE, state=leaving.state))
    assert (seen.status, seen.failure) == (400, "FlowLost")
    assert await asked.response() is None


async def test_a_flow_rejects_the_state_of_another_flow(
    visitor: HTTPClient, other_visitor: HTTPClient, asked: RequestedConsent
) -> None:
    """TH1: a cookie of one flow does not stand for the state of another, whatever name it is put under."""
    mine = await visitor.begin(asked.path, asked.ticket)
    other = await other_visitor.begin(asked.path, asked.ticket)
    name = next(name for name in other_visitor.cookies if not name.endswith("here"))
    visitor.cookies[name] = next(v for n, v in visitor.cookies.items() if not n.endswith("here"))
    seen = await visitor.get(back(asked, code=CODE, state=other.state))
    assert seen.failure == "FlowLost"
    assert mine.state != other.state
    assert await asked.response() is None


async def test_a_link_without_its_ticket_shows_and_starts_nothing(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """TH2: the link in a connector's status, or one without its fragment, redirects no user to the provider."""
    shown = await visitor.get(f"/connector/{asked.namespace.name}/zoho")
    assert f"kubectl oauth authorize zoho -n {asked.namespace.name}" in shown.text
    assert shown.set_cookies == []
    assert (await visitor.prove(asked.path, "")).failure == "TicketMissing"
    wrong = await visitor.begin(asked.path, "x" * 43)
    assert wrong.failure == "LinkInvalid"
    assert REQUESTER not in wrong.text


async def test_the_request_is_shown_before_a_flow_starts(
    visitor: HTTPClient, asked: RequestedConsent, provider: TwoHostProvider
) -> None:
    """TH2: the first POST names everything and sets no cookie; only the second one starts a flow."""
    seen = await visitor.prove(asked.path, asked.ticket)
    shown_facts = (
        f"<dd>{REQUESTER}</dd>",
        asked.namespace.name,
        "zoho",
        "1000.EXAMPLE",
        provider.host,
        "accounts.example.com",
    )
    for fact in (*shown_facts, "ZohoCRM.modules.ALL", "zoho-token", callback_path(asked.namespace.name, "zoho")):
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


async def test_a_flow_ends_in_the_browser_in_which_it_started(
    visitor: HTTPClient, other_visitor: HTTPClient, asked: RequestedConsent
) -> None:
    """TH2: the requester starts, another user consents with the provider's link, and the code is not accepted."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    await other_visitor.get(asked.path)
    assert (await other_visitor.get(back(asked, code=CODE, state=leaving.state))).failure == "FlowLost"
    assert await asked.response() is None


async def test_the_confirmation_code_is_shown_only_to_the_browser(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """TH2: neither a reader of the consent nor another browser learns the code that the last page shows."""
    seen = await finish(visitor, asked)
    done = await visitor.get(seen.headers["Location"])
    answer = await asked.answer()
    assert answer.confirmation in done.text
    assert answer.confirmation not in str(await asked.namespace.get("oauthconsents", asked.name))
    visitor.cookies.clear()
    assert (await visitor.get(seen.headers["Location"])).failure == "NothingToShow"
    assert (await visitor.get(f"{asked.path}/status")).failure == "NothingToShow"


async def test_a_code_for_one_connector_is_rejected_for_another(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """TH3: each connector has a path of its own, and a response at the path of another connector is rejected."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    seen = await visitor.get(back(asked, "erp", code=CODE, state=leaving.state))
    assert seen.failure == "WrongPlace"
    assert await asked.response() is None


@pytest.mark.parametrize(("iss", "failure"), [(EVIL, "IssuerMismatch"), (None, "IssuerMismatch")])
async def test_a_response_of_another_issuer_is_rejected(
    visitor: HTTPClient, namespace: Namespace, consent_site: ConsentServerReplicas, iss: str | None, failure: str
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


async def test_a_callback_works_once(visitor: HTTPClient, asked: RequestedConsent) -> None:
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
async def test_no_parameter_causes_an_open_redirect(visitor: HTTPClient, asked: RequestedConsent, name: str) -> None:
    """TH5: after the provider, the browser is redirected only to a page of the consent server."""
    seen = await finish(visitor, asked, **{name: EVIL})
    assert (seen.status, seen.headers["Location"]) == (303, f"{asked.path}/done")


async def test_no_path_causes_an_open_redirect(visitor: HTTPClient) -> None:
    """TH5: paths that browsers could take for other hosts get a page, not a redirect."""
    for path in ("//evil.example", "/%2F%2Fevil.example", "/connect//evil.example/", "/connect/..%2F..%2F/x", "/"):
        seen = await visitor.get(path)
        assert (seen.status, seen.failure, seen.headers.get("Location")) == (404, "NotFound", None)
