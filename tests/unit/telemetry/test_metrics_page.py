"""The reference page of the metrics names what is served, and nothing else."""

import re
from pathlib import Path

from oauth_connector.telemetry.metrics import Metrics

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"


def test_the_page_and_the_registry_name_the_same_series() -> None:
    """A series that is added, renamed or removed is so in the documentation too."""
    served = Metrics(lambda: ()).render().decode()
    types = re.findall(r"^# TYPE (oauth_connector_\w+) (\w+)$", served, re.MULTILINE)
    described = re.findall(r"^\| `(oauth_connector_\w+)` \| (\w+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(described) == sorted((name, kind) for name, kind in types if not name.endswith("_created"))
