"""Sizes and names beyond the limits are found, each with its place and its cure."""

import pytest

from devtools.house_numbers.figures import HEADER, describe
from devtools.house_numbers.measure import Function, Module, measure_module
from devtools.house_numbers.names import is_bare_participle
from devtools.house_numbers.rules import FILE_LINES, FUNCTION_LINES, PACKAGE, find_violations

SOURCE = '''\
class Shelf:
    """A class."""

    @property
    def filled(self) -> bool:
        """Return a value."""
        return True


async def fill() -> None:
    """Fill it.

    A docstring does not count.
    """
    with shelf:
        if more:
            def inner() -> None:
                for _ in many:
                    put()
            inner()
'''


def module(path: str = f"{PACKAGE}/net/a.py", source: str = "") -> Module:
    """Measure a source under a path."""
    return measure_module(path, source)


def test_a_module_is_measured() -> None:
    """Bodies are counted without docstrings, and the nesting of an inner function is its own."""
    assert module(source=SOURCE) == Module(
        f"{PACKAGE}/net/a.py",
        20,
        (("Shelf", 1),),
        (
            Function("fill", 10, 6, 2, is_async=True, is_property=False),
            Function("filled", 5, 1, 0, is_async=False, is_property=True, returns_bool=True),
            Function("inner", 17, 2, 1, is_async=False, is_property=False),
        ),
    )


def test_a_function_that_only_has_a_docstring_is_measured() -> None:
    """The member of a protocol has no lines."""
    [function] = module(source='def f() -> None:\n    """Do it."""\n').functions
    assert (function.length, function.depth) == (0, 0)


@pytest.mark.parametrize(
    ("path", "source", "violation"),
    [
        ("tests/test_a.py", "\n" * (FILE_LINES + 1), "tests/test_a.py:1: 251 lines"),
        ("devtools/string_utils.py", "", "devtools/string_utils.py:1: vague file name"),
        (f"{PACKAGE}/net/helpers.py", "", f"{PACKAGE}/net/helpers.py:1: vague file name"),
        ("devtools/a.py", "\nclass PoolManager: ...", "devtools/a.py:2: vague class name PoolManager"),
        ("devtools/a.py", "class ParseHelper: ...", "devtools/a.py:1: vague class name ParseHelper"),
        ("devtools/a.py", "def f():\n" + "  g()\n" * (FUNCTION_LINES + 1), "devtools/a.py:1: f has 31 lines"),
        ("devtools/a.py", "def _asked(): ...", "devtools/a.py:1: _asked is a participle"),
        ("devtools/a.py", "def _matches(x) -> bool: ...", "devtools/a.py:1: _matches returns a bool"),
    ],
)
def test_a_violation_is_found(path: str, source: str, violation: str) -> None:
    """Each rule names the place and what is wrong, then what to do."""
    [found] = find_violations([module(path, source)])
    assert found.startswith(violation)
    assert found.count(": ") >= 2


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("devtools/a.py", "\n" * FILE_LINES),
        ("devtools/a.py", "def f():\n" + "  g()\n" * FUNCTION_LINES),
        ("devtools/a.py", "class A:\n  @property\n  def ended(self): ..."),
        ("tests/test_a.py", "def told(): ..."),
        ("devtools/a.py", "def _is_equal(x) -> bool: ..."),
        ("devtools/a.py", "async def persist() -> bool: ..."),
        ("devtools/a.py", "class A:\n  def __contains__(self, key) -> bool: ..."),
        ("tests/test_a.py", "def matches(x) -> bool: ..."),
        ("devtools/field_managers.py", "class FieldManagers: ..."),
    ],
)
def test_what_keeps_the_limits_is_no_violation(path: str, source: str) -> None:
    """The limit itself is allowed; properties are values; tests may name values by participles."""
    assert list(find_violations([module(path, source)])) == []


def test_the_root_of_the_package_has_few_modules() -> None:
    """A fifth module of the root is one too many; `__init__` does not count."""
    names = ["__init__", "__main__", "app", "wiring", "extra"]
    modules = [module(f"{PACKAGE}/{name}.py") for name in names]
    assert list(find_violations(modules)) == []
    [found] = find_violations([*modules, module(f"{PACKAGE}/more.py")])
    assert "5 modules (__main__.py, app.py, extra.py, more.py, wiring.py), limit 4" in found


def test_a_class_name_exists_once_in_the_package() -> None:
    """The second class of a name is a violation in the package, not in tests."""
    [found] = find_violations(
        [module(f"{PACKAGE}/net/{name}.py", "class Pool: ...") for name in ("a", "b")]
        + [module("tests/a.py", "class Pool: ...")]
    )
    assert found.startswith(f"{PACKAGE}/net/b.py:1: a type Pool exists in {PACKAGE}/net/a.py:1")


@pytest.mark.parametrize("other", ["Pool = dict[str, int]", 'Pool = TypeVar("Pool")', "Pool: TypeAlias = int"])
def test_an_alias_or_type_variable_with_the_name_of_a_class_is_a_violation(other: str) -> None:
    """A name of a type has one meaning. A constant and `T` are no such names."""
    first, second = f"{PACKAGE}/net/a.py", f"{PACKAGE}/net/b.py"
    constants = 'T = TypeVar("T")\nPOOL = 1'
    sources = [(first, f"class Pool: ...\n{constants}"), (second, f"{constants}\n{other}")]
    [found] = find_violations([module(path, source) for path, source in sources])
    assert found.startswith(f"{second}:3: a type Pool exists in {first}:1")


@pytest.mark.parametrize("name", ["asked", "_written", "told_by", "given_up", "refused", "_closed_until"])
def test_a_participle_alone_is_no_name_for_a_function(name: str) -> None:
    """A participle, alone or before a preposition, says neither what is done nor what is returned."""
    assert is_bare_participle(name, is_async=False)


@pytest.mark.parametrize("name", ["read", "need", "is_held", "cached_folder", "persist", "__enter__", "_", "feed"])
def test_verbs_predicates_and_nouns_are_names(name: str) -> None:
    """A participle before a noun describes the value that is returned."""
    assert not is_bare_participle(name, is_async=False)


def test_a_coroutine_begins_with_a_verb() -> None:
    """A coroutine acts, so it is not named after a value."""
    assert is_bare_participle("asked_token", is_async=True)
    assert not is_bare_participle("asked_token", is_async=False)


def test_figures_describe_a_folder() -> None:
    """A row has the number of files and functions, the middle, the ninth decile and the largest of each."""
    lengths = [Function("f", 1, length, 1, is_async=False, is_property=False) for length in range(1, 12)]
    row = describe("operator", [Module("a.py", 10, (), tuple(lengths)), Module("b.py", 30, (), ())])
    assert row.split() == ["operator", "2", "20", "30", "11", "6", "10", "11", "1", "1"]
    assert HEADER.splitlines()[1].split() == ["count", "median", "max", "count", "median", "p90", "max", "p99", "max"]
