"""All loggers of the process write to one stream, redacted, in one format."""

import io
import json
import logging
import warnings

import kopf
import pytest
import structlog

from oauth_connector.telemetry.logging import FLOORS, LogFormat, configure

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlc2lnbmF0dXJl"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """Read the JSON lines of a stream."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_pipe_gets_a_json_object_a_line() -> None:
    """Each line is JSON with time, level, logger and the given values."""
    stream = io.StringIO()
    configure("info", LogFormat.AUTO, stream)
    structlog.get_logger("reconcile").info("token issued", connector="a/b", seconds=0.2)
    [line] = lines(stream)
    assert line.pop("timestamp")
    assert line == {
        "event": "token issued",
        "level": "info",
        "logger": "reconcile",
        "connector": "a/b",
        "seconds": 0.2,
    }


def test_a_terminal_gets_columns() -> None:
    """On a terminal, lines are not JSON."""
    stream = Terminal()
    configure("info", LogFormat.AUTO, stream)
    logging.getLogger("x").info("hello")
    assert "hello" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_the_format_can_be_forced_on_a_terminal() -> None:
    """`json` is JSON on a terminal too."""
    stream = Terminal()
    configure("info", LogFormat.JSON, stream)
    logging.getLogger("x").info("hello")
    assert lines(stream)[0]["event"] == "hello"


def test_loggers_of_the_standard_library_are_formatted_and_redacted() -> None:
    """A line of a library has its extra values, and the format and redaction of other lines."""
    stream = io.StringIO()
    configure("info", LogFormat.JSON, stream)
    logging.getLogger("aiohttp.server").error("got %s", TOKEN, extra={"peer": f"Bearer {TOKEN}"})
    [line] = lines(stream)
    assert TOKEN not in stream.getvalue()
    assert (line["level"], line["logger"], line["peer"]) == ("error", "aiohttp.server", "Bearer [redacted]")


@pytest.mark.parametrize("form", [LogFormat.JSON, LogFormat.CONSOLE])
def test_a_traceback_shows_neither_local_variables_nor_secrets_of_the_message(form: LogFormat) -> None:
    """An exception is logged with its frames, without the values of variables."""
    stream = io.StringIO()
    configure("info", form, stream)
    hidden = "word-in-a-variable"
    try:
        int(TOKEN + hidden[:0])
    except ValueError:
        structlog.get_logger().exception("pass failed")
        logging.getLogger("kopf").exception("handler failed")
    written = stream.getvalue()
    assert written.count("ValueError: invalid literal for int() with base 10: '[redacted]'") == 2
    assert TOKEN not in written
    assert hidden not in written


@pytest.mark.parametrize("name", FLOORS)
def test_loggers_of_libraries_log_nothing_below_their_floor(name: str) -> None:
    """Debug lines of libraries contain bodies and headers, so `debug` applies to the operator only."""
    stream = io.StringIO()
    configure("debug", LogFormat.JSON, stream)
    logging.getLogger(f"{name}.inner").log(FLOORS[name] - 1, "body")
    logging.getLogger("oauth_connector").debug("ours")
    assert [line["event"] for line in lines(stream)] == ["ours"]


def test_a_higher_level_applies_to_all_loggers() -> None:
    """`error` is above every floor."""
    stream = io.StringIO()
    configure("error", LogFormat.JSON, stream)
    for name in (*FLOORS, "oauth_connector"):
        logging.getLogger(name).warning("x")
    structlog.get_logger().warning("x")
    assert stream.getvalue() == ""


def test_a_line_of_kopf_names_the_object_and_contains_no_settings() -> None:
    """Of the values that kopf attaches, only namespace and name are logged."""
    stream = io.StringIO()
    configure("info", LogFormat.JSON, stream)
    reference = {"kind": "OAuthConnector", "namespace": "a", "name": "b", "uid": "u"}
    extra = {"k8s_ref": reference, "k8s_skip": True, "settings": kopf.OperatorSettings()}
    logging.getLogger("kopf.objects").warning("seen", extra=extra)
    [line] = lines(stream)
    assert line["connector"] == "a/b"
    assert not {"k8s_ref", "k8s_skip", "settings"} & line.keys()


def test_python_warnings_are_log_lines() -> None:
    """A library's warning does not break the stream of JSON."""
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure("info", LogFormat.JSON, stream)
        warnings.warn("soon gone", stacklevel=1)
        logging.captureWarnings(capture=False)
    assert [line["level"] for line in lines(stream)] == ["warning"]
