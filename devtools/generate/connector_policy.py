"""The part of the admission policies that depends on the spec: the rules for the Secrets that a connector refers to.

A credential of a new grant or client authentication method is a new reference in the model, and so in the policy. Every
expression uses optional fields, because an absent field is an evaluation error otherwise.
"""

from collections.abc import Sequence
from pathlib import Path

from devtools.generate.marked_part import begin_mark, replace_marked_part
from oauth_connector.api.schema.fields import Model
from oauth_connector.api.v1alpha1.credentials import list_reference_paths
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

PATH = Path(__file__).parents[2] / "deploy" / "charts" / "oauth-connector-operator" / "files" / "policies.yaml"

BEGIN = begin_mark("the Secret references of operator/oauth_connector/api")

DESTINATION = ("grantType", "provider")
"""Members of a spec that contain no reference and decide where, or whether, a Secret is sent."""

CHANGES = """\
  matchConditions:
    - name: changes-what-is-sent
      expression: >-
        request.operation == 'CREATE' ||
        {changes}
  validations: # one for each Secret: an expression may call the authorizer at most twice, because of its cost
"""

CHANGE = "object.spec.?{member} != oldObject.spec.?{member}"

VALIDATION = """\
    - expression: >-
        !object.spec.?{optional}.hasValue() || authorizer.group('').resource('secrets')
        .namespace(object.metadata.namespace).name(object.spec.{path}.name).check('get').allowed()
      messageExpression: >-
        'you must be allowed to get a Secret that is sent to a provider: ' + object.spec.{path}.name
"""


def policies_file() -> str:
    """Return the policies with the generated part up to date; the other parts are written by hand."""
    return replace_marked_part(PATH.read_text(encoding="utf-8"), BEGIN, render_rules(OAuthConnectorSpec))


def render_rules(spec: type[Model]) -> str:
    """Return the conditions and validations of the policy for all references of a spec."""
    paths = list(list_reference_paths(spec))
    return CHANGES.format(changes=_render_changes(paths)) + "".join(_render_validation(path) for path in paths)


def _render_changes(paths: Sequence[str]) -> str:
    members = dict.fromkeys((*DESTINATION, *(path.split(".")[0] for path in paths)))
    return " ||\n        ".join(CHANGE.format(member=member) for member in members)


def _render_validation(path: str) -> str:
    return VALIDATION.format(optional=path.replace(".", ".?"), path=path)
