"""What the API server says when it will not: a status and a reason, never a message, which may quote values."""


class KubeError(Exception):
    """The API server refused a request, or did not answer (`status` 0); `retry_after` is in seconds."""

    def __init__(self, status: int, reason: str, retry_after: float | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.retry_after = retry_after
