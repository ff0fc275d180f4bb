"""The corpus: manifests that must be accepted, and manifests that must be refused with a helpful message.

The connectors of examples are among those that must be accepted. Beside them are objects of other kinds.
The first comment of a bad manifest is a part of the API server's message. Where the models use other words (for
violations of types, bounds and required fields), the second comment begins with `models:` and has those.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.yaml_documents import read_yaml

ROOT = Path(__file__).parent.parent / "fixtures" / "manifests"
EXAMPLES = ROOT.parents[2] / "examples"
_MODELS = "models: "


@dataclass(frozen=True)
class Sample:
    """A manifest of the corpus, the file that it is in, its text, and its comments."""

    name: str
    path: Path
    text: str
    comments: tuple[str, ...]

    @property
    def manifest(self) -> dict[str, Any]:
        """Return the manifest as objects."""
        loaded: dict[str, Any] = read_yaml(self.text)
        return loaded

    @property
    def message(self) -> str:
        """Return the expected part of the API server's message."""
        return self.comments[0]

    @property
    def message_of_models(self) -> str:
        """Return the expected part of the models' message."""
        other = [comment.removeprefix(_MODELS) for comment in self.comments if comment.startswith(_MODELS)]
        return other[0] if other else self.message


def samples(kind: str) -> dict[str, Sample]:
    """Return the samples of a kind (`good`, `bad`) by name."""
    found = {path.stem: _sample(path) for path in sorted((ROOT / kind).glob("*.yaml"))}
    return {**found, **_examples()} if kind == "good" else found


def _examples() -> dict[str, Sample]:
    """Return the first connector of each example; the first line of an example says what it shows."""
    paths = sorted((*EXAMPLES.glob("*.yaml"), *EXAMPLES.glob("agents/*.yaml")))
    found = [_connector_of(path) for path in paths if "kind: OAuthConnector\n" in path.read_text("utf-8")]
    return {sample.name: sample for sample in found}


def _connector_of(path: Path) -> Sample:
    text = next(each for each in path.read_text("utf-8").split("\n---\n") if "kind: OAuthConnector\n" in each)
    folder = "agents" if path.parent.name == "agents" else "example"
    return Sample(f"{folder}-{path.stem}", path, text, ())


def _sample(path: Path) -> Sample:
    text = path.read_text(encoding="utf-8")
    comments = tuple(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))
    return Sample(path.stem, path, text, comments)
