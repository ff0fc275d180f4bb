"""Values, schema and page of the chart are made from values.yaml and the models of settings."""

import json
import re

import pytest
from pydantic import Field, ValidationError

from devtools.generate.chart import settings_values, values_page
from devtools.generate.chart.values_file import list_leaves, read_values, values_file
from devtools.generate.chart.values_schema import SHAPES, schema_file
from devtools.generate.marked_part import begin_mark
from oauth_connector.api.schema.fields import to_camel_case
from oauth_connector.settings.consent_server import ConsentSettings
from oauth_connector.settings.operator import Settings
from oauth_connector.settings.sources import Configuration

SCHEMA = json.loads(schema_file())


def leaf_paths() -> list[str]:
    """Return the paths of all values that have no values below them."""
    return [value.path for value in list_leaves(read_values(values_file()))]


def test_a_value_has_the_comment_above_it() -> None:
    """The comment of a group belongs to the group, and a mark of a generated part to no value."""
    mark = begin_mark("the models")
    text = f"# The group.\ngroup:\n  {mark}  # One.\n  # Two.\n  a: 1\n"
    (group,) = read_values(text)
    assert (group.description, [(each.path, each.description) for each in group.members]) == (
        "The group.",
        [("group.a", "One. Two.")],
    )


def test_a_mapping_without_comments_inside_is_one_value() -> None:
    """Requests and limits are described together."""
    (value,) = read_values("# Requests.\nresources:\n  requests: {cpu: 1}\n  limits: {cpu: 2}\n")
    assert (value.members, value.default) == ((), {"requests": {"cpu": 1}, "limits": {"cpu": 2}})


@pytest.mark.parametrize("text", ["a: 1\n", "# The group.\ngroup:\n  # One.\n  a: 1\n  b: 2\n"])
def test_a_value_without_a_comment_is_an_error(text: str) -> None:
    """No value can be added without a description."""
    with pytest.raises(ValueError, match="has no comment"):
        read_values(text)


@pytest.mark.parametrize("settings", [Settings, ConsentSettings])
def test_each_setting_is_a_value_or_set_by_the_chart(settings: type[Configuration]) -> None:
    """A new setting appears in the chart, and no name in the list of the others is mistyped."""
    values = set(settings_values.settings_schema(settings)["properties"])
    own = {to_camel_case(name) for name in settings.model_fields if name in settings_values.SET_BY_CHART}
    assert values | own == {to_camel_case(name) for name in settings.model_fields}
    assert values & own == set()


def test_each_setting_of_the_chart_exists() -> None:
    """The list of settings that are no values contains no name that neither process has."""
    known = set(Settings.model_fields) | set(ConsentSettings.model_fields)
    assert known >= settings_values.SET_BY_CHART


def test_a_setting_without_a_default_is_a_comment() -> None:
    """Helm removes a value that is null, so it is shown and not set."""

    class WithOptional(Configuration):
        """Settings."""

        place: str | None = Field(None, description="A place.")

    assert "# place:\n" in settings_values.settings_lines(WithOptional, "")


def test_the_schema_rejects_unknown_names_at_each_level() -> None:
    """Each object with named members is closed."""

    def open_objects(schema: dict[str, object], path: str) -> list[str]:
        members = schema.get("properties")
        if not isinstance(members, dict):
            return []
        below = [found for name, each in members.items() for found in open_objects(each, f"{path}.{name}")]
        return below if schema.get("additionalProperties") is False else [path, *below]

    assert open_objects(SCHEMA, "") == []


def test_each_shape_belongs_to_a_value() -> None:
    """A value that is renamed keeps its shape."""
    assert set(SHAPES) <= set(leaf_paths())


@pytest.mark.parametrize(
    "url",
    [
        "https://connect.example.com",
        "https://connect.example.com/",
        "https://connect.example.com:8443",
        "https://192.0.2.1",
        "https://[2001:db8::1]:8443",
        "http://localhost:8090",
        "http://127.0.0.1",
        "http://[::1]:8090/",
        "http://connect.example.com",
        "http://localhost.example.com",
        "https://example.com/connect",
        "https://connect.example.com?a=1",
        "https://connect.example.com#a",
        "https://user@connect.example.com",
        "https://user:word@connect.example.com",
        "https://connect.example.com:port",
        "https://",
        "https:///connect",
        "connect.example.com",
        "ftp://connect.example.com",
    ],
)
def test_the_schema_judges_the_address_of_browsers_as_the_operator_does(url: str) -> None:
    """An address that the schema accepts does not end the operator at its start."""
    try:
        Settings.model_validate({"public_url": url})
    except ValidationError:
        is_valid = False
    else:
        is_valid = True
    pattern = SHAPES["consent.publicURL"]["pattern"]
    assert bool(re.search(pattern, url)) is is_valid


def test_the_page_lists_each_value_once() -> None:
    """The reference is complete."""
    page = values_page.page()
    assert [page.count(f"| `{path}` |") for path in leaf_paths()] == [1] * len(leaf_paths())
