"""Where the files of the chart are."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "charts" / "oauth-connector-operator"
KUSTOMIZE = DEPLOY / "kustomize"
INSTALL = DEPLOY / "install.yaml"
VALUES = CHART / "values.yaml"
SCHEMA = CHART / "values.schema.json"
PAGE = ROOT / "docs" / "reference" / "values.md"
