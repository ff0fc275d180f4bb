"""References to Secrets and ConfigMaps: always in the connector's own namespace."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from oauth_connector.api.schema.fields import Model, written

SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
"""A DNS-1123 subdomain, which names of Secrets and ConfigMaps are."""

KEY = r"[.]?[-_a-zA-Z0-9][-._a-zA-Z0-9]*"
"""A key of a Secret or ConfigMap; the API server refuses `.` and whatever begins with `..`."""

ObjectName = Annotated[
    str,
    Field(min_length=1, max_length=253),
    written(
        SUBDOMAIN,
        "must be the name of an object: lower-case letters, digits, '-' and '.', with a letter or digit at both ends",
    ),
]
DataKey = Annotated[
    str,
    Field(min_length=1, max_length=253),
    written(KEY, "must be a key: letters, digits, '-', '_' and '.', and not '..' at its beginning"),
]

CA_KEY = "ca.crt"

_ATOMIC = ConfigDict(json_schema_extra={"x-kubernetes-map-type": "atomic"})


class SecretKeyReference(Model):
    """A key of a Secret in the connector's namespace."""

    model_config = _ATOMIC

    name: ObjectName = Field(description="Name of the Secret.")
    key: DataKey | None = Field(
        None, description="Key within the Secret. When absent: the one that the description of the reference names."
    )


class ConfigMapKeyReference(Model):
    """A key of a ConfigMap in the connector's namespace."""

    model_config = _ATOMIC

    kind: Literal["ConfigMap"] | None = Field(None, description="What is referred to. When absent: `ConfigMap`.")
    name: ObjectName = Field(description="Name of the ConfigMap.")
    key: DataKey | None = Field(None, description=f"Key within the ConfigMap. When absent: `{CA_KEY}`.")

    @property
    def effective_key(self) -> str:
        """Give the key, by default `ca.crt`."""
        return self.key or CA_KEY
