"""The token hosts that are labels of series. Specs and metadata of issuers name hosts without a limit."""

from collections import Counter

OTHER = "other"

PER_NAMESPACE = 10
"""Token hosts of a namespace with series of their own: one namespace cannot use up the labels of all."""

IN_ALL = 200

LONGEST = 253
"""Characters of a host name (RFC 1035 §2.3.4)."""


class HostLabels:
    """Chooses the label of a host: the first hosts of each namespace are shown, others are counted as `other`.

    A host that one namespace has made a label is one for all.
    """

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._used: Counter[str] = Counter()

    def choose(self, namespace: str, host: str) -> str:
        """Return the host, or `other`."""
        if host in self._shown:
            return host
        if len(host) > LONGEST or self._used[namespace] >= PER_NAMESPACE or len(self._shown) >= IN_ALL:
            return OTHER
        self._shown.add(host)
        self._used[namespace] += 1
        return host
