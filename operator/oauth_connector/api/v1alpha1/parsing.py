"""Validation of a manifest, with the same result as in the API server: the model, or a problem for each invalid field.

No message contains terms of the library or values of the manifest: a value may be a secret in the wrong field.
"""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from oauth_connector.api.schema.fields import FieldProblem
from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec
from oauth_connector.api.v1alpha1.manifest import ConsentManifest, Manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

_MESSAGES = {
    "missing": "is required: set it",
    "extra_forbidden": "is not a known field: check its name and its place",
    "string_type": "must be a string: put it in quotes",
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be an integer, without quotes",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_too_short": "must not be empty: set it or remove it",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must have at most {max_length} entries",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "rule": "{message}",
}


def parse_spec(spec: Mapping[str, object]) -> OAuthConnectorSpec | tuple[FieldProblem, ...]:
    """Read a spec, or return a problem for each invalid field."""
    try:
        return OAuthConnectorSpec.model_validate(spec, by_alias=True, by_name=False)
    except ValidationError as error:
        return tuple(_list_problems(error, "spec"))


def parse_manifest(manifest: Mapping[str, object]) -> OAuthConnectorSpec | tuple[FieldProblem, ...]:
    """Read the spec of a complete manifest, or return a problem for each invalid field, `metadata` included."""
    try:
        return Manifest.model_validate(manifest, by_alias=True, by_name=False).spec
    except ValidationError as error:
        return tuple(_list_problems(error, ""))


def parse_consent_manifest(manifest: Mapping[str, object]) -> OAuthConsentSpec | tuple[FieldProblem, ...]:
    """Read the spec of a complete `OAuthConsent` manifest, or return a problem for each invalid field."""
    try:
        return ConsentManifest.model_validate(manifest, by_alias=True, by_name=False).spec
    except ValidationError as error:
        return tuple(_list_problems(error, ""))


def _list_problems(error: ValidationError, root: str) -> Iterator[FieldProblem]:
    for detail in error.errors(include_url=False, include_input=False):
        yield FieldProblem(_format_path(root, detail), _format_message(detail))


def _format_path(root: str, detail: ErrorDetails) -> str:
    path = root
    for part in detail["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.removeprefix(".")


def _format_message(detail: ErrorDetails) -> str:
    template = _MESSAGES.get(detail["type"], "is not valid")
    return template.format(**detail.get("ctx", {}))
