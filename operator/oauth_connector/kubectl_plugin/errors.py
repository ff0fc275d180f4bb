"""Errors that end a command, and the texts for errors of the API server."""

from collections.abc import Mapping
from dataclasses import dataclass

from oauth_connector.api.names import GROUP
from oauth_connector.kube.errors import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, KubeError


class CommandFailed(Exception):  # noqa: N818  # named for what is so
    """The command failed: exit status 1. The text says what is wrong, then what to do."""


class PluginUsageError(Exception):
    """The command line is invalid: exit status 2. The text names the option and says what to pass."""


@dataclass(frozen=True, slots=True)
class APIOperation:
    """An API request: verb and resource as in RBAC rules, and the namespace. `name` is empty for a list."""

    verb: str
    resource: str
    namespace: str | None
    name: str = ""

    @property
    def place(self) -> str:
        """Return the scope as words."""
        return f"in namespace {self.namespace}" if self.namespace else "in the whole cluster"


_FIXED: Mapping[int, str] = {
    0: "The API server does not respond. Check the network connection and `kubectl cluster-info`.",
    UNAUTHORIZED: "The API server does not accept your login. Log in again, then check `kubectl auth whoami`.",
}


def explain_api_error(error: KubeError, operation: APIOperation) -> CommandFailed:
    """Return the error of a failed API request as a sentence, with what to do."""
    fixed = _FIXED.get(error.status)
    if fixed is not None:
        return CommandFailed(fixed)
    if error.status == FORBIDDEN:
        return CommandFailed(_explain_forbidden(error, operation))
    if error.status == NOT_FOUND:
        return CommandFailed(_explain_not_found(error, operation))
    return CommandFailed(f"The API server refuses to {operation.verb} {operation.resource} {operation.place}: {error}.")


def explain_refused_revocation(secret: str, namespace: str) -> str:
    """Return why an admission policy refuses a revocation, and what to do."""
    return (
        "You are not allowed to revoke this grant: an admission policy requires the permission to delete Secret"
        f" {secret} in namespace {namespace}. Ask a cluster administrator for this permission."
    )


def _explain_forbidden(error: KubeError, operation: APIOperation) -> str:
    if error.is_namespace_terminating:
        return f"Namespace {operation.namespace} is being deleted."
    return (
        f"You are not allowed to {operation.verb} {operation.resource} {operation.place}. Ask a cluster administrator"
        f" for this permission in the API group {GROUP}."
    )


def _explain_not_found(error: KubeError, operation: APIOperation) -> str:
    if error.reason != "NotFound":  # the API server answers in plain text for a resource that it does not know
        return (
            f"The cluster does not know the resource {operation.resource}. Install the operator, or update it to this"
            " release."
        )
    if operation.verb == "create":
        return f"Namespace {operation.namespace} does not exist. Check the option -n."
    return (
        f"There is no {operation.resource} {operation.name} {operation.place}. `kubectl oauth status` lists the"
        " connectors."
    )
