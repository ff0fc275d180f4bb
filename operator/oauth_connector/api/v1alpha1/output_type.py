"""`spec.output.type`: types of Secrets that programs take for credentials of others cannot be chosen.

The operator writes the Secret, so a program that acts on Secrets by their type cannot see that its author may not
create one. https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
"""

from typing import Annotated

from pydantic import Field

from oauth_connector.api.names import OPAQUE
from oauth_connector.api.schema.fields import Rule, cel_literal, pattern_rule
from oauth_connector.api.v1alpha1.metadata import RESERVED_NAME
from oauth_connector.api.v1alpha1.references import SUBDOMAIN

DOCKER_CONFIG_JSON = "kubernetes.io/dockerconfigjson"
DOCKER_CONFIG_KEY = ".dockerconfigjson"
BASIC_AUTH = "kubernetes.io/basic-auth"
BASIC_AUTH_KEYS = frozenset({"username", "password"})
"""The API server refuses a Secret of this type that has none of these keys."""

_HARMLESS = (OPAQUE, DOCKER_CONFIG_JSON, BASIC_AUTH)

OutputType = Annotated[
    str,
    Field(max_length=253),
    pattern_rule(
        rf"{OPAQUE}|[a-z0-9]([-a-z0-9]*[a-z0-9])?\.{SUBDOMAIN}/[A-Za-z0-9][-A-Za-z0-9_.]*",
        f"must be {OPAQUE}, {DOCKER_CONFIG_JSON}, {BASIC_AUTH}, or a type with a domain of your own, such as"
        " example.com/token",
    ),
    Rule(
        f"self in [{', '.join(cel_literal(each) for each in _HARMLESS)}] ||"
        f" !self.matches({cel_literal(f'^({RESERVED_NAME.pattern})$')})",
        f"must not be a type of Kubernetes, except {DOCKER_CONFIG_JSON} and {BASIC_AUTH}, or of a controller that acts"
        " on Secrets (Helm, cert-manager, Cluster API and others): use another domain",
        lambda kind: kind in _HARMLESS or RESERVED_NAME.fullmatch(kind) is None,
    ),
]
