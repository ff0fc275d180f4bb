"""The provider of a diagnosis: the client of the operator, and the probe of connections, with its settings."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.controller.ports import CredentialReader
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.provider_steps import Prober
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.probe import ProbeResult, probe
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.settings.local_rules import build_operator_tokens
from oauth_connector.settings.operator import Settings


@asynccontextmanager
async def open_outside(
    settings: Settings, credentials: CredentialReader, *, is_known: bool = True
) -> AsyncIterator[tuple[TokenClient, Prober]]:
    """Yield the client of token requests and the probe, by the settings of an operator.

    Where they are not known, the operator may present each token of a ServiceAccount, and its own.
    """
    egress = settings.egress
    rules = LocalRules(
        require_allowed_hosts=settings.require_allowed_hosts,
        service_account_tokens=settings.service_account_tokens or not is_known,
        operator_tokens=build_operator_tokens(settings) if is_known else None,
    )

    async def connect(url: str, tls: TLSOptions) -> ProbeResult:
        return await probe(url, egress, tls)

    async with HTTPProviderClient(egress) as provider:
        yield TokenClient(credentials, provider, time.time, read_rules=lambda: rules), connect


_ANYWHERE = tuple(
    AllowedDestination.model_construct(cidr=cidr, ports=tuple(range(1, 65536)), http=True)
    for cidr in ("0.0.0.0/0", "::/0")
)
"""Allows every destination: what the operator may reach is stated by its status, and not known to a user."""


_OF_A_USER = Settings.model_construct(allowed_destinations=_ANYWHERE)


@asynccontextmanager
async def open_anywhere(credentials: CredentialReader) -> AsyncIterator[tuple[TokenClient, Prober]]:
    """Yield the client of token requests and the probe for the machine of a user, with every destination allowed."""
    async with open_outside(_OF_A_USER, credentials, is_known=False) as opened:
        yield opened
