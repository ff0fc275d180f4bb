"""A token that a spec refers to: in a Secret, or in the output of another connector, or one of a ServiceAccount."""

from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.references import (
    ConnectorReference,
    DefaultKey,
    HoldsToken,
    SecretKeyReference,
    ServiceAccountReference,
)

TOKEN_KEY = "token"  # the name of a key


class SuppliedToken(Model):
    """Where a token is read from when it is sent."""

    secret_ref: Annotated[SecretKeyReference | None, DefaultKey(TOKEN_KEY), HoldsToken(), digests.IN_REQUEST] = Field(
        None,
        description=f"Secret that contains the token, in key `{TOKEN_KEY}` unless `key` is set. Default: none.",
    )
    connector_ref: Annotated[ConnectorReference | None, HoldsToken(), digests.IN_REQUEST] = Field(
        None,
        description="Another connector in this namespace, whose access token is read from its output Secret. The"
        " annotation `oauthconnector.dev/allowed-hosts` of that Secret must contain the host of the token endpoint."
        " Default: none.",
    )

    service_account: Annotated[ServiceAccountReference | None, digests.IN_REQUEST] = Field(
        None,
        description="ServiceAccount whose token is presented. Each request has a token of its own, which is valid for"
        " ten minutes. The operator must allow it (setting `serviceAccountTokens`). Default: none.",
    )

    @rule(
        "[has(self.secretRef), has(self.connectorRef), has(self.serviceAccount)].filter(x, x).size() == 1",
        "set exactly one of secretRef, connectorRef and serviceAccount",
        "secretRef",
    )
    def _has_one_source(self) -> bool:
        return [self.secret_ref, self.connector_ref, self.service_account].count(None) == 2  # noqa: PLR2004  # of three
