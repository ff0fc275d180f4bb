"""Each failure of a flow and its page, over HTTP and on the real API server."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from tests.component.consent_server.navigation import back
from tests.support.cluster import Namespace, until
from tests.support.consent_server_replicas import ConsentServerReplicas, RequestedConsent, ask
from tests.support.http_client import HTTPClient
from tests.support.two_host_provider import CODE, TwoHostProvider


async def test_unknown_and_forbidden_get_the_same_response(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """Whether a consent is there cannot be found out without its ticket."""
    ticket = "y" * 43
    forbidden = await visitor.prove(asked.path, ticket)
    unknown = await visitor.prove(f"/connect/{asked.namespace.name}/nothing", ticket)
    ignore_fault_point = await visitor.prove("/connect/no-such-namespace/nothing", ticket)
    assert forbidden.failure == "LinkInvalid"
    assert (
        (forbidden.status, forbidden.text)
        == (unknown.status, unknown.text)
        == (ignore_fault_point.status, ignore_fault_point.text)
    )


async def test_an_expired_link_is_reported(
    visitor: HTTPClient, namespace: Namespace, consent_site: ConsentServerReplicas, provider: TwoHostProvider
) -> None:
    """The operator's time counts, where it is shorter than a quarter of an hour; on the way back too."""
    asked = await ask(namespace)
    soon = datetime.now(UTC) + timedelta(seconds=3)
    await asked.fill(consent_site.url, provider.endpoint, expirationTime=soon.isoformat(timespec="seconds"))
    leaving = await visitor.begin(asked.path, asked.ticket)

    async def has_expired() -> bool:
        return (await visitor.prove(asked.path, asked.ticket)).failure == "Expired"

    await until(has_expired)
    assert (await visitor.get(back(asked, state=leaving.state, code=CODE))).failure == "Expired"
    assert await asked.response() is None


@pytest.mark.parametrize(
    "reason",
    [
        ConsentReason.CONNECTOR_NOT_FOUND,
        ConsentReason.CONNECTOR_SUSPENDED,
        ConsentReason.CONNECTOR_INVALID,
    ],
)
async def test_the_message_of_the_operator_is_shown(
    visitor: HTTPClient, asked: RequestedConsent, reason: ConsentReason
) -> None:
    """A connector that is gone, suspended, wrong: its sentence is on the page, before the provider and after it."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    await asked.conclude("False", reason, f"It is so: {reason.value}")
    for seen in (
        await visitor.prove(asked.path, asked.ticket),
        await visitor.get(back(asked, state=leaving.state, code=CODE)),
    ):
        assert (seen.status, seen.failure) == (409, "Ended")
        assert f"It is so: {reason.value}" in seen.text
        assert f"kubectl oauth authorize zoho -n {asked.namespace.name}" in seen.text
    assert await asked.response() is None


async def test_the_last_page_shows_why_it_failed(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """The operator may still reject a response that was stored."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    done = (await visitor.get(back(asked, state=leaving.state, code=CODE))).headers["Location"]
    assert "Enter this code" in (await visitor.get(done)).text
    assert (await visitor.get(f"{asked.path}/status")).text == '{"phase": "Confirm"}'
    await asked.conclude("False", ConsentReason.CODE_REJECTED, "The provider refused `zoho`.")
    assert (await visitor.get(f"{asked.path}/status")).text == '{"phase": "Failed"}'
    assert "The provider refused <code>zoho</code>." in (await visitor.get(done)).text
    await asked.namespace.delete("oauthconsents", asked.name)
    assert (await visitor.get(f"{asked.path}/status")).status == 404
    assert (await visitor.get(done)).failure == "NothingToShow"


async def test_a_consent_of_the_same_name_is_another_one(
    visitor: HTTPClient, asked: RequestedConsent, consent_site: ConsentServerReplicas, provider: TwoHostProvider
) -> None:
    """A flow belongs to one consent, by its UID, even where name and ticket are the same."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    found = await asked.namespace.get("oauthconsents", asked.name)
    assert found is not None
    await asked.namespace.delete("oauthconsents", asked.name)
    again = await ask(asked.namespace, asked.name, ticketHash=found["spec"]["ticketHash"])
    await again.fill(consent_site.url, provider.endpoint)
    assert (await visitor.get(back(asked, state=leaving.state, code=CODE))).failure == "LinkInvalid"
    assert await again.response() is None


async def test_a_changed_digest_ends_the_flow(
    visitor: HTTPClient, namespace: Namespace, consent_site: ConsentServerReplicas, provider: TwoHostProvider
) -> None:
    """A flow that started with another digest ends, because its user saw another request."""
    asked = await ask(namespace)
    await asked.fill(consent_site.url, provider.endpoint, digest="v1:" + "0" * 64)
    leaving = await visitor.begin(asked.path, asked.ticket)
    name, value = next((n, v) for n, v in visitor.cookies.items() if not n.endswith("here"))
    visitor.cookies[name] = _with_another_digest(value)
    assert (await visitor.get(back(asked, state=leaving.state, code=CODE))).failure == "Changed"
    assert await asked.response() is None


def _with_another_digest(cookie: str) -> str:
    import base64  # noqa: PLC0415  # for this one place
    import json  # noqa: PLC0415  # as above

    parts = json.loads(base64.urlsafe_b64decode(cookie + "=="))
    parts[3] = "v1:" + "1" * 64
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


async def test_a_loopback_consent_is_not_served_here(visitor: HTTPClient, namespace: Namespace) -> None:
    """Its redirect URI is on the requester's machine."""
    asked = await ask(namespace, redirect="Loopback")
    assert (await visitor.prove(asked.path, asked.ticket)).failure == "Loopback"


async def test_a_denial_is_stored_and_ends_the_link(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """The operator reads it and ends the consent, so that the command does not wait. The page says how to try again."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    seen = await visitor.get(back(asked, state=leaving.state, error="access_denied", error_description="c4n4ry"))
    assert (seen.status, seen.failure) == (400, "Denied")
    assert "Access was not granted" in seen.text
    assert "c4n4ry" not in seen.text
    answer = await asked.answer()
    assert (answer.error, answer.ticket.get_secret_value()) == ("access_denied", asked.ticket)
    assert (await visitor.prove(asked.path, asked.ticket)).failure == "Used"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("invalid_scope", "does not know one of the scopes"),
        ("temporarily_unavailable", "overloaded"),
        ("ZOHO-4711", "ZOHO-4711"),
    ],
)
async def test_after_an_error_of_the_provider_the_link_is_still_valid(
    visitor: HTTPClient, asked: RequestedConsent, error: str, message: str
) -> None:
    """Nothing is written, the flow's cookie is deleted, and the same link works again."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    seen = await visitor.get(back(asked, state=leaving.state, error=error, error_description="c4n4ry"))
    assert (seen.status, seen.failure) == (400, "Denied")
    assert message in seen.text
    assert "c4n4ry" not in seen.text
    assert await asked.response() is None
    again = await visitor.begin(asked.path, asked.ticket)
    assert (await visitor.get(back(asked, state=again.state, code=CODE))).status == 303


async def test_only_one_of_two_flows_succeeds(
    visitor: HTTPClient, other_visitor: HTTPClient, asked: RequestedConsent
) -> None:
    """Two tabs with the same ticket return at the same moment, to two replicas: exactly one response is stored."""
    flows = [(each, await each.begin(asked.path, asked.ticket)) for each in (visitor, other_visitor)]
    seen = await asyncio.gather(*(each.get(back(asked, state=leaving.state, code=CODE)) for each, leaving in flows))
    assert sorted((answer.status, answer.failure) for answer in seen) == [(303, ""), (409, "Used")]
    winner = flows[[answer.status for answer in seen].index(303)][0]
    assert (await asked.answer()).confirmation in (await winner.get(f"{asked.path}/done")).text


async def test_a_concurrent_write_does_not_lose_the_response(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """The operator writes conditions meanwhile, and the response is still stored."""
    leaving = await visitor.begin(asked.path, asked.ticket)

    async def write() -> None:
        for number in range(8):
            await asked.conclude("Unknown", ConsentReason.AWAITING_USER, f"{number}")

    writing = asyncio.create_task(write())
    seen = await visitor.get(back(asked, state=leaving.state, code=CODE))
    await writing
    assert seen.status == 303
    assert (await asked.answer()).code.get_secret_value() == CODE


async def test_an_unavailable_api_server_can_be_retried(
    visitor: HTTPClient, asked: RequestedConsent, control_plane: ControlPlane
) -> None:
    """Each step reports it and can be repeated: the link, and the redirect with its code."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    address = back(asked, state=leaving.state, code=CODE)
    control_plane.stop_api_server()
    try:
        proving, returning = await visitor.prove(asked.path, asked.ticket), await visitor.get(address)
    finally:
        await asyncio.to_thread(control_plane.start_api_server)
    for seen in (proving, returning):
        assert (seen.status, seen.failure, seen.headers["Retry-After"]) == (503, "Unavailable", "5")
    assert (await visitor.prove(asked.path, asked.ticket)).page == "details"
    assert (await visitor.get(address)).status == 303


async def test_json_is_accepted_like_a_form(visitor: HTTPClient, asked: RequestedConsent) -> None:
    """The ticket may come either way; anything else is no ticket."""
    await visitor.get(asked.path)
    headers = {"Origin": visitor.url, "Cookie": "; ".join(f"{n}={v}" for n, v in visitor.cookies.items())}
    for body, page in (({"ticket": asked.ticket}, "details"), ([], "failure"), ({"ticket": 1}, "failure")):
        async with visitor.session.post(visitor.url + asked.path, json=body, headers=headers, ssl=False) as answer:
            assert f'data-page="{page}"' in await answer.text()
