"""`kubectl oauth authorize`: one person, one browser, one consent, one token."""

import argparse
import asyncio
import secrets
from collections.abc import Mapping
from datetime import timedelta

from pydantic import SecretStr

from oauth_connector.api.names import API_VERSION, CONSENT_KIND
from oauth_connector.api.v1alpha1 import consent
from oauth_connector.consent_protocol import tickets
from oauth_connector.kube.errors import NOT_FOUND, KubeError
from oauth_connector.kube.paths import SELF_REVIEWS
from oauth_connector.kubectl_plugin import time_format as moments
from oauth_connector.kubectl_plugin.access_review import Needs, require
from oauth_connector.kubectl_plugin.authorization_flows import AuthorizeFlow
from oauth_connector.kubectl_plugin.commands import PROBLEM, show
from oauth_connector.kubectl_plugin.connector_view import ConnectorView
from oauth_connector.kubectl_plugin.context import Manifest, PluginContext
from oauth_connector.kubectl_plugin.created_consent import PACE, CreatedConsent, asked
from oauth_connector.kubectl_plugin.errors import APIOperation, CommandFailed, explained
from oauth_connector.kubectl_plugin.terminal import can_answer
from oauth_connector.oauth.grants.registry import GrantType

REVIEW: Mapping[str, str] = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}

NEEDED: Needs = {"oauthconsents": ("create", "get", "patch")}
NEEDED_HERE: Needs = {**NEEDED, "oauthconsents/status": ("patch",)}
"""Where the answer comes to this machine, and not to the consent service."""


async def authorize(site: PluginContext, given: argparse.Namespace) -> int:
    """Connect a connector: 1 where it is not ready in the end. Raises `CommandFailed`."""
    connector = ConnectorView(await site.connector(given.name))
    refuse(connector)
    redirect = redirect_of(connector)
    if (given.paste or redirect is consent.Redirect.HOSTED) and not can_answer():
        raise CommandFailed("You will be asked for something that the browser shows: run the command in a terminal.")
    await require(site, NEEDED if redirect is consent.Redirect.HOSTED and not given.paste else NEEDED_HERE)
    ticket = SecretStr(tickets.new_ticket(secrets.token_bytes))
    wanted = _wanted(connector.name, await user_name(site), ticket, redirect)
    async with asked(site, wanted, given.timeout) as made:
        request = await made.request()
        flow = AuthorizeFlow(made, request, connector.name, ticket, browser=not given.no_browser)
        if given.paste:
            await flow.by_hand()
        elif redirect is consent.Redirect.LOOPBACK:
            await flow.on_loopback()
        else:
            await flow.hosted()
    site.narration.well(f"{connector.name} is connected.")
    return await _ended(site, made, given)


def refuse(connector: ConnectorView) -> None:
    """Say why a connector cannot be connected so. Raises `CommandFailed`."""
    if connector.grant != GrantType.AUTHORIZATION_CODE:
        raise CommandFailed(
            f"{connector.name} has grantType {connector.grant}, for which no person is asked in a browser:"
            f" `kubectl oauth status {connector.name} -n {connector.namespace}` says how it stands."
        )
    if connector.manifest["metadata"].get("deletionTimestamp"):
        raise CommandFailed(f"{connector.name} is being deleted.")
    if connector.spec.get("suspend"):
        raise CommandFailed(f"{connector.name} is suspended: set spec.suspend to false, then run the command again.")


def redirect_of(connector: ConnectorView) -> consent.Redirect:
    """Tell where the provider will send the browser."""
    uri = str((connector.spec.get("authorizationCode") or {}).get("redirectURI") or "")
    return consent.Redirect.LOOPBACK if uri.startswith("http://") else consent.Redirect.HOSTED


async def user_name(site: PluginContext) -> str:
    """Ask the API server who we are. Raises `CommandFailed`."""
    try:
        review = await site.api.request("POST", SELF_REVIEWS, body=REVIEW)
    except KubeError as error:
        if error.status == NOT_FOUND:  # as for all resources that the server does not know
            raise CommandFailed(
                "The API server cannot tell who you are: it must be of Kubernetes 1.28 or newer."
            ) from None
        raise explained(error, APIOperation("create", "selfsubjectreviews", None)) from None
    return str(review["status"]["userInfo"]["username"])


def _wanted(connector: str, user: str, ticket: SecretStr, redirect: consent.Redirect) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": CONSENT_KIND,
        "metadata": {"generateName": f"{connector}-"},
        "spec": {
            "connectorName": connector,
            "requestedBy": user,
            "ticketHash": tickets.ticket_hash(ticket.get_secret_value()),
            "redirect": redirect.value,
        },
    }


async def _ended(site: PluginContext, made: CreatedConsent, given: argparse.Namespace) -> int:
    """Show the connector once its status tells of this consent, or as it is when that takes too long."""
    until = made.now + timedelta(seconds=given.settle)
    standing = ConnectorView(await site.connector(given.name))
    while not _settled(standing, made) and made.now < until:
        site.narration.progress("waiting for the Secret", moments.span((until - made.now).total_seconds()))
        await asyncio.sleep(PACE)
        standing = ConnectorView(await site.connector(given.name))
    show(site, standing, given.output)
    return 0 if standing.is_ready else PROBLEM


def _settled(standing: ConnectorView, made: CreatedConsent) -> bool:
    at = standing.time("consent", "time")
    return standing.is_ready and at is not None and at >= made.created
