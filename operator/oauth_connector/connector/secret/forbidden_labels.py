"""Labels by which a controller of another project acts on a Secret. They need a setting of the operator."""

from collections.abc import Collection

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.metadata import is_label_of_controller
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy


def find_forbidden_label(spec: OAuthConnectorSpec, allowed: Collection[str]) -> str | None:
    """Return the first label, as `key=value`, that is not among the allowed ones; `None` where all may be written.

    An entry of `allowed` is a key, for all values, or a key and a value.
    """
    labels = dict(spec.output.labels or {}) if spec.output is not None else {}
    for key, value in sorted(labels.items()):
        if is_label_of_controller(key) and key not in allowed and f"{key}={value}" not in allowed:
            return f"{key}={value}"
    return None


def build_label_problem(label: str) -> Problem:
    """Return the problem of a label that is not allowed."""
    return Problem(Reason.LABEL_NOT_ALLOWED, Remedy.FIX_SPEC, {"label": label})
