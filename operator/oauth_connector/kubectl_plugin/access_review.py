"""Checks the permissions that a command needs before it starts, so that no consent is wasted."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from oauth_connector.api.names import GROUP
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.paths import ACCESS_REVIEWS, SUBJECT_ACCESS_REVIEWS
from oauth_connector.kubectl_plugin.context import PluginContext
from oauth_connector.kubectl_plugin.errors import CommandFailed

RequiredAccess = Mapping[str, tuple[str, ...]]
"""Verbs by resource; a subresource follows a slash."""


class Permission(NamedTuple):
    """A verb, an API group, and a resource; a subresource follows a slash."""

    verb: str
    group: str
    resource: str


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
    try:
        return await review_access(context, Permission(verb, GROUP, resource))
    except KubeError:
        return True  # the request itself fails if it is not allowed


async def review_access(context: PluginContext, permission: Permission, user: str | None = None) -> bool:
    """Return whether a user, by default the one of the kubeconfig, has a permission in the namespace.

    Raises `KubeError` where the API server returns no review.
    """
    resource, _, subresource = permission.resource.partition("/")
    attributes = {"namespace": context.namespace, "verb": permission.verb, "group": permission.group}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview" if user is None else "SubjectAccessReview",
        "spec": {
            "resourceAttributes": {**attributes, "resource": resource, "subresource": subresource},
            **({} if user is None else {"user": user}),
        },
    }
    path = ACCESS_REVIEWS if user is None else SUBJECT_ACCESS_REVIEWS
    answer = await context.api.request("POST", path, body=body)
    return bool(answer["status"].get("allowed"))
