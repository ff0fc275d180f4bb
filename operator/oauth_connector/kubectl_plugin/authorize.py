"""`kubectl oauth authorize`: authorizes a connector by the consent of a user."""

import argparse
import asyncio
import secrets
from collections.abc import Mapping
from datetime import timedelta

from pydantic import SecretStr

from oauth_connector.api.names import API_VERSION, CONSENT_KIND, CONSENTS
from oauth_connector.api.v1alpha1 import consent
from oauth_connector.consent_protocol import tickets
from oauth_connector.kube.errors import NOT_FOUND, KubeError
from oauth_connector.kube.paths import SELF_REVIEWS
from oauth_connector.kubectl_plugin import time_format
from oauth_connector.kubectl_plugin.access_review import RequiredAccess, require_access
from oauth_connector.kubectl_plugin.authorization_flows import AuthorizationFlow, is_authorized
from oauth_connector.kubectl_plugin.commands import PROBLEM, show_connector
from oauth_connector.kubectl_plugin.connector_view import ConnectorView
from oauth_connector.kubectl_plugin.context import KubeObject, PluginContext
from oauth_connector.kubectl_plugin.created_consent import PACE, CreatedConsent, create_consent
from oauth_connector.kubectl_plugin.device_flow import DeviceFlow
from oauth_connector.kubectl_plugin.errors import APIOperation, CommandFailed, explain_api_error
from oauth_connector.kubectl_plugin.terminal import can_answer

REVIEW: Mapping[str, str] = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}

REQUIRED: RequiredAccess = {CONSENTS: ("create", "get", "patch")}
REQUIRED_LOCAL: RequiredAccess = {**REQUIRED, f"{CONSENTS}/status": ("patch",)}
"""The permissions that are needed if this machine, and not the consent server, receives the response."""


async def authorize(context: PluginContext, arguments: argparse.Namespace) -> int:
    """Authorize a connector. Return 1 if it is not ready afterwards. Raises `CommandFailed`."""
    connector = ConnectorView(await context.read_connector(arguments.name))
    require_authorizable(connector)
    redirect = redirect_of(connector)
    if arguments.paste and redirect is consent.Redirect.DEVICE:
        raise CommandFailed(
            f"{connector.name} has grantType {connector.grant}, which has no redirect to paste. Run the command without"
            " --paste."
        )
    if (arguments.paste or redirect is consent.Redirect.HOSTED) and not can_answer():
        raise CommandFailed("The command asks for input from the browser. Run it in a terminal.")
    await require_access(
        context, REQUIRED_LOCAL if redirect is consent.Redirect.LOOPBACK or arguments.paste else REQUIRED
    )
    ticket = SecretStr(tickets.new_ticket(secrets.token_bytes))
    manifest = _consent_manifest(connector.name, await read_user_name(context), ticket, redirect)
    async with create_consent(context, manifest, arguments.timeout) as created:
        request = await created.wait_for_request()
        if request.device is not None:
            DeviceFlow(created, request.device, connector, ticket).show_code()
            await created.wait("waiting until you have entered the code", is_authorized)
        else:
            flow = AuthorizationFlow(created, request, connector.name, ticket, browser=not arguments.no_browser)
            await _run_with_redirect(flow, redirect, paste=arguments.paste)
    context.terminal.success(f"{connector.name} is authorized.")
    return await _wait_until_ready(context, created, arguments)


async def _run_with_redirect(flow: AuthorizationFlow, redirect: consent.Redirect, *, paste: bool) -> None:
    if paste:
        await flow.run_pasted()
    elif redirect is consent.Redirect.LOOPBACK:
        await flow.run_on_loopback()
    else:
        await flow.run_hosted()


def require_authorizable(connector: ConnectorView) -> None:
    """Raise `CommandFailed` if a user cannot authorize the connector."""
    if not connector.needs_consent:
        raise CommandFailed(
            f"{connector.name} has grantType {connector.grant}, which needs no consent in a browser. Check its"
            f" status with `kubectl oauth status {connector.name} -n {connector.namespace}`."
        )
    if connector.manifest["metadata"].get("deletionTimestamp"):
        raise CommandFailed(f"{connector.name} is being deleted.")
    if connector.spec.get("suspend"):
        raise CommandFailed(f"{connector.name} is suspended. Set spec.suspend to false, then run the command again.")


def redirect_of(connector: ConnectorView) -> consent.Redirect:
    """Return the type of the redirect URI."""
    if connector.is_polled:
        return consent.Redirect.DEVICE
    uri = str((connector.spec.get("authorizationCode") or {}).get("redirectURI") or "")
    return consent.Redirect.LOOPBACK if uri.startswith("http://") else consent.Redirect.HOSTED


async def read_user_name(context: PluginContext) -> str:
    """Return the user name that the API server sees. Raises `CommandFailed`."""
    try:
        review = await context.api.request("POST", SELF_REVIEWS, body=REVIEW)
    except KubeError as error:
        if error.status == NOT_FOUND:  # as for all resources that the server does not know
            raise CommandFailed(
                "The API server does not support SelfSubjectReviews. Kubernetes 1.30 or newer is required."
            ) from None
        raise explain_api_error(error, APIOperation("create", "selfsubjectreviews", None)) from None
    return str(review["status"]["userInfo"]["username"])


def _consent_manifest(connector: str, user: str, ticket: SecretStr, redirect: consent.Redirect) -> KubeObject:
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


async def _wait_until_ready(context: PluginContext, created: CreatedConsent, arguments: argparse.Namespace) -> int:
    """Show the connector when its status contains this consent, or after the timeout of --settle."""
    until = created.now + timedelta(seconds=arguments.settle)
    view = ConnectorView(await context.read_connector(arguments.name))
    while not _is_settled(view, created) and created.now < until:
        context.terminal.progress(
            "waiting for the Secret", time_format.format_duration((until - created.now).total_seconds())
        )
        await asyncio.sleep(PACE)
        view = ConnectorView(await context.read_connector(arguments.name))
    show_connector(context, view, arguments.output)
    return 0 if view.is_ready else PROBLEM


def _is_settled(view: ConnectorView, created: CreatedConsent) -> bool:
    at = view.time("consent", "time")
    return view.is_ready and at is not None and at >= created.created
