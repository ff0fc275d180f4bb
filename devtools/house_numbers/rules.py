"""The limits, and the violations of them: each with its place and its cure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from devtools.house_numbers.measure import Module
from devtools.house_numbers.names import is_bare_participle, is_predicate

FILE_LINES = 250
FUNCTION_LINES = 30
ROOT_MODULES = 4
PACKAGE = "operator/oauth_connector"
PROGRAMS = ("operator/", "devtools/")  # tests describe one flow in a function, and name fixtures as values
VAGUE = re.compile(r"(?i:utils?|helpers?|misc|common)$|(Manager|Helper|Util|Utils)$|manager$")


def find_violations(modules: Iterable[Module]) -> Iterator[str]:
    """Return a line `path:line: what is wrong: cure` for each violation."""
    modules = list(modules)
    for module in modules:
        yield from _check_module(module)
        if module.path.startswith(PROGRAMS):
            yield from _check_functions(module)
    package = [module for module in modules if module.path.startswith(f"{PACKAGE}/")]
    yield from _check_root(package)
    yield from _check_type_names(package)


def _check_module(module: Module) -> Iterator[str]:
    if module.length > FILE_LINES:
        yield f"{module.path}:1: {module.length} lines, limit {FILE_LINES}: split the file by concept"
    if VAGUE.search(PurePosixPath(module.path).stem):
        yield f"{module.path}:1: vague file name: name the file after the concept that it holds"
    for name, line in module.classes:
        if VAGUE.search(name):
            yield f"{module.path}:{line}: vague class name {name}: name the class after what it is"


def _check_functions(module: Module) -> Iterator[str]:
    for function in module.functions:
        place = f"{module.path}:{function.line}"
        if function.length > FUNCTION_LINES:
            yield f"{place}: {function.name} has {function.length} lines, limit {FUNCTION_LINES}: extract a function"
        if not function.is_property and is_bare_participle(function.name, is_async=function.is_async):
            yield f"{place}: {function.name} is a participle: begin with a verb, or with is, has, may, needs"
        if function.returns_bool and not function.is_async and not is_predicate(function.name):
            yield f"{place}: {function.name} returns a bool: begin with is, has, may, needs or can"


def _check_root(package: Iterable[Module]) -> Iterator[str]:
    paths = (PurePosixPath(module.path) for module in package)
    root = sorted(path.name for path in paths if str(path.parent) == PACKAGE and path.name != "__init__.py")
    if len(root) > ROOT_MODULES:
        yield f"{PACKAGE}:1: {len(root)} modules ({', '.join(root)}), limit {ROOT_MODULES}: move one to a folder"


def _check_type_names(package: Iterable[Module]) -> Iterator[str]:
    places: dict[str, list[str]] = defaultdict(list)
    for module in package:
        for name, line in (*module.classes, *module.aliases):
            places[name].append(f"{module.path}:{line}")
    for name, (first, *others) in places.items():
        for place in others:
            yield f"{place}: a type {name} exists in {first}: give each meaning a name of its own"
