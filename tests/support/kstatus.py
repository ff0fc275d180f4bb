"""How machines read status: the order of kstatus, and Flux's checker of conditions, written anew for tests."""

from collections.abc import Mapping
from typing import Any

Status = Mapping[str, Any]


def _conditions(status: Status) -> dict[str, Mapping[str, Any]]:
    return {c["type"]: c for c in status.get("conditions", [])}


def kstatus(status: Status, generation: int) -> str:
    """Compute the health that kstatus gives: InProgress, Failed or Current."""
    if status.get("observedGeneration", generation) != generation:
        return "InProgress"
    found = _conditions(status)
    if found.get("Reconciling", {}).get("status") == "True":
        return "InProgress"
    if found.get("Stalled", {}).get("status") == "True":
        return "Failed"
    if "Ready" in found and found["Ready"]["status"] != "True":
        return "InProgress"
    return "Current"


def flux_problems(status: Status, generation: int) -> list[str]:
    """Give what Flux's checker would complain of (its FAIL rules)."""
    found = _conditions(status)
    ready = found.get("Ready", {}).get("status")
    wrong = {
        "Ready is missing": "Ready" not in found,
        "an abnormal condition is present without being true": any(
            found[kind]["status"] != "True" for kind in ("Reconciling", "Stalled", "RefreshFailed") if kind in found
        ),
        "Reconciling and Stalled at once": {"Reconciling", "Stalled"} <= found.keys(),
        "Stalled with Ready not False": "Stalled" in found and ready != "False",
        "Ready Unknown without Reconciling": ready == "Unknown" and "Reconciling" not in found,
        "a condition without observedGeneration": any("observedGeneration" not in c for c in found.values()),
        "Ready True with another generation": ready == "True"
        and any(c["observedGeneration"] != status["observedGeneration"] for c in found.values()),
        "the root generation is ahead of the object": status.get("observedGeneration", 0) > generation,
        "a reason is missing": any(not c["reason"] for c in found.values()),
    }
    return [sentence for sentence, is_wrong in wrong.items() if is_wrong]
