"""Whatever a Secret contains, of a user or in place of the operator's own, is used within bounds or refused."""

import json
from collections.abc import Mapping

from pydantic import SecretStr

from oauth_connector.api import names
from oauth_connector.connector.credentials import (
    Credentials,
    CredentialSecret,
    assemble_credentials,
    parse_allowed_hosts,
)
from oauth_connector.connector.effective import build_parameters, find_grant_token_url, token_origin
from oauth_connector.connector.grant.state import (
    Claim,
    GrantedConsent,
    GrantState,
    read_state,
    render_state,
    summarize,
)
from oauth_connector.connector.observation import CredentialVersion, IssuedToken
from oauth_connector.connector.secret.metadata import LONGEST, read_grant_summary, recorded_keys, secret_metadata
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.grants.grant import Purpose
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.token_request import build_token_request
from tests.support.builders import NOW, a_connector, a_password_spec, a_spec
from tests.support.fuzzing import HOSTILE_BODIES, Choices, fuzzed, measure

CLIENT = {"id": "robot", "secretRef": {"name": "robot"}, "authentication": "Basic"}
PASSWORD = a_connector(a_password_spec(client=CLIENT))
CONNECTOR = a_connector(a_spec())
STATE = GrantState(
    refresh_token=SecretStr("r"),
    token=IssuedToken(SecretStr("t"), "Bearer", NOW, NOW + 60, "d", ("a",), {"instance_url": SecretStr("u")}),
    generation=3,
    binding="b",
    digest="d",
    token_url="https://login.example.com/token",
    refresh_issued=NOW,
    refused_at=(NOW, NOW + 1),
    tried="uid",
    consent=GrantedConsent("uid", "ann", NOW, "ann@example.com"),
    claim=Claim("a", NOW, Purpose.REFRESH, "pod"),
)
STORED = {name: value.get_secret_value().encode() for name, value in render_state(STATE, CONNECTOR).data.items()}
MEMBERS, ANNOTATIONS = json.loads(STORED["grant.json"]), dict(render_state(STATE, CONNECTOR).annotations)
KEYS = ("client-secret", "password", "client-id", "other")
OWNED = {
    "manager": "oauth-connector",
    "fieldsV1": {"f:data": {"f:access_token": {}}, "f:metadata": {"f:annotations": {"f:a": {}}}},
}
METADATA = {
    "namespace": "shop",
    "name": "crm-token",
    "uid": "u",
    "resourceVersion": "1",
    "labels": dict(names.SECRET_LABELS),
    "annotations": ANNOTATIONS,
    "managedFields": [OWNED],
    "ownerReferences": [{"kind": "OAuthConnector", "uid": "u", "name": "crm", "apiVersion": "v1"}],
}
REQUIRED = ("namespace", "name", "uid", "resourceVersion")


def build_values(choices: Choices) -> dict[str, CredentialSecret]:
    """Return the Secrets of a connector with a password, with any bytes in their keys."""

    def value() -> bytes:
        kind = choices.below(3)
        text = choices.text().encode(errors="surrogatepass")
        return choices.pick(HOSTILE_BODIES) if kind == 2 else text + b"\n" * choices.below(3)

    version = CredentialVersion("any", "uid", "1")
    return {
        name: CredentialSecret(version, "Opaque", {key: value() for key in KEYS[: choices.below(5)]})
        for name in ("robot", "ann")
    }


def build_state(choices: Choices) -> Mapping[str, bytes]:
    """Return a state Secret in which another client has changed members or values."""
    data = {**STORED, "grant.json": choices.body(MEMBERS)}
    for _ in range(choices.below(3)):
        name = choices.pick(("access_token", "refresh_token", "fields.json", "grant.json"))
        if choices.below(4):
            data[name] = choices.body({"a": "b"}) if choices.below(2) else choices.text().encode(errors="surrogatepass")
        else:
            data.pop(name, None)
    return data


def build_metadata(choices: Choices) -> dict[str, object]:
    """Return the metadata of a Secret with any annotations, labels, managers and owners."""
    edited = choices.edit(METADATA)
    return {"metadata": {**edited, **{name: METADATA[name] for name in REQUIRED}}, "immutable": choices.scalar()}


@fuzzed(4_000, build_values)
def test_credentials_become_a_request_or_a_problem(secrets: dict[str, CredentialSecret]) -> None:
    """A value that is used breaks no line of a header, and a problem names the Secret, but no value."""
    found = assemble_credentials(PASSWORD.spec, secrets, 0.0)
    if isinstance(found, Problem):
        assert measure(found) <= LONGEST
        return
    require_one_line(found)


@fuzzed(6_000, build_state)
def test_a_state_is_read_as_it_is_written_or_not_at_all(data: Mapping[str, bytes]) -> None:
    """A state that is read can be used, stored, summed up in an annotation, and read again as the same."""
    state = read_state(data)
    if state is None:
        return
    rendered = render_state(state, CONNECTOR)
    again = read_state({name: value.get_secret_value().encode() for name, value in rendered.data.items()})
    assert again == state
    summary = read_grant_summary(rendered.annotations[names.STATE])
    assert summary is not None
    assert summary.to_annotation() == summarize(state).to_annotation()
    find_grant_token_url(CONNECTOR.spec, state.token_url)
    assert isinstance(state.is_repeatedly_refused, bool)
    assert len(state.with_refusal(NOW).refused_at) <= max(5, len(state.refused_at) + 1)


@fuzzed(5_000, build_metadata)
def test_metadata_of_a_secret_are_cached_within_bounds(manifest: dict[str, object]) -> None:
    """Nothing is raised, and no annotation is kept that is longer than the operator's own."""
    found = secret_metadata(manifest)
    assert measure([found.connector, found.connector_uid, found.token_digest, found.output_digest]) <= 4 * LONGEST
    assert len(recorded_keys(found.fields)) <= LONGEST
    assert measure(found) <= 12 * LONGEST


@fuzzed(1_000, lambda choices: ",".join(choices.text() for _ in range(choices.below(9))))
def test_allowed_hosts_are_a_list_in_lower_case(annotation: str) -> None:
    """Any annotation is a list, and an empty one allows no host."""
    assert all(host == host.strip() and host for host in parse_allowed_hosts(annotation) or ())


def require_one_line(credentials: Credentials) -> None:
    """Check the request that the credentials make."""
    assert credentials.grant is not None
    context = RequestContext(NOW, "https://login.example.com/token")
    request = build_token_request(context, credentials.grant, credentials.client, build_parameters(PASSWORD.spec))
    assert [value for _, value in request.headers if not value.isascii() or not value.isprintable()] == []
    assert request.body.isascii()
    assert token_origin(PASSWORD.spec) == "https://login.example.com"
