"""The CustomResourceDefinition that is made from the models."""

from collections.abc import Iterator
from typing import Any

import pytest

from oauth_connector.api.schema.crd import COLUMNS, SELECTABLE, crd, root_schema
from oauth_connector.api.schema.fields import VALIDATIONS
from oauth_connector.oauth.token_request import RESERVED_PARAMETERS

BEYOND_THE_COMMON_CORE = (
    "url(",
    "isURL(",
    "quantity(",
    "ip(",
    "cidr(",
    "format.",
    "semver(",
    "sets.",
    "find(",
    "cel.bind",
)
STRUCTURAL = {"type", "description", "properties", "items", "additionalProperties", "required", "enum", "format",
              "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "maxProperties",
              "default", VALIDATIONS, "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
              "x-kubernetes-map-type"}  # fmt: skip


def parts(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every schema within a schema, with its path."""
    yield path, schema
    for name, part in schema.get("properties", {}).items():
        yield from parts(part, f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if name in schema:
            yield from parts(schema[name], f"{path}[]")


ROOT = root_schema()
OURS = {path: part for path, part in parts(ROOT) if path.startswith((".spec", ".status"))}
RULES = [rule for _, part in parts(ROOT) for rule in part.get(VALIDATIONS, ())]


@pytest.mark.parametrize("path", OURS)
def test_a_field_is_structural_and_described(path: str) -> None:
    """The API server's rules for schemas: a type, no reference, no alternatives; and people get a description."""
    part = OURS[path]
    assert part.keys() <= STRUCTURAL
    assert part["type"] in ("object", "array", "string", "integer", "boolean")
    assert path.endswith("[]") or part["description"].endswith(".")


@pytest.mark.parametrize("path", OURS)
def test_a_field_is_bounded(path: str) -> None:
    """No text, list or map is without an end: CEL's cost is estimated from bounds, and etcd's objects have one."""
    part = OURS[path]
    if part["type"] == "string":
        assert {"maxLength", "enum"} & part.keys() or part.get("format") == "date-time"
    if part["type"] == "array":
        assert "maxItems" in part
    if "additionalProperties" in part:
        assert "maxProperties" in part


def test_nothing_in_spec_has_a_default() -> None:
    """The API server writes nothing into what a person wrote; only an unseen status says that it is one."""
    defaults = {path: part["default"] for path, part in parts(ROOT) if "default" in part}
    assert defaults == {".status": {"observedGeneration": -1}}


def test_an_optional_field_says_what_its_absence_means() -> None:
    """Defaults are in code, so the description tells them."""
    silent = [
        f"{path}.{name}"
        for path, part in OURS.items()
        if path.startswith(".spec")
        for name, field in part.get("properties", {}).items()
        if name not in part.get("required", ()) and "Default: " not in field["description"]
    ]
    assert silent == [".spec.password", ".spec.refreshToken", ".spec.provider.issuer"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"][:60])
def test_a_rule_speaks_the_common_core_and_helps(rule: dict[str, str]) -> None:
    """Engines other than the API server's evaluate the rules too; and a message says what to write instead."""
    assert not [name for name in BEYOND_THE_COMMON_CORE if name in rule["rule"]]
    assert len(rule["message"]) > 20
    assert not rule["message"].endswith(".")


def test_reserved_parameters_are_those_of_the_protocol() -> None:
    """The names that the requests set themselves cannot be set a second time."""
    rules = OURS[".spec.tokenParameters"][VALIDATIONS]
    assert all(f"'{name}'" in rules[1]["rule"] for name in RESERVED_PARAMETERS)


def test_conditions_are_merged_by_type() -> None:
    """Two writers of conditions do not overwrite each other's; other lists are taken whole."""
    assert OURS[".status.conditions"]["x-kubernetes-list-map-keys"] == ["type"]
    kinds = {path: part["x-kubernetes-list-type"] for path, part in OURS.items() if part["type"] == "array"}
    assert {path for path, kind in kinds.items() if kind != "atomic"} == {".status.conditions"}


def test_an_older_definition_takes_a_newer_reason() -> None:
    """Reasons are a closed set to us and not to the API server: else a new operator could not write status."""
    assert "enum" not in OURS[".status.conditions[].reason"]
    assert "enum" not in OURS[".status.lastError.reason"]


def test_paths_lead_somewhere() -> None:
    """Columns and selectors name fields that are there."""
    known = {path.replace("[]", "") for path in OURS}
    for _, _, path, _ in COLUMNS[:-1]:
        before, _, after = path.partition("[?(")
        assert before + (after.rpartition(")]")[2] if after else "") in known
    assert set(SELECTABLE) <= known


def test_the_expiry_is_a_text() -> None:
    """A date column prints a time to come as `<invalid>`."""
    kinds = {name: kind for name, kind, _, _ in COLUMNS}
    assert kinds["Expires"] == kinds["Next"] == "string"


def test_it_can_be_found_by_its_short_names() -> None:
    """`kubectl get oac` and `kubectl get oauth` find connectors."""
    names = crd()["spec"]["names"]
    assert (names["shortNames"], names["categories"]) == (["oac"], ["oauth"])
    assert crd()["spec"]["versions"][0]["subresources"] == {"status": {}}
