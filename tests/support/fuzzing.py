"""Fuzzing: inputs that are made of bytes, so that a coverage-guided fuzzer can change them, and documents of them.

`make test` tries the same cases in each run. `make fuzz` runs the same tests with cases that the coverage of the code
chooses (docs/decisions/0041-fuzzing-is-guided-by-coverage.md).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from random import Random
from typing import TypeVar

from pydantic import BaseModel, SecretStr

T = TypeVar("T")

SHORTEST_INPUT, LONGEST_INPUT = 8, 160
"""Bytes that a case is made of: each makes one choice."""

LONGEST_NOTE = 2000
"""Characters of an input that a failure prints."""

HOSTILE_TEXTS = (
    *("", " ", "\n", "\x00", "\x7f", "\r\nSet-Cookie: a=b", "é", "\u202e", "\ud800", "\U0001f600", "�", "\u2028"),
    *("null", "true", "NaN", "Infinity", "-1", "1e999", "0x10", "1_000", "٣", "9" * 400, "1" + "0" * 40),
    *("a" * 300, "a" * 5000, "," * 600, "=" * 600, "." * 600, "%" * 300, "{" * 300, "{0}{x.__class__}%s%n"),
    *("https://[", "https://[::1", "https://a@b/", "//", "http://ex\u2100.com", "https://h:99999/", "https://h:a/"),
    *("2026-02-30T00:00:00Z", "9999-12-31T23:59:59-14:00", "0000-00-00", "/Date(99999999999999999999)/", "P99999999D"),
    *("Wed, 21 Oct 2099 99:99:99 GMT", "Mon, 01 Jan 0001 00:00:00 -2359", "1 Jan 99999", "Thu", "99999999d"),
    *("a.e30.b", "a.eyJleHAiOjFlOTk5fQ.b", "a.W10.b", "a.é.b", "..", "a.bnVsbA.b"),
)
"""Texts that parsers of numbers, times, URLs, tokens and templates have failed on."""

HOSTILE_NUMBERS = (
    *(0, -1, 1, 2**31, 2**32 - 1, 2**53, 2**63, 2**64, 10**39, -(10**39)),
    *(0.5, -0.0, 1e-320, 1e22, 1.7976931348623157e308, 1_800_000_600_000, 1_800_000_600, 253_402_300_800),
    *(float("inf"), float("nan")),
)

HOSTILE_BODIES = (
    *(b"", b" ", b"\x00", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"[" * 20_000, b'{"a":' * 20_000, b"{}{}"),
    *(b'{"access_token":"a","access_token":"b"}', b'{"expires_in":1e999}', b'{"expires_in":' + b"9" * 5000 + b"}"),
    *(b'"\\ud800"', b'{"\\ud800":"\\udfff"}', b"access_token=a&access_token=b", b"error=&&&&", b"<html>", b"null"),
    *(b"{" + b'"a":1,' * 2000 + b'"b":2}', b"a=b&" * 2000),
)


class Choices:
    """Reads choices from bytes. Where they end, each choice is the first one, so that every input is complete."""

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)

    def below(self, count: int) -> int:
        """Return a number from 0 to `count` - 1; at most 65536 are chosen from."""
        number = next(self._data, 0)
        if count > 256:  # the values of a byte
            number = number * 256 + next(self._data, 0)
        return number % count

    def is_one_of(self, count: int) -> bool:
        """Return True in one of `count` cases."""
        return self.below(count) == count - 1

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.below(len(options))]

    def text(self) -> str:
        """Return a hostile text, or up to seven characters of any kind."""
        if not self.is_one_of(3):
            return self.pick(HOSTILE_TEXTS)
        return "".join(chr(self.below(128) if self.below(2) else self.below(0xFFFF)) for _ in range(self.below(8)))

    def scalar(self) -> object:
        """Return a value that JSON can contain, and which contains no other."""
        kind = self.below(8)
        constants = (None, True, False)
        return self.text() if kind < 4 else self.pick(HOSTILE_NUMBERS) if kind < 7 else self.pick(constants)

    def value(self) -> object:
        """Return a value that JSON can contain."""
        kind = self.below(8)
        if kind == 7:
            return {self.text(): self.scalar() for _ in range(self.below(4))}
        return [self.scalar() for _ in range(self.below(6))] if kind == 6 else self.scalar()

    def edit(self, example: Mapping[str, object]) -> dict[str, object]:
        """Return an example with up to five changed, added or removed members at any depth."""
        document = dict(example)
        for _ in range(self.below(6)):
            name = self.text() if self.is_one_of(8) or not document else self.pick(sorted(document))
            action = self.below(8)
            inner = document.get(name)
            if action == 7:
                document.pop(name, None)
            elif action > 2 and isinstance(inner, dict | list) and inner:
                document[name] = self._edit_inner(inner)
            else:
                document[name] = self.value()
        return document

    def body(self, *examples: Mapping[str, object]) -> bytes:
        """Return the body of a response: an edited example as JSON, a spoiled one, or no document at all."""
        kind = self.below(8)
        if kind == 7:
            return self.pick(HOSTILE_BODIES)
        text = json.dumps(self.edit(self.pick(examples))).encode()
        return self._spoil(text) if kind == 6 else text

    def _edit_inner(self, inner: dict[str, object] | list[object]) -> object:
        if isinstance(inner, dict):
            return self.edit(inner)
        place = self.below(len(inner))
        replaced = inner[place]
        new = self.edit(replaced) if isinstance(replaced, dict) else self.value()
        return [*inner[:place], new, *inner[place + 1 :]]

    def _spoil(self, text: bytes) -> bytes:
        place = self.below(len(text) + 1)
        piece = bytes(self.below(256) for _ in range(self.below(4)))
        return text[:place] + piece + text[place + self.below(4) :]


@dataclass(frozen=True)
class Target:
    """A fuzz test: what is made of bytes, and what must be true for it."""

    build: Callable[[Choices], object]
    check: Callable[..., None]
    cases: int

    def run(self, data: bytes) -> None:
        """Make an input of bytes and check it."""
        self.check(self.build(Choices(data)))

    def fails(self, data: bytes) -> bool:
        """Return whether the check of an input raises."""
        try:
            self.run(data)
        except Exception:  # noqa: BLE001  # whatever it is, the test shows it
            return True
        return False


def draw_inputs(name: str, cases: int) -> Iterator[bytes]:
    """Yield the bytes of a test's inputs: the same ones in each run."""
    random = Random(name)
    for _ in range(cases):
        yield random.randbytes(random.randint(SHORTEST_INPUT, LONGEST_INPUT))


def shorten(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """Return bytes that fail too, as few as leaving them out one by one allows, and zero where that fails too."""
    for place in reversed(range(len(data))):
        for shorter in (data[:place] + data[place + 1 :], data[:place] + b"\0" + data[place + 1 :]):
            if shorter != data and fails(shorter):
                data = shorter
                break
    return data


def fuzzed(cases: int, build: Callable[[Choices], T]) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """Return a decorator for a test that checks an input: it tries a number of cases, the same ones in each run.

    A failure is shown for short bytes, with the input that is made of them. The time limit of a test also ends a case
    that does not end.
    """

    def decorate(check: Callable[[T], None]) -> Callable[[], None]:
        name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        target = TARGETS[name] = Target(build, check, cases)

        def test() -> None:
            found = next((data for data in draw_inputs(name, cases) if target.fails(data)), None)
            if found is not None:
                made = build(Choices(shorten(found, target.fails)))
                try:
                    check(made)
                except Exception as failure:
                    failure.add_note(f"input: {repr(made)[:LONGEST_NOTE]}")
                    raise
                raise AssertionError(f"an input fails at some times only: {found!r}")

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return decorate


TARGETS: dict[str, Target] = {}
"""The fuzz tests of the modules that are imported, by their names."""


def attempt(call: Callable[[], T], *expected: type[Exception]) -> T | Exception:
    """Return the result of a call, or the exception if it is an expected one."""
    try:
        return call()
    except expected as refusal:
        return refusal


def list_texts(value: object) -> Iterator[str]:
    """Yield all texts that a value contains, also those in secrets, dataclasses and models."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        yield from list_texts(dict(value))
    elif is_dataclass(value):
        yield from list_texts([getattr(value, field.name) for field in fields(value)])
    elif isinstance(value, Mapping):
        yield from list_texts([*value.keys(), *value.values()])
    elif isinstance(value, Sequence | frozenset) and not isinstance(value, bytes):
        for item in value:
            yield from list_texts(item)


def measure(value: object) -> int:
    """Return the number of characters of all texts in a value: what is kept of an input."""
    return sum(map(len, list_texts(value)))
