"""Complete manifests of `OAuthConnector` and `OAuthConsent`: `spec` and the fields around it."""

from typing import Annotated, Literal

from pydantic import ConfigDict

from oauth_connector.api.schema.fields import Model, Rule
from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec
from oauth_connector.api.v1alpha1.references import ObjectName
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

LONGEST_NAME = 200

NAME_RULE: Rule[str] = Rule(
    f"size(self.metadata.name) <= {LONGEST_NAME}",
    f"metadata.name must have at most {LONGEST_NAME} characters, because names of Secrets are"
    " derived from it: shorten it",
    lambda name: len(name) <= LONGEST_NAME,
)
"""A rule at the root of the CRD: of `metadata`, CEL can read only the names."""


class ObjectMetadata(Model):
    """The validated part of `metadata`; the API server validates the other fields."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[ObjectName, NAME_RULE]


class Manifest(Model):
    """An `OAuthConnector` manifest."""

    api_version: Literal["oauthconnector.dev/v1alpha1"]
    kind: Literal["OAuthConnector"]
    metadata: ObjectMetadata
    spec: OAuthConnectorSpec
    status: object = None


class ConsentMetadata(Model):
    """The validated part of `metadata` of an `OAuthConsent`."""

    model_config = ConfigDict(extra="ignore")

    name: ObjectName


class ConsentManifest(Model):
    """An `OAuthConsent` manifest."""

    api_version: Literal["oauthconnector.dev/v1alpha1"]
    kind: Literal["OAuthConsent"]
    metadata: ConsentMetadata
    spec: OAuthConsentSpec
    status: object = None
