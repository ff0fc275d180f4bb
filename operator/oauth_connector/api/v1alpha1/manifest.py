"""A whole `OAuthConnector` as a person writes it: what stands around `spec`."""

from typing import Annotated, Literal

from pydantic import ConfigDict

from oauth_connector.api.schema.fields import Model, Rule
from oauth_connector.api.v1alpha1.references import ObjectName
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

LONGEST_NAME = 200

NAME_RULE: Rule[str] = Rule(
    f"size(self.metadata.name) <= {LONGEST_NAME}",
    f"metadata.name must have at most {LONGEST_NAME} characters, since names of Secrets are made of it: shorten it",
    lambda name: len(name) <= LONGEST_NAME,
)
"""At the root of the CRD: of `metadata`, CEL sees the name alone."""


class ObjectMetadata(Model):
    """What matters here of `metadata`; the rest is the API server's to judge."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[ObjectName, NAME_RULE]


class Manifest(Model):
    """A connector in a file."""

    api_version: Literal["oauthconnector.dev/v1alpha1"]
    kind: Literal["OAuthConnector"]
    metadata: ObjectMetadata
    spec: OAuthConnectorSpec
    status: object = None
