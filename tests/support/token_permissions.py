"""What the chart installs with `serviceAccountTokens`: permissions and the admission policy."""

from collections.abc import Mapping
from typing import Any

import yaml

from devtools.cluster.control_plane import ControlPlane
from devtools.generate.manifests import render_chart
from tests.support.yaml_documents import read_documents

ENABLED: Mapping[str, Any] = {"serviceAccountTokens": {"enabled": True, "apiAudiences": ["https://oidc.example.com/7"]}}
OPERATOR = "system:serviceaccount:oauth-connector-system:oauth-connector"


def render(values: Mapping[str, Any] = ENABLED) -> list[dict[str, Any]]:
    """Return the objects of the template."""
    rendered = render_chart(values, "templates/operator/service-account-tokens.yaml")
    return [each for each in read_documents(rendered) if each is not None]


def install_permissions(plane: ControlPlane) -> None:
    """Apply them."""
    plane.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(render()))
