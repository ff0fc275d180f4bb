"""Where the files of the chart are."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
CHART = ROOT / "deploy" / "charts" / "oauth-connector-operator"
VALUES = CHART / "values.yaml"
SCHEMA = CHART / "values.schema.json"
PAGE = ROOT / "docs" / "reference" / "values.md"
