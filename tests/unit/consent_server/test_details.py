"""The details page shows everything that the user consents to."""

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest, RequestParameter
from tests.support.http_client import HTTPClient
from tests.support.in_memory_consent_server import ConsentScenario, request_for

SHOWN_ELSEWHERE = {
    "connector_uid": "the page names the connector",
    "confirmation_required": "a step of the flow",
    "device": "a page of its own shows the codes",
    "parameter_names": "the parameters of the link are shown under these names",
    "encryption_key": "a key for the response, which says nothing to a user",
}


def with_request(world: ConsentScenario, **changes: object) -> ConsentRequest:
    """Change the request of the consent, and return it."""
    request = request_for("u-1").model_copy(update=changes)
    world.store.change(world.name, request=request)
    return request


async def test_every_value_of_the_request_is_shown(visitor: HTTPClient, world: ConsentScenario) -> None:
    """A new field of the request must be shown too, or named here with the reason why not."""
    request = with_request(
        world,
        authorization_endpoint="https://accounts.example.com/auth?brand=acme&x=",
        issuer="https://issuer.example.com",
        iss_required=True,
        scope="read write",
        parameters=(
            RequestParameter(name="audience", value="https://api.example.com"),
            RequestParameter(name="authorization_details", value='[{"type":"<payment>"}]'),
            RequestParameter(name="resource", value="urn:r"),
        ),
        code_challenge="c4a11enge",
        code_challenge_method="plain",
        redirect_name="Acme-RuName",
        callback_parameters=("accounts-server",),
        push_endpoint="https://accounts.example.com/par",
        push_required=True,
    )
    text = (await visitor.prove(world.path, world.ticket)).text
    assert "as the provider requires" in text
    for shown in ("brand=acme", "x=", "audience=https://api.example.com", "resource=urn:r", "alice", "read", "write"):
        assert f">{shown}<" in text
    assert "authorization_details=[{&#34;type&#34;:&#34;&lt;payment&gt;&#34;}]" in text
    assert "<payment>" not in text
    assert "which the response must name" in text
    assert "2026-11-24 12:15 UTC" in text
    shown_apart = {"parameters", "scope", "iss_required", "push_required", "expiration_time", "authorization_endpoint"}
    for name in ConsentRequest.model_fields.keys() - SHOWN_ELSEWHERE.keys() - shown_apart:
        value = getattr(request, name)
        for part in value if isinstance(value, tuple) else (value,):
            assert str(part) in text, name


async def test_a_request_without_parameters_has_no_empty_row(visitor: HTTPClient, world: ConsentScenario) -> None:
    """The page is short where there is nothing to say."""
    with_request(world)
    text = (await visitor.prove(world.path, world.ticket)).text
    assert "Further parameters" not in text
    assert "another host of this provider" not in text


async def test_the_other_token_hosts_of_a_preset_are_shown(visitor: HTTPClient, world: ConsentScenario) -> None:
    """The redirect of Zoho may name another data center, which another company may run (TH3)."""
    with_request(world, token_host="accounts.zoho.com", callback_parameters=("accounts-server",))
    text = (await visitor.prove(world.path, world.ticket)).text
    assert "then sent there: accounts.zoho.com.au, accounts.zoho.com.cn, accounts.zoho.eu, " in text
