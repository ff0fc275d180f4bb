"""One corpus, two judges: the real API server and the models must agree about every manifest."""

from pathlib import Path

import pytest
import yaml

from devtools.control_plane import ControlPlane, ControlPlaneError
from oauth_connector.api.parsing import parse_spec
from oauth_connector.api.v1alpha1 import OAuthConnectorSpec
from tests.support.cluster import Namespace

CORPUS = Path(__file__).parents[1] / "fixtures" / "manifests"
EXAMPLES = Path(__file__).parents[2] / "examples"


def files(*folders: Path) -> list[Path]:
    """Give the manifests of folders."""
    return sorted(path for folder in folders for path in folder.glob("*.yaml"))


def first_comment(path: Path) -> str:
    """Give what a bad manifest's first line says of its fault."""
    return path.read_text().splitlines()[0].removeprefix("# ")


def dry_run(plane: ControlPlane, path: Path, namespace: str) -> str | None:
    """Let the API server judge a file, strictly; give what it complains of."""
    try:
        plane.kubectl("create", "--dry-run=server", "--validate=strict", "-n", namespace, "-f", str(path))
    except ControlPlaneError as error:
        return str(error)
    return None


@pytest.mark.parametrize("path", files(CORPUS / "good", EXAMPLES), ids=lambda path: path.stem)
def test_a_good_manifest_is_accepted_by_both(path: Path, control_plane: ControlPlane, namespace: Namespace) -> None:
    """What people may write is taken by the API server and by the models."""
    assert dry_run(control_plane, path, namespace.name) is None
    for manifest in yaml.safe_load_all(path.read_text()):
        if manifest["kind"] == "OAuthConnector":
            assert isinstance(parse_spec(manifest["spec"]), OAuthConnectorSpec)


@pytest.mark.parametrize("path", files(CORPUS / "bad"), ids=lambda path: path.stem)
def test_a_bad_manifest_is_refused_by_both_with_the_field_named(
    path: Path, control_plane: ControlPlane, namespace: Namespace
) -> None:
    """What nobody may write is refused by both, in words that name the field and the cure."""
    complaint = dry_run(control_plane, path, namespace.name)
    assert complaint is not None
    assert first_comment(path) in complaint
    problems = parse_spec(yaml.safe_load(path.read_text())["spec"])
    assert isinstance(problems, tuple)
    assert any(first_comment(path) in f"{problem.path} {problem.message}" for problem in problems)
    assert "s3cret" not in str(problems)


def test_a_name_too_long_is_refused(control_plane: ControlPlane, namespace: Namespace, tmp_path: Path) -> None:
    """Names of Secrets are made of a connector's, which therefore has 200 characters at most."""
    manifest = yaml.safe_load((CORPUS / "good" / "minimal.yaml").read_text())
    manifest["metadata"]["name"] = "a" * 201
    path = tmp_path / "long.yaml"
    path.write_text(yaml.safe_dump(manifest))
    assert "at most 200 characters" in (dry_run(control_plane, path, namespace.name) or "")


async def test_an_unseen_connector_is_in_progress(namespace: Namespace) -> None:
    """The CRD's default says that nobody has looked yet, or tools would call it ready."""
    manifest = yaml.safe_load((CORPUS / "good" / "minimal.yaml").read_text())
    made = await namespace.add_connector("unseen", manifest["spec"])
    assert made["status"] == {"observedGeneration": -1}
    assert made["spec"] == manifest["spec"], "no default is written into a person's object"


def test_kubectl_shows_the_columns(control_plane: ControlPlane) -> None:
    """`kubectl get oac` says at a glance how things stand."""
    table = control_plane.kubectl("get", "oac", "-A", "-o", "wide").splitlines()
    if table:
        columns = ("READY", "REASON", "GRANT", "SECRET", "EXPIRES", "REFRESH", "NEXT", "MESSAGE", "AGE")
        assert [c for c in columns if c in table[0]] == list(columns)
