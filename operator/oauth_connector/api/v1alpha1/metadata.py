"""Labels and annotations of the output Secret: the names and values that a spec may set."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Rule, cel_text, present, written
from oauth_connector.api.v1alpha1.references import SUBDOMAIN

_NAME = re.compile(f"({SUBDOMAIN}/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LENGTHS = re.compile("([^/]{1,253}/)?[^/]{1,63}")
_RESERVED = re.compile(r"(([^/]*\.)?(kubernetes\.io|k8s\.io|oauthconnector\.dev)|argocd\.[^/]*)/.*")


def _matches(pattern: re.Pattern[str]) -> str:
    return f"k.matches({cel_text(f'^({pattern.pattern})$')})"


def _are_names(entries: Mapping[str, str]) -> bool:
    return all(_NAME.fullmatch(key) and _LENGTHS.fullmatch(key) for key in entries)


def _are_free(entries: Mapping[str, str]) -> bool:
    return not any(_RESERVED.fullmatch(key) for key in entries)


_NAMES = Rule(
    f"self.all(k, {_matches(_NAME)} && {_matches(_LENGTHS)})",
    "must have names such as team or example.com/team: an optional domain and '/', then at most"
    " 63 letters, digits, '-', '_' and '.'",
    _are_names,
)
_FREE = Rule(
    f"self.all(k, !{_matches(_RESERVED)})",
    "must not have names under kubernetes.io, k8s.io, argocd.* and oauthconnector.dev, which are"
    " reserved for Kubernetes, Argo CD and this operator: use another domain",
    _are_free,
)

LabelValue = Annotated[
    str,
    Field(max_length=63),
    written(
        "([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?",
        "must be a valid label value: letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    ),
]

AnnotationValue = Annotated[str, Field(max_length=1024)]

_PRESENT = BeforeValidator(present)

Labels = Annotated[dict[str, LabelValue], Field(max_length=16), _NAMES, _FREE, _PRESENT]
Annotations = Annotated[dict[str, AnnotationValue], Field(max_length=16), _NAMES, _FREE, _PRESENT]
