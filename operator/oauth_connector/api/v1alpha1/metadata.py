"""Labels and annotations of the output Secret: the names and values that a spec may set."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Rule, cel_literal, drop_nulls, pattern_rule
from oauth_connector.api.v1alpha1.references import SUBDOMAIN

_NAME = re.compile(f"({SUBDOMAIN}/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LENGTHS = re.compile("([^/]{1,253}/)?[^/]{1,63}")
_RESERVED = re.compile(r"(([^/]*\.)?(kubernetes\.io|k8s\.io|oauthconnector\.dev)|argocd\.[^/]*)/.*")


def _matches_cel(pattern: re.Pattern[str]) -> str:
    return f"k.matches({cel_literal(f'^({pattern.pattern})$')})"


def _has_valid_names(entries: Mapping[str, str]) -> bool:
    return all(_NAME.fullmatch(key) and _LENGTHS.fullmatch(key) for key in entries)


def _has_no_reserved_names(entries: Mapping[str, str]) -> bool:
    return not any(_RESERVED.fullmatch(key) for key in entries)


_NAMES = Rule(
    f"self.all(k, {_matches_cel(_NAME)} && {_matches_cel(_LENGTHS)})",
    "must have names such as team or example.com/team: an optional domain and '/', then at most"
    " 63 letters, digits, '-', '_' and '.'",
    _has_valid_names,
)
_UNRESERVED = Rule(
    f"self.all(k, !{_matches_cel(_RESERVED)})",
    "must not have names under kubernetes.io, k8s.io, argocd.* and oauthconnector.dev, which are"
    " reserved for Kubernetes, Argo CD and this operator: use another domain",
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

Labels = Annotated[dict[str, LabelValue], Field(max_length=16), _NAMES, _UNRESERVED, _PRESENT]
Annotations = Annotated[dict[str, AnnotationValue], Field(max_length=16), _NAMES, _UNRESERVED, _PRESENT]
