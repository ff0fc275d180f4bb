"""Commands that the API server may refuse."""

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError


def find_refusal(plane: ControlPlane, *arguments: str, stdin: str | None = None) -> str:
    """Run kubectl as an administrator; return the error, or an empty text where there is none."""
    try:
        plane.kubectl(*arguments, stdin=stdin)
    except ControlPlaneError as error:
        return str(error)
    return ""
