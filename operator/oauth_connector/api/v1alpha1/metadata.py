"""Labels and annotations of the output Secret: the names and values that a spec may set.

Many controllers act on Secrets of the whole cluster by their labels and annotations: they copy them into other
namespaces, take them for credentials of their own, or delete them. The operator writes the Secret, so these controllers
cannot see that its author may not create it. An admission policy asks for that permission; the rules here hold also
where the author has it without knowing (a GitOps controller writes for all) and where no policy is installed.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Rule, cel_literal, drop_nulls, pattern_rule
from oauth_connector.api.v1alpha1.references import SUBDOMAIN

_NAME = re.compile(f"({SUBDOMAIN}/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LENGTHS = re.compile("([^/]{1,253}/)?[^/]{1,63}")
_HAS_DOMAIN = re.compile(r"[^/]*\.[^/]*/.*")
"""Domains have a point: Istio takes a Secret with the label `istio/multiCluster` for the kubeconfig of a cluster."""

_RECOMMENDED = re.compile(r"app\.kubernetes\.io/(component|name|part-of|version)")
"""https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels, without `managed-by`, which the
operator sets, and `instance`: with the tracking method `label`, Argo CD prunes what has it and is not in Git
(https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/).
"""

_PLATFORM_DOMAINS = ("kubernetes.io", "k8s.io", "x-k8s.io", "oauthconnector.dev")

CONTROLLER_DOMAINS: Mapping[str, str] = {
    "appscode.com": "https://config-syncer.com/docs/v0.15.1/guides/config-syncer/intra-cluster",
    "argoproj.io": "https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories",
    "bitnami.com": "https://github.com/bitnami-labs/sealed-secrets#managing-existing-secrets",
    "carvel.dev": "https://github.com/carvel-dev/secretgen-controller/blob/develop/docs/secret-export.md",
    "cattle.io": "https://github.com/rancher/wrangler/blob/main/pkg/apply/apply.go",
    "cert-manager.io": "https://cert-manager.io/docs/reference/annotations/",
    "clustersecret.io": "https://github.com/zakkg3/ClusterSecret",
    "emberstack.com": "https://github.com/emberstack/kubernetes-reflector#usage",
    "external-secrets.io": "https://external-secrets.io/latest/introduction/overview/",
    "fluxcd.io": "https://fluxcd.io/flux/components/kustomize/kustomizations/",
    "gke.io": "https://cloud.google.com/kubernetes-engine/docs/add-on/config-sync/how-to/managing-objects",
    "havulv.io": "https://reflector.havulv.io/usage",
    "helm.sh": "https://helm.sh/docs/topics/charts_hooks/",
    "k14s.io": "https://carvel.dev/kapp/docs/latest/apply-ordering/",
    "kyverno.io": "https://kyverno.io/docs/guides/ttl-cleanup/",
    "mittwald.de": "https://github.com/mittwald/kubernetes-replicator#usage",
    "openshift.io": "https://github.com/openshift/service-ca-operator/pull/205",
    "replizieren.dev": "https://replizieren.dev/api-reference",
}
"""Domains of programs that act on Secrets by label or annotation, and the page that states it."""

_PLATFORM = "|".join(_PLATFORM_DOMAINS).replace(".", r"\.")
_CONTROLLERS = "|".join(CONTROLLER_DOMAINS).replace(".", r"\.")
_NAME_OF_PLATFORM = re.compile(rf"([^/]*\.)?({_PLATFORM})/.*")
LABEL_OF_CONTROLLER = (
    rf"(([-a-z0-9.]+\.)?({_CONTROLLERS})|argocd\.[-a-z0-9.]+)/[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?"
)
"""For JSON schemas, whose patterns cannot exclude: `is_label_that_may_be_allowed` has the last word."""
_NAME_OF_CONTROLLER = re.compile(rf"(([^/]*\.)?({_CONTROLLERS})|argocd\.[^/]*)/.*")
RESERVED_NAME = re.compile(rf"(([^/]*\.)?({_PLATFORM}|{_CONTROLLERS})|argocd\.[^/]*)/.*")
"""Names of labels and annotations, and types of Secrets, that have a meaning for other programs."""


def _matches_cel(pattern: re.Pattern[str]) -> str:
    return f"k.matches({cel_literal(f'^({pattern.pattern})$')})"


def _has_valid_names(entries: Mapping[str, str]) -> bool:
    return all(_NAME.fullmatch(key) and _LENGTHS.fullmatch(key) for key in entries)


def _has_domains(entries: Mapping[str, str]) -> bool:
    return all(_HAS_DOMAIN.fullmatch(key) for key in entries)


def _has_no_reserved_names(entries: Mapping[str, str]) -> bool:
    return not any(RESERVED_NAME.fullmatch(key) and not _RECOMMENDED.fullmatch(key) for key in entries)


_NAMES = Rule(
    f"self.all(k, {_matches_cel(_NAME)} && {_matches_cel(_LENGTHS)})",
    "must have names such as example.com/team: a domain and '/', then at most 63 letters, digits, '-', '_' and '.'",
    _has_valid_names,
)
_WITH_DOMAIN = Rule(
    f"self.all(k, {_matches_cel(_HAS_DOMAIN)})",
    "must have names with a domain, such as example.com/team, because other programs act on short names: Helm takes"
    " a Secret with the label owner: helm for a release",
    _has_domains,
)
_NOT_OF_PLATFORM: Rule[Mapping[str, str]] = Rule(
    f"self.all(k, !{_matches_cel(_NAME_OF_PLATFORM)} || {_matches_cel(_RECOMMENDED)})",
    "must not have names of Kubernetes and of this operator: use another domain, or app.kubernetes.io/component, name,"
    " part-of or version",
    lambda entries: not any(_NAME_OF_PLATFORM.fullmatch(key) and not _RECOMMENDED.fullmatch(key) for key in entries),
)
_UNRESERVED = Rule(
    f"self.all(k, !{_matches_cel(RESERVED_NAME)} || {_matches_cel(_RECOMMENDED)})",
    "must not have names of Kubernetes, of this operator, and of controllers that act on Secrets by their metadata"
    " (Argo CD, Flux, Helm, cert-manager, replicators and others): use another domain, or app.kubernetes.io/component,"
    " name, part-of or version",
    _has_no_reserved_names,
)

LabelValue = Annotated[
    str,
    Field(max_length=63),
    pattern_rule(
        "([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?",
        "must be a valid label value: letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    ),
]

AnnotationValue = Annotated[str, Field(max_length=1024)]

_PRESENT = BeforeValidator(drop_nulls)

Labels = Annotated[dict[str, LabelValue], Field(max_length=16), _NAMES, _WITH_DOMAIN, _NOT_OF_PLATFORM, _PRESENT]
"""Labels of controllers are refused by the operator itself, unless its setting `allowedOutputLabels` contains them."""

Annotations = Annotated[dict[str, AnnotationValue], Field(max_length=16), _NAMES, _WITH_DOMAIN, _UNRESERVED, _PRESENT]


def is_label_of_controller(name: str) -> bool:
    """Return whether a controller of another project acts on Secrets with this label."""
    return _NAME_OF_CONTROLLER.fullmatch(name) is not None


def is_label_that_may_be_allowed(name: str) -> bool:
    """Return whether a spec may have this label, and the operator asks its setting for it."""
    return _has_valid_names({name: ""}) and is_label_of_controller(name) and _NAME_OF_PLATFORM.fullmatch(name) is None
