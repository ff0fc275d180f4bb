"""Whether the API server accepts the identity of this process, and when a rejected token is sent again.

A 401 does not go away by repetition: the ServiceAccount may have been deleted, and the token belongs to its UID. So a
rejected token is sent again after pauses that grow. Another token is sent at once.
"""

import random
import threading
import time
from collections.abc import Callable

import structlog

from oauth_connector.kube.api_tokens import APITokenSource
from oauth_connector.kube.backoff import Backoff, Spread
from oauth_connector.kube.errors import UNAUTHORIZED, AccessError, KubeError

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds until a rejected token is sent again, by one of the requests that wait."""

UNREADY_AFTER, LOST_AFTER = 60.0, 180.0
"""Seconds of nothing but 401 after which the process is not ready, and after which it ends."""

RENEW_INTERVAL = 1.0
"""Seconds in which one renewal serves all requests that were rejected together."""

log = structlog.get_logger(__name__)


class TokenRejectedError(KubeError):
    """A request that was not sent: the API server rejected the token, and there is no other one yet."""

    is_reported = True

    def __init__(self) -> None:
        super().__init__(UNAUTHORIZED, "Unauthorized")


class Identity:
    """The token of the process, and what the API server responded to it. All clients of the process share one.

    Its methods may be called in any thread.
    """

    def __init__(
        self,
        tokens: APITokenSource | None,
        clock: Callable[[], float] = time.monotonic,
        spread: Spread = random.uniform,
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE, spread)
        self._lock = threading.Lock()
        self._renewing = threading.Lock()
        self._rejected: str | None = None
        self._first = self._last = self._until = 0.0
        self._renewed_at = -RENEW_INTERVAL
        self._is_reported = False

    def take_token(self) -> str:
        """Return the token to send now; it is empty where only a certificate is presented.

        While a rejected token waits for its next turn, raises `TokenRejectedError`. Raises `AccessError` without a
        token; the next one is then looked for after the same pauses.
        """
        if self._rejected is not None and self._tokens is not None:
            self._tokens.reread()
        try:
            token = self._read_token()
        except AccessError:
            self._take_turn("")
            self.reject("")
            raise
        self._take_turn(token)
        return token

    def accept(self) -> None:
        """Note that the API server accepts the token."""
        if self._rejected is None:
            return
        with self._lock:
            self._rejected = None
            self._backoff.reset()
            reported, self._is_reported = self._is_reported, False
        if reported:
            log.info("the API server accepts the token again")

    def reject(self, token: str) -> None:
        """Note that the API server rejects a token. The pauses grow until one is accepted."""
        if not self._is_current(token):
            return  # a late response
        with self._lock:
            now = self._clock()
            if self._rejected is None:
                self._first = now
            if token != self._rejected:
                self._rejected, self._until = token, now + self._backoff.next_pause()
            self._last = now

    def renew(self, rejected: str) -> None:
        """Look for another token than the rejected one, once for requests that are rejected together; may block.

        Raises `AccessError`.
        """
        with self._renewing:
            is_due = self._clock() - self._renewed_at >= RENEW_INTERVAL
            if self._tokens is not None and is_due and self._read_token() == rejected:
                self._renewed_at = self._clock()
                self._tokens.renew()

    def has_other(self, rejected: str) -> bool:
        """Return whether there is another token than the rejected one. Raises `AccessError`."""
        return self._read_token() != rejected

    @property
    def is_rejected(self) -> bool:
        """Return whether the last response was a 401."""
        return self._rejected is not None

    @property
    def is_lost(self) -> bool:
        """Return whether the API server has responded with nothing but 401 for minutes."""
        return self._rejected_seconds >= LOST_AFTER

    @property
    def unready_reason(self) -> str | None:
        """Return why the process is not ready, for `/readyz`, or nothing."""
        return "the API server rejects the token of this process" if self._rejected_seconds >= UNREADY_AFTER else None

    @property
    def _rejected_seconds(self) -> float:
        """Return the time from the first to the last 401. An API server that does not respond adds nothing to it."""
        with self._lock:
            return self._last - self._first if self._rejected is not None else 0.0

    def _read_token(self) -> str:
        return self._tokens.current().get_secret_value() if self._tokens is not None else ""

    def _is_current(self, token: str) -> bool:
        try:
            return self._read_token() == token
        except AccessError:
            return not token

    def _take_turn(self, token: str) -> None:
        """Take the turn to send a token. Raises `TokenRejectedError` if it was rejected and its pause lasts."""
        with self._lock:
            if token != self._rejected:
                return
            now = self._clock()
            if now >= self._until:
                self._until = now + self._backoff.next_pause()
                return
            reported, self._is_reported = self._is_reported, True
        if not reported:
            log.warning("the API server rejects the token, which is sent again after pauses", longest=LONGEST_PAUSE)
        raise TokenRejectedError
