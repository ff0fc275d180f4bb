"""The setting `operatorTokens`: tokens of the operator's own ServiceAccount that connectors may present."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from oauth_connector.api.v1alpha1.references import TokenAudience
from oauth_connector.settings.namespace_names import NamespaceName

HOST = r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$"
"""A host as `allowed-hosts` has it: in lower case, without port and pattern."""

TokenHost = Annotated[str, Field(pattern=HOST, max_length=253)]


class AllowedOperatorToken(BaseModel):
    """A token for an audience: its file, the namespaces whose connectors may present it, and the hosts for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audience: TokenAudience
    file: Path
    namespaces: Annotated[tuple[NamespaceName, ...], Field(min_length=1)]
    hosts: Annotated[tuple[TokenHost, ...], Field(min_length=1)]


def _require_one_each(tokens: tuple[AllowedOperatorToken, ...]) -> tuple[AllowedOperatorToken, ...]:
    """Raise `ValueError` for an audience that is there twice: the hosts of one entry would then be unexpected."""
    if len({each.audience for each in tokens}) < len(tokens):
        raise ValueError("must name each audience once: put all its namespaces and hosts into one entry")
    return tokens


AllowedOperatorTokens = Annotated[tuple[AllowedOperatorToken, ...], AfterValidator(_require_one_each)]
"""One entry for each audience."""
