"""How a command ends that cannot do what was asked, and what is said when the API server will not."""

from collections.abc import Mapping
from dataclasses import dataclass

from oauth_connector.api.names import GROUP
from oauth_connector.kube.errors import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, KubeError


class CommandFailed(Exception):  # noqa: N818  # named for what is so
    """A problem was found: exit status 1. The text says what it is and what to do, in a sentence or two."""


class PluginUsageError(Exception):
    """The command line cannot be carried out: exit status 2. The text says which option, and what to give."""


@dataclass(frozen=True, slots=True)
class APIOperation:
    """What was tried: a verb and a resource as RBAC has them, and where. `name` is empty for a whole list."""

    verb: str
    resource: str
    namespace: str | None
    name: str = ""

    @property
    def place(self) -> str:
        """Say where."""
        return f"in namespace {self.namespace}" if self.namespace else "in the whole cluster"


_FIXED: Mapping[int, str] = {
    0: "The API server does not answer: check the network, and `kubectl cluster-info`.",
    UNAUTHORIZED: "The API server does not accept your login: log in again, then try `kubectl auth whoami`.",
}


def explained(error: KubeError, attempt: APIOperation) -> CommandFailed:
    """Put a refusal of the API server into a sentence with its cure."""
    fixed = _FIXED.get(error.status)
    if fixed is not None:
        return CommandFailed(fixed)
    if error.status == FORBIDDEN:
        return CommandFailed(_forbidden(error, attempt))
    if error.status == NOT_FOUND:
        return CommandFailed(_not_found(error, attempt))
    return CommandFailed(f"The API server refuses to {attempt.verb} {attempt.resource} {attempt.place}: {error}.")


def _forbidden(error: KubeError, attempt: APIOperation) -> str:
    if any(cause.reason == "NamespaceTerminating" for cause in error.causes):
        return f"Namespace {attempt.namespace} is being deleted."
    return (
        f"You may not {attempt.verb} {attempt.resource} {attempt.place}: ask whoever grants rights there for that verb"
        f" on {attempt.resource} in the group {GROUP}."
    )


def _not_found(error: KubeError, attempt: APIOperation) -> str:
    if error.reason != "NotFound":  # the API server answers in plain text for a resource that it does not know
        return f"The cluster does not know {attempt.resource}: the operator is not installed there, or is an older one."
    if attempt.verb == "create":
        return f"There is no namespace {attempt.namespace}."
    return f"There is no {attempt.resource} {attempt.name} {attempt.place}: `kubectl oauth status` lists what is there."
