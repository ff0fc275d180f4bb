"""The setting `allowedOutputLabels`: a list in a file, text with commas in the environment."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_settings import NoDecode

from oauth_connector.api.v1alpha1.metadata import LABEL_OF_CONTROLLER, is_label_that_may_be_allowed

_SHAPE = (
    "must be a label of a controller, such as argocd.argoproj.io/secret-type, or a label and its value, such as"
    " argocd.argoproj.io/secret-type=repository; other labels need no setting, and labels of Kubernetes and of this"
    " operator cannot be allowed"
)


def _split_labels(value: object) -> object:
    """Split text at its commas; a list of the file stays as it is."""
    if isinstance(value, str):
        return [label.strip() for label in value.split(",")] if value.strip() else ()
    return value


def _require_label(label: str) -> str:
    if not is_label_that_may_be_allowed(label.partition("=")[0]):
        raise ValueError(_SHAPE)
    return label


_Label = Annotated[
    str,
    AfterValidator(_require_label),
    WithJsonSchema({"type": "string", "pattern": f"^{LABEL_OF_CONTROLLER}(=.*)?$"}),
]
OutputLabels = Annotated[tuple[_Label, ...], NoDecode, BeforeValidator(_split_labels)]
"""Labels as `key` or `key=value`."""
