"""Settings that change while the process runs: applied, rejected, or left for a restart."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from oauth_connector.settings.local_rules import read_local_rules
from oauth_connector.settings.operator import PREFIX, Settings, load
from oauth_connector.settings.reload import INTERVAL, SettingsReload
from tests.support.virtual_time import run_virtually

Lines = list[tuple[str, object]]
ONE_HOST = "allowedDestinations: [{host: a.example}]"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove variables that the environment of the test run may contain."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


class RunningProcess:
    """A process with a settings file; it applies allowed destinations and no other setting."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "settings.yaml"
        self.file.write_text(text)
        self.settings = load({"config": self.file, "http_port": 9000})
        self.applied: list[Settings] = []
        self._reload = SettingsReload(
            self.settings, ["allowed_destinations"], self.applied.append, lambda chosen: (chosen.trust_bundle,)
        )

    def change(self, text: str) -> Lines:
        """Write the file, compare once, and return level and names, or the error, of each line of the log."""
        self.file.write_text(text)
        return self.compare()

    def compare(self) -> Lines:
        """Compare once, and return the same."""
        with capture_logs() as logged:
            self._reload.compare()
        return [(line["log_level"], _detail(line)) for line in logged]

    @property
    def hosts(self) -> list[str | None]:
        """The hosts of the settings that were applied last."""
        return [each.host for each in self.applied[-1].allowed_destinations]


def _detail(line: Mapping[str, object]) -> object:
    return line.get("error", line.get("settings"))


def test_an_unchanged_file_is_no_news(tmp_path: Path) -> None:
    """Nothing is applied and nothing is logged, also when the file was written again."""
    process = RunningProcess(tmp_path, ONE_HOST)
    assert process.compare() == []
    assert process.change(ONE_HOST) == []
    assert process.applied == []


def test_a_live_setting_is_applied(tmp_path: Path) -> None:
    """The new destinations are passed on, and the log names the setting as the file spells it."""
    process = RunningProcess(tmp_path, "")
    assert process.change(ONE_HOST) == [("info", ["allowedDestinations"])]
    assert process.hosts == ["a.example"]
    assert process.compare() == []


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    """A destination that is withdrawn right after the file was read is not allowed for longer than one interval."""
    file = tmp_path / "settings.yaml"
    file.write_text("")
    applied: list[Settings] = []

    def change_again(settings: Settings) -> tuple[()]:
        if settings.allowed_destinations:
            file.write_text("allowedDestinations: []")
        return ()

    reload = SettingsReload(load({"config": file}), ["allowed_destinations"], applied.append, change_again)
    file.write_text(ONE_HOST)
    reload.compare()
    reload.compare()
    assert [len(settings.allowed_destinations) for settings in applied] == [1, 0]


def test_invalid_content_leaves_the_settings(tmp_path: Path) -> None:
    """One line names the field; later comparisons are silent, and a corrected file is applied."""
    process = RunningProcess(tmp_path, ONE_HOST)
    ((level, error),) = process.change("allowedDestinations: [{host: b.example, port: 443}]")
    assert level == "error"
    assert "allowedDestinations[0].port" in str(error)
    assert process.applied == []
    assert process.compare() == []
    assert process.change("allowedDestinations: [{host: b.example}]") == [("info", ["allowedDestinations"])]


@pytest.mark.parametrize("text", ["logLevel: 2026-13-45", f"workers: {'9' * 5000}", f"workers: {'[' * 3000}"])
def test_a_value_that_no_parser_accepts_leaves_the_settings(tmp_path: Path, text: str) -> None:
    """A date that does not exist, an endless number and endless nesting are logged, and the process goes on."""
    process = RunningProcess(tmp_path, ONE_HOST)
    ((level, error),) = process.change(text)
    assert (level, process.applied) == ("error", [])
    assert "is not YAML" in str(error)


def test_a_file_that_cannot_be_read_leaves_the_settings(tmp_path: Path) -> None:
    """A removed file is logged once."""
    process = RunningProcess(tmp_path, ONE_HOST)
    process.file.unlink()
    assert [level for level, _ in process.compare()] == ["error"]
    assert process.compare() == []
    assert process.applied == []


def test_other_settings_need_a_restart(tmp_path: Path) -> None:
    """The log names them until they are changed back, and what can be applied is applied."""
    process = RunningProcess(tmp_path, "")
    text = f"workers: 8\nlogLevel: debug\n{ONE_HOST}"
    assert process.change(text) == [("info", ["allowedDestinations"]), ("warning", ["logLevel", "workers"])]
    assert process.applied[-1].workers == 64
    assert process.change(f"{text}\n# changed") == [("warning", ["logLevel", "workers"])]
    assert process.change(ONE_HOST) == [("info", [])]


def test_the_command_line_keeps_its_precedence(tmp_path: Path) -> None:
    """A value in the file does not count where the command line has one."""
    process = RunningProcess(tmp_path, "")
    assert process.change("httpPort: 7000") == [("info", [])]


def test_another_content_of_the_trust_bundle_counts(tmp_path: Path) -> None:
    """The bundle is read at each connection; its change makes other rules, by which refusals are judged again."""
    bundle = tmp_path / "ca.pem"
    bundle.write_text("first")
    process = RunningProcess(tmp_path, f"trustBundle: {bundle}")
    before = read_local_rules(process.settings)
    bundle.write_text("second")
    assert process.compare() == [("info", [])]
    assert read_local_rules(process.applied[-1]) != before


def test_the_rules_depend_on_nothing_else(tmp_path: Path) -> None:
    """Two files with the same destinations have the same rules, whatever else they contain."""
    texts = (ONE_HOST, "allowedDestinations:\n- host: A.example\nworkers: 8")
    rules = {read_local_rules(RunningProcess(tmp_path, text).settings) for text in texts}
    assert len(rules) == 1
    assert read_local_rules(RunningProcess(tmp_path, "requireAllowedHosts: true").settings) not in rules


def test_an_error_while_settings_are_applied_does_not_end_the_process(tmp_path: Path) -> None:
    """It is logged, and the next comparison applies the settings."""
    file = tmp_path / "settings.yaml"
    file.write_text("")
    applied: list[Settings] = []
    failures: list[Exception] = [ZeroDivisionError()]

    def apply(settings: Settings) -> None:
        if failures:
            raise failures.pop()
        applied.append(settings)

    async def run() -> None:
        reload = SettingsReload(load({"config": file}), ["allowed_destinations"], apply)
        task = asyncio.create_task(reload.run())
        file.write_text(ONE_HOST)
        await asyncio.sleep(3.5 * INTERVAL)
        assert not task.done()
        task.cancel()

    with capture_logs() as logged:
        run_virtually(run())
    assert [[each.host for each in settings.allowed_destinations] for settings in applied] == [["a.example"]]
    assert [line["log_level"] for line in logged] == ["error", "info"]
