"""Texts of `output.template`, filled and read back by the parsers of their formats."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.connector.effective import list_wanted_members
from oauth_connector.connector.observation import InvalidConnector
from oauth_connector.connector.secret.rendering import LARGEST_SECRET, has_published_fields, recover, render
from tests.support.builders import a_connector, a_spec, a_token, any_connector, metadata_of

ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)
"""A value of a member of a token response, in any alphabet."""


def a_template(text: str, **more: Any) -> dict[str, Any]:
    """Return a spec whose output has one text."""
    return a_spec(output={"template": {"data": {"file": text}}, **more})


def filled(text: str, fields: dict[str, str] | None = None, **changes: Any) -> str:
    """Return a text with the values of a token."""
    connector = a_connector(a_template(text))
    members = {name: SecretStr(value) for name, value in (fields or {}).items()}
    return render(a_token(connector, fields=members, **changes), connector).data["file"].get_secret_value()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{{ access_token }}", "an-access-token"),
        ("{{access_token}}", "an-access-token"),
        ("a {{ token_type }} b", "a Bearer b"),
        ("{{ authorization }}", "Bearer an-access-token"),
        ("{{ expires_at }}", "2027-01-15T09:00:00Z"),
        ("{{ scope }}", "read write"),
        ("{{ response.instance_url }}", "https://a.example"),
        ("{{access_token}}{{access_token}}", "an-access-tokenan-access-token"),
        ("no tag, { one brace }} and {", "no tag, { one brace }} and {"),
        ("", ""),
    ],
)
def test_a_tag_is_replaced_by_its_value(text: str, written: str) -> None:
    """The rest of the text stays as it is, to the byte."""
    fields = {"instance_url": "https://a.example"}
    assert filled(text, fields, scope=("read", "write")) == written


def test_a_value_that_is_not_known_is_empty() -> None:
    """A response without a lifetime, a scope or a member leaves a gap, and `null` where JSON needs a value."""
    text = "{{ expires_at }}|{{ scope }}|{{ response.id }}|{{ scope | base64 }}|{{ response.id | json }}"
    assert filled(text, expires=None) == "||||null"


def test_a_value_is_not_read_as_a_template() -> None:
    """What a provider puts into a value has no effect: texts are filled once."""
    assert filled("{{ response.id }}", {"id": "{{ access_token }}"}) == "{{ access_token }}"


@given(value=ANY)
def test_the_escape_json_writes_any_value_as_json_and_as_yaml(value: str) -> None:
    """A value changes neither the structure of a JSON document nor that of a YAML document."""
    text = '{"token": {{ response.id | json }}, "deep": {"a": {}}}'
    assert json.loads(filled(text, {"id": value})) == {"token": value, "deep": {"a": {}}}
    assert yaml.safe_load(filled("a:\n  b: {{ response.id | json }}\n", {"id": value})) == {"a": {"b": value}}


@given(value=ANY)
def test_the_escape_base64_writes_any_value(value: str) -> None:
    """The value is in UTF-8, as in `data` of a Secret."""
    assert base64.b64decode(filled("{{ response.id | base64 }}", {"id": value})).decode() == value


@given(value=ANY)
def test_the_escape_url_writes_any_value_into_a_query(value: str) -> None:
    """The value adds no parameter and no fragment."""
    url = filled("https://a.example/?t={{ response.id | url }}&k=v", {"id": value})
    assert parse_qs(urlsplit(url).query, keep_blank_values=True) == {"t": [value], "k": ["v"]}


def test_members_in_a_template_are_kept_of_the_response() -> None:
    """They need no key of their own; a refresh token is never one, whatever the spec says."""
    spec = a_connector(a_template("{{ response.instance_url }} {{ response.id }} {{ scope }}")).spec
    assert list_wanted_members(spec) == {"instance_url", "id"}


@pytest.mark.parametrize("tag", ["{{ refresh_token }}", "{{response.refresh_token}}", "{{ refresh_token | json }}"])
def test_a_refresh_token_has_no_tag(tag: str) -> None:
    """The message says why, and names the field."""
    connector = any_connector(a_template(f"a {tag}"))
    assert isinstance(connector, InvalidConnector)
    (problem,) = connector.problems
    assert problem.path == "spec.output.template.data"
    assert problem.message.startswith("must not contain refresh_token")


def test_a_secret_with_a_template_is_read_back() -> None:
    """The token is recovered from its keys; members that are in a text alone need another response."""
    connector = a_connector(a_template("{{ access_token }}"))
    rendered = render(a_token(connector), connector)
    data = {key: value.get_secret_value().encode() for key, value in rendered.data.items()}
    back = recover(metadata_of(rendered, connector), data)
    assert back is not None
    assert back.access_token == a_token(connector).access_token
    assert has_published_fields(back, connector.spec)
    assert not has_published_fields(back, a_connector(a_template("{{ response.instance_url }}")).spec)


def test_another_text_is_another_secret() -> None:
    """The digest of the output changes, so the Secret is written again from the same token."""
    digests = {a_connector(a_template(text)).spec.output_digest for text in ("a", "b")}
    assert len(digests | {a_connector().spec.output_digest}) == 3


def test_a_filled_text_is_bounded() -> None:
    """The text ends where it is larger than a Secret, which is then refused; memory holds no more."""
    token = SecretStr("x" * 64 * 1024)
    text = filled("{{ access_token | url }}" * 32, access_token=token)
    assert LARGEST_SECRET < len(text) <= LARGEST_SECRET + len(token)
