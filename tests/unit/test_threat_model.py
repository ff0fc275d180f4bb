"""The threat model: each threat names a test, or states why there is none; and each of these tests exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "threat-model.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^### ", PAGE.partition("\n## Residual risks")[0], flags=re.MULTILINE)[1:]
THREATS = {section.partition("\n")[0]: section for section in SECTIONS}
TEST = re.compile(r"^- `(tests/[\w/]+\.py)::(test_\w+)`$", re.MULTILINE)
MANIFEST = re.compile(r"^- `(tests/fixtures/[\w/-]+\.yaml)`, of `(tests/[\w/]+\.py)`$", re.MULTILINE)
LINE = re.compile(r"^- .*$", re.MULTILINE)


@pytest.mark.parametrize("threat", THREATS)
def test_each_threat_has_a_test_or_a_reason(threat: str) -> None:
    """A row that only promises something is not accepted."""
    section = THREATS[threat]
    assert bool(LINE.findall(section)) != ("Without a test: " in section)


@pytest.mark.parametrize("threat", THREATS)
def test_each_threat_states_its_mitigation(threat: str) -> None:
    """The attack in bold, and after it what prevents it."""
    found = re.search(r"\n\n\*\*(.+?)\*\* (.+?)(\n\n|$)", THREATS[threat], re.DOTALL)
    assert found is not None
    assert found[2].strip()


@pytest.mark.parametrize("threat", THREATS)
def test_each_test_of_a_threat_exists(threat: str) -> None:
    """A test that is renamed or removed is so in the page too."""
    section = THREATS[threat]
    assert len(LINE.findall(section)) == len(TEST.findall(section)) + len(MANIFEST.findall(section))
    for path, name in TEST.findall(section):
        assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), name
    for manifest, path in MANIFEST.findall(section):
        assert (ROOT / manifest).is_file()
        assert (ROOT / path).is_file()


def test_the_numbers_of_threats_are_used_once() -> None:
    """Docstrings of tests refer to them, so a number keeps its meaning."""
    numbers = [int(number) for threat in THREATS for number in re.findall(r"^TH(\d+): ", threat)]
    assert len(numbers) == len(THREATS)
    assert numbers == sorted(set(numbers))


def test_the_numbers_in_tests_are_those_of_threats() -> None:
    """A test that names a threat names one of the page."""
    known = {threat.partition(":")[0] for threat in THREATS}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        head = path.read_text("utf-8").partition('"""\n')[0]
        if "threat-model.md" in head:
            assert set(re.findall(r"\bTH\d+\b", head)) <= known, path
