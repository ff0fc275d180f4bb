"""The examples of examples/gitops are valid, and their pages name everything that a user has to replace."""

import re

import pytest

from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from tests.support.gitops_pages import EXAMPLES, PAGES, read_replaced
from tests.support.yaml_documents import read_yaml

FOLDER = EXAMPLES / "connectors"
LISTED = read_yaml((FOLDER / "kustomization.yaml").read_text())["resources"]
CONNECTORS = [name for name in LISTED if name != "namespace.yaml"]
FILES = [path for path in sorted(EXAMPLES.rglob("*.yaml")) if "connectors" in path.parts or path.parent.name in PAGES]


@pytest.mark.parametrize("name", CONNECTORS)
def test_a_connector_of_the_example_is_accepted(name: str) -> None:
    """Each connector that the kustomization lists is valid."""
    assert isinstance(parse_manifest(read_yaml((FOLDER / name).read_text())), OAuthConnectorSpec)


def test_every_connector_of_the_example_is_listed() -> None:
    """No file is left out of the kustomization."""
    assert {path.name for path in FOLDER.glob("*.yaml")} == {"kustomization.yaml", *LISTED}


def test_the_namespace_of_the_connectors_is_created_and_never_deleted() -> None:
    """The example has the namespace that it names, and keeps both tools from deleting it with all Secrets in it."""
    namespace = read_yaml((FOLDER / "namespace.yaml").read_text())
    assert namespace["metadata"]["name"] == read_yaml((FOLDER / "kustomization.yaml").read_text())["namespace"]
    assert namespace["metadata"]["annotations"] == {
        "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_what_a_user_replaces(page: str) -> None:
    """Each row of the page's table occurs in the examples, and no other server or client of an example is left."""
    texts = [path.read_text(encoding="utf-8") for path in FILES if path.parent.name in (page, "connectors")]
    replaced = read_replaced(page)
    assert [text for text in replaced if not any(text in example for example in texts)] == []
    known = re.compile("|".join(re.escape(text) for text in sorted(replaced, key=len, reverse=True)))
    for example in texts:
        rest = known.sub("", re.sub(r"#.*", "", example))
        assert re.findall(r"\S*example\.com\S*|^ +id: .*", rest, re.MULTILINE) == []


def test_both_pages_replace_the_same_texts() -> None:
    """The connectors are the same for both tools."""
    assert len({tuple(read_replaced(page)) for page in PAGES}) == 1


def test_the_files_are_found() -> None:
    """A folder that moves does not make the tests empty."""
    assert {path.parent.name for path in FILES} == {"argo-cd", "connectors", "flux"}
