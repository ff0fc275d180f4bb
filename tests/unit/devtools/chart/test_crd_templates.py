"""A CRD becomes a template that can be turned off."""

import pytest

from devtools.generate.chart.crd_templates import crd_template


def test_the_annotation_follows_the_line_of_the_metadata() -> None:
    """Helm keeps the CRD on uninstall if its annotation says so."""
    lines = crd_template("kind: X\nmetadata:\n  name: x\nspec: {}\n").splitlines()
    assert lines[0] == "{{- if .Values.crds.enabled }}"
    assert lines[lines.index("metadata:") + 1] == "  {{- if .Values.crds.keep }}"
    assert lines[-2:] == ["spec: {}", "{{- end }}"]


def test_braces_in_a_description_are_no_expression() -> None:
    """Helm prints them as they are."""
    assert 'description: {{ "{{" }} a }}' in crd_template("\nmetadata:\n  name: x\ndescription: {{ a }}\n")


def test_a_text_without_metadata_is_an_error() -> None:
    """It is no CRD."""
    with pytest.raises(ValueError, match="no metadata"):
        crd_template("kind: X\n")
