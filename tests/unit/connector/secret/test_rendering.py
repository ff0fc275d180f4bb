"""The output Secret: rendered deterministically, read back completely, without fields that the spec does not list."""

import base64
import json
import subprocess
from io import StringIO
from typing import Any

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.connector.secret.rendering import has_published_fields, recover, render
from tests.support.builders import a_connector, a_spec, a_token, metadata_of

TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200)


def shown(spec: dict[str, Any] | None = None, **changes: Any) -> dict[str, str]:
    """Give what a Secret of this spec holds."""
    connector = a_connector(spec)
    rendered = render(a_token(connector, **changes), connector)
    return {key: value.get_secret_value() for key, value in rendered.data.items()}


def test_the_default_keys_are_what_pods_need() -> None:
    """Without `output` a Secret contains the token, its type, its expiry and the complete header."""
    assert shown() == {
        "access_token": "an-access-token",
        "authorization": "Bearer an-access-token",
        "expires_at": "2027-01-15T09:00:00Z",
        "token_type": "Bearer",
    }


def test_the_scope_is_published_when_it_is_known() -> None:
    """Granted scopes are published joined by spaces."""
    assert shown(scope=("read", "write"))["scope"] == "read write"


@pytest.mark.parametrize(
    ("prefix", "header"),
    [("Zoho-oauthtoken", "Zoho-oauthtoken an-access-token"), ("", "an-access-token")],
)
def test_the_header_prefix_is_that_of_the_spec(prefix: str, header: str) -> None:
    """`headerPrefix` precedes the token with one space; an empty one publishes the bare token."""
    assert shown(a_spec(headerPrefix=prefix))["authorization"] == header


def test_chosen_keys_replace_the_default_ones() -> None:
    """With `output.data` a Secret contains the listed keys and nothing else."""
    spec = a_spec(output={"data": [{"field": "AccessToken", "key": "token"}]})
    assert shown(spec) == {"token": "an-access-token"}


def test_fields_of_the_response_are_published_only_where_listed() -> None:
    """Of a token response only the listed fields are written to the Secret."""
    fields = {"instance_url": SecretStr("https://na1.example.com"), "id_token": SecretStr("private")}
    spec = a_spec(output={"responseFields": [{"name": "instance_url", "key": "instance_url"}]})
    assert "private" not in shown(fields=fields).values()
    assert shown(spec, fields=fields)["instance_url"] == "https://na1.example.com"
    assert "private" not in shown(spec, fields=fields).values()


@given(TEXT.filter(lambda text: not (set("'\\") & set(text) and set("$`") & set(text))))
def test_a_dot_env_file_reads_the_same_in_a_library(token: str) -> None:
    """The dotenv library reads a token unchanged, except with both a quote and a dollar, where the shell counts."""
    connector = a_connector(a_spec(output={"formats": [{"type": "DotEnv", "key": ".env"}]}))
    rendered = render(a_token(connector, access_token=SecretStr(token)), connector)
    values = dotenv_values(stream=StringIO(rendered.data[".env"].get_secret_value()), interpolate=False)
    assert values["ACCESS_TOKEN"] == token


@pytest.mark.parametrize("token", ["plain", "with space", "a'b", 'a"b', "a$HOME`x`\\", "=&;|<>(){}*?#!~"])
def test_a_dot_env_file_reads_the_same_in_a_shell(token: str) -> None:
    """A shell that sources the file reads the token unchanged."""
    spec = a_spec(output={"formats": [{"type": "DotEnv", "key": ".env"}]})
    text = shown(spec, access_token=SecretStr(token))[".env"]
    script = text + 'printf %s "$ACCESS_TOKEN"'
    out = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True, env={"HOME": "/x"})  # noqa: S603  # our own text
    assert out.stdout == token


def test_a_json_file_holds_all_fields() -> None:
    """The JSON format is one object with the default names."""
    spec = a_spec(output={"formats": [{"type": "JSON", "key": "token.json"}]})
    assert json.loads(shown(spec)["token.json"]) == {
        "access_token": "an-access-token",
        "authorization": "Bearer an-access-token",
        "expires_at": "2027-01-15T09:00:00Z",
        "token_type": "Bearer",
    }


def test_the_owner_is_the_connector_unless_it_is_retained() -> None:
    """With `deletionPolicy: Retain` no owner is written, so the Secret is not deleted with its connector."""
    owned = render(a_token(a_connector()), a_connector()).owner
    assert owned is not None
    assert (owned["name"], owned["controller"], owned["blockOwnerDeletion"]) == ("crm", True, False)
    kept = a_connector(a_spec(output={"deletionPolicy": "Retain"}))
    assert render(a_token(kept), kept).owner is None


def test_labels_and_annotations_of_the_spec_never_replace_the_operators() -> None:
    """Those of the spec are added to those by which the operator recognizes its Secret."""
    spec = a_spec(output={"labels": {"example.com/team": "crm"}, "annotations": {"example.com/note": "x"}})
    rendered = render(a_token(a_connector(spec)), a_connector(spec))
    assert rendered.labels["example.com/team"] == "crm"
    assert rendered.labels["oauthconnector.dev/managed"] == "true"
    assert rendered.annotations["example.com/note"] == "x"
    assert rendered.annotations["oauthconnector.dev/connector"] == "crm"


SPECS = {
    "default": a_spec(),
    "chosen keys": a_spec(output={"data": [{"field": "AccessToken", "key": "t"}, {"field": "Scope", "key": "s"}]}),
    "response fields": a_spec(output={"responseFields": [{"name": "instance_url", "key": "url"}]}),
}


@pytest.mark.parametrize("sentence", SPECS)
def test_a_rendered_token_is_read_back(sentence: str) -> None:
    """A published token is read back with its times, scope and published fields, whatever their keys are."""
    connector = a_connector(SPECS[sentence])
    fields = {"instance_url": SecretStr("https://na1.example.com")}
    token = a_token(connector, scope=("a", "b"), fields=fields)
    rendered = render(token, connector)
    data = {key: value.get_secret_value().encode() for key, value in rendered.data.items()}
    back = recover(metadata_of(rendered, connector), data)
    assert back is not None
    assert back.access_token == token.access_token
    assert (back.issued, back.expires, back.digest, back.scope) == (
        token.issued,
        token.expires,
        token.digest,
        ("a", "b"),
    )
    assert has_published_fields(back, connector.spec)


def test_a_secret_without_the_bare_token_cannot_be_read() -> None:
    """Where only a header or a format was published, no other Secret can be rendered from it."""
    connector = a_connector(a_spec(output={"data": [{"field": "Authorization", "key": "h"}]}))
    rendered = render(a_token(connector), connector)
    assert recover(metadata_of(rendered, connector), {"h": b"Bearer an-access-token"}) is None


@given(st.binary(max_size=50), st.text(max_size=80))
def test_reading_back_never_raises(data: bytes, fields: str) -> None:
    """Whatever a client wrote to the Secret, reading it returns a token or nothing."""
    connector = a_connector()
    rendered = render(a_token(connector), connector)
    recover(metadata_of(rendered, connector, fields=fields), {"access_token": data})
    recover(metadata_of(rendered, connector), {"access_token": data})


def test_no_value_shows_in_a_representation() -> None:
    """A rendered Secret that is printed by mistake does not reveal the token."""
    rendered = render(a_token(a_connector()), a_connector())
    assert "an-access-token" not in repr(rendered)
    assert base64.b64encode(b"an-access-token").decode() not in repr(rendered)
