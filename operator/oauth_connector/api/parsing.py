"""A spec out of a manifest: the model, or every field that is wrong, told without the library's jargon or values."""

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from oauth_connector.api.fields import FieldProblem
from oauth_connector.api.v1alpha1 import OAuthConnectorSpec

_SENTENCES = {
    "missing": "is required",
    "extra_forbidden": "is not a field here: check its name and its place",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must not be empty",
    "string_pattern_mismatch": "is not written as it must be",
    "enum": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "rule": "{problems}",
}


def parse_spec(spec: Mapping[str, object]) -> OAuthConnectorSpec | tuple[FieldProblem, ...]:
    """Read a spec as strictly as the API server does, or tell each field that is wrong and how to mend it."""
    try:
        return OAuthConnectorSpec.model_validate(spec, strict=False)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return tuple(FieldProblem(_path(detail), _sentence(detail)) for detail in details)


def _path(detail: ErrorDetails) -> str:
    path = "spec"
    for part in detail["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path


def _sentence(detail: ErrorDetails) -> str:
    template = _SENTENCES.get(detail["type"], "is not valid")
    return template.format(**detail.get("ctx", {}))
