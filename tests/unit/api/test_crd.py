"""The CustomResourceDefinition, generated from the models."""

from collections.abc import Iterator
from typing import Any

import pytest

from oauth_connector.api.schema.crd import COLUMNS, SELECTABLE, build_crd, build_root_schema
from oauth_connector.api.schema.fields import VALIDATIONS
from oauth_connector.oauth.token_request import RESERVED_PARAMETERS
from oauth_connector.providers.registry import PRESETS

NON_PORTABLE_FUNCTIONS = (
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
    """Yield every schema within a schema, with its path."""
    yield path, schema
    for name, part in schema.get("properties", {}).items():
        yield from parts(part, f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if name in schema:
            yield from parts(schema[name], f"{path}[]")


ROOT = build_root_schema()
FIELDS = {path: part for path, part in parts(ROOT) if path.startswith((".spec", ".status"))}
RULES = [rule for _, part in parts(ROOT) for rule in part.get(VALIDATIONS, ())]


@pytest.mark.parametrize("path", FIELDS)
def test_a_field_is_structural_and_described(path: str) -> None:
    """The schema follows the rules of the API server (a type, no references or alternatives) and has a description."""
    part = FIELDS[path]
    assert part.keys() <= STRUCTURAL
    assert part["type"] in ("object", "array", "string", "integer", "boolean")
    assert path.endswith("[]") or part["description"].endswith(".")


@pytest.mark.parametrize("path", FIELDS)
def test_a_field_is_bounded(path: str) -> None:
    """Strings, lists and maps have a maximum, from which the API server estimates the cost of CEL."""
    part = FIELDS[path]
    if part["type"] == "string":
        assert {"maxLength", "enum"} & part.keys() or part.get("format") == "date-time"
    if part["type"] == "array":
        assert "maxItems" in part
    if "additionalProperties" in part:
        assert "maxProperties" in part


def test_the_schema_of_spec_has_no_defaults() -> None:
    """The API server adds nothing to a spec; only a new status has a default."""
    defaults = {path: part["default"] for path, part in parts(ROOT) if "default" in part}
    assert defaults == {".status": {"observedGeneration": -1}}


def test_the_description_of_an_optional_field_names_its_default() -> None:
    """Defaults are in code, so the description documents them."""
    undocumented = [
        f"{path}.{name}"
        for path, part in FIELDS.items()
        if path.startswith(".spec")
        for name, field in part.get("properties", {}).items()
        if name not in part.get("required", ()) and "Default: " not in field["description"]
    ]
    members = [f".spec.{name}" for name in ("password", "refreshToken", "jwtBearer", "tokenExchange")]
    assert undocumented == [*members, ".spec.provider.issuer"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"][:60])
def test_a_rule_is_portable_and_has_a_message(rule: dict[str, str]) -> None:
    """A rule uses only functions that every CEL engine has; its message says what to change."""
    assert not [name for name in NON_PORTABLE_FUNCTIONS if name in rule["rule"]]
    assert len(rule["message"]) > 20
    assert not rule["message"].endswith(".")


def test_parameters_of_the_protocol_are_reserved() -> None:
    """A spec cannot set the parameters that the operator sets itself."""
    rules = FIELDS[".spec.tokenParameters"][VALIDATIONS]
    assert all(name.replace("_", "[._]") in rules[1]["rule"] for name in RESERVED_PARAMETERS)


def test_conditions_are_merged_by_type() -> None:
    """Two writers of conditions do not overwrite each other; all other lists are atomic."""
    assert FIELDS[".status.conditions"]["x-kubernetes-list-map-keys"] == ["type"]
    kinds = {path: part["x-kubernetes-list-type"] for path, part in FIELDS.items() if part["type"] == "array"}
    assert {path for path, kind in kinds.items() if kind != "atomic"} == {".status.conditions"}


def test_an_older_crd_accepts_a_newer_reason() -> None:
    """The schema does not enumerate reasons, so that a newer operator can write status with an older CRD."""
    assert "enum" not in FIELDS[".status.conditions[].reason"]
    assert "enum" not in FIELDS[".status.lastError.reason"]


def test_columns_and_selectors_refer_to_existing_fields() -> None:
    """Each path is a path of a field."""
    known = {path.replace("[]", "") for path in FIELDS}
    for _, _, path, _ in COLUMNS[:-1]:
        before, _, after = path.partition("[?(")
        assert before + (after.rpartition(")]")[2] if after else "") in known
    assert set(SELECTABLE) <= known


def test_the_expiration_column_is_a_string() -> None:
    """A date column shows a future time as `<invalid>`."""
    kinds = {name: kind for name, kind, _, _ in COLUMNS}
    assert kinds["Expires"] == kinds["Next"] == "string"


def test_the_kind_has_a_short_name_and_a_category() -> None:
    """`kubectl get oac` and `kubectl get oauth` find connectors."""
    names = build_crd()["spec"]["names"]
    assert (names["shortNames"], names["categories"]) == (["oac"], ["oauth"])
    assert build_crd()["spec"]["versions"][0]["subresources"] == {"status": {}}


def test_no_rule_is_about_a_single_preset() -> None:
    """The API server evaluates each rule at each write, so that the rules do not grow with the presets."""
    rules = {path: len(part.get(VALIDATIONS, ())) for path, part in parts(ROOT) if path in (".spec", ".spec.provider")}
    assert rules[".spec"] < len(PRESETS) / 2
    assert rules[".spec.provider"] < 10
