"""The CRDs as templates of the chart. Helm never upgrades CRDs of a chart's folder crds/, so they are templates."""

HEAD = "{{- if .Values.crds.enabled }}\n"
KEEP = """\
  {{- if .Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
"""


def crd_template(crd: str) -> str:
    """Return the template of a CRD, given as YAML; braces in its texts are no template expressions."""
    head, metadata, rest = crd.replace("{{", '{{ "{{" }}').partition("\nmetadata:\n")
    if not metadata:
        raise ValueError("the CRD has no metadata")
    return f"{HEAD}{head}{metadata}{KEEP}{rest}{{{{- end }}}}\n"
