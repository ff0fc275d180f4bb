"""What a ValidatingAdmissionPolicy refuses, as a digest that does not depend on defaults of the API server."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_RULE = ("apiGroups", "apiVersions", "operations", "resources", "resourceNames")
_ANY_SCOPE = "*"
_VALIDATION = ("expression", "message", "messageExpression")


def digest_policy(spec: Mapping[str, Any]) -> str:
    """Digest what a ValidatingAdmissionPolicy refuses, without the defaults that the API server adds."""
    constraints = spec.get("matchConstraints") or {}
    rules = constraints.get("resourceRules") or ()
    shape = {
        "failurePolicy": spec.get("failurePolicy") or "Fail",
        "rules": [_shape_rule(rule) for rule in rules],
        "limits": list_limits(constraints),
        "conditions": [(each["name"], each["expression"]) for each in spec.get("matchConditions") or ()],
        "validations": [{name: each.get(name) for name in _VALIDATION} for each in spec.get("validations") or ()],
    }
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:32]


def _shape_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a rule that are set; without a scope it matches both, cluster and namespaces."""
    scope = rule.get("scope") or _ANY_SCOPE
    narrowed = {"scope": scope} if scope != _ANY_SCOPE else {}
    return {name: rule[name] for name in _RULE if rule.get(name)} | narrowed


def list_limits(match: Mapping[str, Any]) -> list[str]:
    """Return the selectors and exclusions that are set; the API server stores empty ones."""
    return [name for name in ("namespaceSelector", "objectSelector", "excludeResourceRules") if match.get(name)]
