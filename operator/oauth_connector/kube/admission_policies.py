"""Whether the admission policies of this release are installed: without them, RBAC alone limits users of connectors.

They are objects of the cluster, which an administrator installs. An operator of some namespaces may not read them. A
policy or binding that was changed counts as such, since the operator cannot judge what it still refuses.
"""

import asyncio
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import structlog

from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import FORBIDDEN, NOT_FOUND, KubeError
from oauth_connector.kube.paths import policy_binding_path, policy_path
from oauth_connector.kube.policy_digests import POLICY_DIGESTS
from oauth_connector.kube.policy_shape import digest_policy, list_limits

INTERVAL = 600.0
"""Seconds between two looks."""

RETRY = 30.0
"""Seconds until the next look if the API server did not respond."""

log = structlog.get_logger(__name__)


class PolicyState(StrEnum):
    """What is known about an admission policy."""

    INSTALLED = "Installed"
    MISSING = "Missing"
    CHANGED = "Changed"
    UNKNOWN = "Unknown"


OnPolicyState = Callable[[str, PolicyState], None]


def judge_policy(name: str, policy: Mapping[str, Any], binding: Mapping[str, Any]) -> PolicyState:
    """Return whether policy and binding refuse what those of this release refuse."""
    bound = binding.get("spec") or {}
    is_bound = bound.get("policyName") == name and "Deny" in (bound.get("validationActions") or ())
    narrowed = bound.get("matchResources") or {}
    if not is_bound or narrowed.get("resourceRules") or list_limits(narrowed):
        return PolicyState.CHANGED
    is_own = digest_policy(policy.get("spec") or {}) == POLICY_DIGESTS[name]
    return PolicyState.INSTALLED if is_own else PolicyState.CHANGED


class PolicyWatch:
    """Looks at the policies at start and every ten minutes; reports each state, and logs each change.

    With `is_limited` to some namespaces the operator has no permission in the cluster, and sends no request.
    """

    def __init__(self, api: KubeAPI, on_state: OnPolicyState, *, is_limited: bool = False) -> None:
        self._api = api
        self._on_state = on_state
        self._is_limited = is_limited
        self._known: dict[str, PolicyState] = {}

    async def run(self) -> None:
        """Look again and again. A failure of the API server is no state, and never ends this."""
        while True:
            try:
                self._note({name: await self._find_state(name) for name in POLICY_DIGESTS})
            except KubeError:
                await asyncio.sleep(RETRY)
            else:
                await asyncio.sleep(INTERVAL)

    async def _find_state(self, name: str) -> PolicyState:
        """Return the state of a policy. Raises `KubeError` if the API server does not respond."""
        if self._is_limited:
            return PolicyState.UNKNOWN
        try:
            policy, binding = await self._api.get(policy_path(name)), await self._api.get(policy_binding_path(name))
        except KubeError as error:
            if error.status not in _STATES:
                raise
            return _STATES[error.status]
        return judge_policy(name, policy, binding)

    def _note(self, found: Mapping[str, PolicyState]) -> None:
        """Report all states, and log those that have changed: one line for all policies in one state."""
        for name, state in found.items():
            self._on_state(name, state)
        for state, line in _WARNINGS.items():
            changed = [name for name in found if found[name] is state and self._known.get(name) is not state]
            if changed:
                log.warning(line, policies=", ".join(changed))
        repaired = [name for name in self._known if found[name] is PolicyState.INSTALLED is not self._known[name]]
        if repaired:
            log.info("admission policies are installed", policies=", ".join(repaired))
        self._known = dict(found)


_STATES: Mapping[int, PolicyState] = {NOT_FOUND: PolicyState.MISSING, FORBIDDEN: PolicyState.UNKNOWN}
"""What a status of the API server says about a policy."""

_WARNINGS: Mapping[PolicyState, str] = {
    PolicyState.MISSING: "admission policies or their bindings are not installed: users can do with a connector what"
    " they may not do with its Secrets. Apply the policies of this release, see docs/how-to/install.md",
    PolicyState.CHANGED: "admission policies or their bindings differ from those of this release: compare them with"
    " policies.yaml, and apply those of this release",
    PolicyState.UNKNOWN: "the operator may not see whether its admission policies are installed: ask the administrator"
    " of the cluster, see docs/how-to/run-namespaced.md",
}
