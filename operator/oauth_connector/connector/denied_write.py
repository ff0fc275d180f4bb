"""A write of a token that the API server has denied."""

from dataclasses import dataclass

from oauth_connector.connector.status.problem import Problem


@dataclass(frozen=True, slots=True)
class DeniedWrite:
    """The API server has denied the write of a token so many `times`; it is written again after `until`.

    `digests` are those of token and output: a changed spec is written at once.
    """

    problem: Problem
    until: float
    digests: tuple[str, str]
    times: int = 1
