"""The corpus: manifests that must be accepted, and manifests that must be refused with a sentence that helps.

The first comment of a bad one is what the API server's message holds. Where the models say it in other words (the
schema's own complaints: types, bounds, missing fields) the second begins with `models:` and says which.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent / "fixtures" / "manifests"
_MODELS = "models: "


@dataclass(frozen=True)
class Sample:
    """A manifest of the corpus, its text, and what its comments say."""

    name: str
    text: str
    comments: tuple[str, ...]

    @property
    def manifest(self) -> dict[str, Any]:
        """Give the manifest as objects."""
        loaded: dict[str, Any] = yaml.safe_load(self.text)
        return loaded

    @property
    def complaint(self) -> str:
        """Give what the API server's message must hold."""
        return self.comments[0]

    @property
    def complaint_of_models(self) -> str:
        """Give what the models' sentence must hold."""
        other = [comment.removeprefix(_MODELS) for comment in self.comments if comment.startswith(_MODELS)]
        return other[0] if other else self.complaint


def samples(kind: str) -> dict[str, Sample]:
    """Give the samples of a kind (`good`, `bad`) by name."""
    return {path.stem: _sample(path) for path in sorted((ROOT / kind).glob("*.yaml"))}


def _sample(path: Path) -> Sample:
    text = path.read_text(encoding="utf-8")
    comments = tuple(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))
    return Sample(path.stem, text, comments)
