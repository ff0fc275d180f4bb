"""References to Secrets and ConfigMaps: always in the connector's own namespace."""

from typing import Annotated

from pydantic import Field

from oauth_connector.api.fields import Model

NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
"""A DNS-1123 subdomain."""

KEY = r"^[-._a-zA-Z0-9]+$"
"""A key of a Secret or ConfigMap."""

ObjectName = Annotated[str, Field(min_length=1, max_length=253, pattern=NAME)]
DataKey = Annotated[str, Field(min_length=1, max_length=253, pattern=KEY)]


class SecretKeyReference(Model):
    """A key of a Secret in the connector's namespace."""

    name: ObjectName = Field(description="Name of the Secret.")
    key: DataKey | None = Field(None, description="Key within the Secret.")


class ConfigMapKeyReference(Model):
    """A key of a ConfigMap in the connector's namespace."""

    name: ObjectName = Field(description="Name of the ConfigMap.")
    key: DataKey | None = Field(None, description="Key within the ConfigMap; `ca.crt` when absent.")

    @property
    def effective_key(self) -> str:
        """Give the key, by default `ca.crt`."""
        return self.key or "ca.crt"
