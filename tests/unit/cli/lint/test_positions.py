"""`oauth-connector lint` finds the line and column of a field."""

import pytest

from oauth_connector.cli.lint.documents import DocumentError, read_documents

TEXT = """\
kind: OAuthConnector
spec:
  scopes: [a, b]
  tokenParameters:
    a.b: x
    a: {b: y}
  client:
    id: crm
"""
POSITIONS = {
    "spec.client.id": (8, 5),
    "spec.scopes[1]": (3, 15),
    "spec.tokenParameters.a.b": (5, 5),
    "spec.client.secretRef.name": (7, 3),  # the nearest parent that exists
    "metadata.name": (1, 1),
    "": (1, 1),
}


@pytest.mark.parametrize("path", POSITIONS)
def test_a_path_leads_to_the_line_of_its_field(path: str) -> None:
    """A path leads to its field, or to the nearest parent that exists."""
    (document,) = read_documents("a.yaml", TEXT)
    assert document.find_position(path) == POSITIONS[path]


def test_the_items_of_a_list_are_manifests_of_their_own() -> None:
    """The items of a `List`, as `kubectl get -o yaml` prints them, have their own positions."""
    text = "kind: List\nitems:\n- kind: A\n- kind: B\n  spec: {x: 1}\n"
    (document,) = read_documents("a.yaml", text)
    manifests = list(document.list_manifests())
    assert [manifest.content["kind"] for manifest in manifests] == ["A", "B"]
    assert manifests[1].find_position("spec.x") == (5, 10)


def test_a_timestamp_is_a_string() -> None:
    """A date without quotes is a string, because JSON has no dates."""
    (document,) = read_documents("a.yaml", "a: 2026-01-02")
    assert document.content == {"a": "2026-01-02"}


def test_merge_keys_are_no_duplicates() -> None:
    """An anchor that is merged into two mappings is accepted."""
    text = "a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\nc:\n  <<: *a\n"
    (document,) = read_documents("a.yaml", text)
    assert document.content["b"] == {"x": 1, "y": 2}


def nest_aliases(key: str, end: str) -> str:
    """Return a document with aliases that stand for 9¹¹ mappings, as values or merged into one."""
    lines = [f"a{level}: &a{level} {{{key}: [{','.join([f'*a{level - 1}'] * 9)}]}}" for level in range(1, 12)]
    return "\n".join(["a0: &a0 {x: 1}", *lines, end])


BAD = {
    "a: [1": ((1, 6), "is not YAML"),
    "a: 1\n\tb: 2": ((2, 1), "is not YAML"),
    "spec:\n  a: 1\n  b: 2\n  a: 3\n": ((4, 3), "contains the key a twice"),
    "- x:\n  - {k: 1, k: 2}": ((2, 12), "contains the key k twice"),
    "a: !!python/object:os.system x": ((1, 4), "is not YAML"),
    "a: \x00": ((1, 1), "is not YAML"),
    "[" * 3000: ((1, 1), "is not YAML"),
    nest_aliases("items", "kind: List\nitems: [*a11]"): ((6, 17), "remove aliases"),
    nest_aliases("<<", "spec: *a11"): ((6, 14), "remove aliases"),
    "&a\nkind: List\nitems: [*a]": ((3, 8), "remove aliases"),
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_text_that_clients_of_the_api_reject_is_invalid(text: str) -> None:
    """Text that is no YAML, or has a key twice, is rejected with its position."""
    position, message = BAD[text]
    with pytest.raises(DocumentError) as refused:
        read_documents("a.yaml", text)
    assert (refused.value.position, message in str(refused.value)) == (position, True)
