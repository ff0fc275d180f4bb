"""Checks the permissions that a command needs before it starts, so that no consent is wasted."""

import asyncio
from collections.abc import Mapping

from oauth_connector.api.names import GROUP
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.paths import ACCESS_REVIEWS
from oauth_connector.kubectl_plugin.context import PluginContext
from oauth_connector.kubectl_plugin.errors import CommandFailed

RequiredAccess = Mapping[str, tuple[str, ...]]
"""Verbs by resource; a subresource follows a slash."""


async def require_access(context: PluginContext, needs: RequiredAccess) -> None:
    """Raise `CommandFailed` with all missing permissions. Continue if the API server returns no review."""
    missing = await find_missing_access(context, needs)
    if missing:
        raise CommandFailed(
            f"You are not allowed to {', '.join(missing)} in namespace {context.namespace} (API group {GROUP})."
            " Ask a cluster administrator for these permissions."
        )


async def find_missing_access(context: PluginContext, needs: RequiredAccess) -> list[str]:
    """Return the missing permissions as verb and resource; none if the API server returns no review."""
    asked = [(verb, resource) for resource, verbs in needs.items() for verb in verbs]
    answers = await asyncio.gather(*(_is_allowed(context, verb, resource) for verb, resource in asked))
    return [f"{verb} {resource}" for (verb, resource), may in zip(asked, answers, strict=True) if not may]


async def _is_allowed(context: PluginContext, verb: str, resource: str) -> bool:
    plural, _, subresource = resource.partition("/")
    attributes = {"namespace": context.namespace, "verb": verb, "group": GROUP, "resource": plural}
    if subresource:
        attributes["subresource"] = subresource
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    try:
        answer = await context.api.request("POST", ACCESS_REVIEWS, body=body)
    except KubeError:
        return True  # the request itself fails if it is not allowed
    return bool(answer["status"].get("allowed"))
