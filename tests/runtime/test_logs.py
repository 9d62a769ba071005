import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from cases.errors import PayerRejected
from cases.lifecycle import CaseState
from runtime import logs
from runtime.logs import RefusedLogField


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def said(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def stream() -> io.StringIO:
    out = io.StringIO()
    logs.configure_events("debug", "json", stream=out)
    return out


def test_listed_fields_of_their_shape_are_written(stream: io.StringIO) -> None:
    logs.logger("agents").info(
        "case.moved",
        case_id="c1",
        state=CaseState.WORKING,
        seconds=timedelta(milliseconds=1500),
        count=3,
        digest="0" * 64,
        ok=True,
    )
    (line,) = said(stream)
    assert line.pop("timestamp")
    assert line == {
        "event": "case.moved",
        "room": "agents",
        "level": "info",
        "case_id": "c1",
        "state": "working",
        "seconds": 1.5,
        "count": 3,
        "digest": "0" * 64,
        "ok": True,
    }


REFUSED = [
    {"patient": "Odalys"},
    {"case_id": "Odalys Quillfeather"},
    {"case_id": "line\nbreak"},
    {"case_id": "c" * 200},
    {"digest": "Odalys"},
    {"state": "Odalys"},
    {"outcome": "denies dyspnoea"},
    {"count": "Odalys"},
    {"count": 1.5},
    {"count": True},
    {"seconds": "long"},
    {"ok": "Odalys"},
    {"text": "SpO2 85 % at rest"},
    {"case_id": ["Odalys"]},
    {"model": {"name": "Odalys"}},
]


@pytest.mark.parametrize("field", REFUSED)
def test_any_other_field_is_dropped_and_counted(field: dict[str, object], stream: io.StringIO) -> None:
    logs.logger("agents").warning("case.moved", status=200, **field)
    (line,) = said(stream)
    assert line["dropped"] == 1
    assert line["status"] == 200
    assert set(line) == {"event", "room", "level", "timestamp", "status", "dropped"}


@pytest.mark.parametrize("field", REFUSED)
def test_in_strict_logging_any_other_field_raises(field: dict[str, object]) -> None:
    logs.configure_events("debug", "json", strict=True, stream=io.StringIO())
    with pytest.raises(RefusedLogField, match=next(iter(field))):
        logs.logger("agents").info("case.moved", **field)


@pytest.mark.parametrize("event", ["Odalys was seen", "case", "Case.opened", "case.opened for Odalys", ""])
def test_an_event_must_be_a_name_and_not_a_sentence(event: str, stream: io.StringIO) -> None:
    logs.logger("agents").info(event)
    (line,) = said(stream)
    assert line["event"] == "log.unnamed"
    assert "Odalys" not in json.dumps(line)


def test_an_exception_leaves_its_type_and_code_only(stream: io.StringIO) -> None:
    log = logs.logger("tools")
    try:
        raise PayerRejected("member Odalys Quillfeather is not known")
    except PayerRejected as error:
        log.exception("payer.refused", status=400)
        log.error("payer.refused", exc_info=error)
    try:
        raise ValueError("Odalys")
    except ValueError:
        log.error("payer.refused", exc_info=sys.exc_info())
    lines = said(stream)
    assert [line["error_type"] for line in lines] == ["PayerRejected", "PayerRejected", "ValueError"]
    assert [line.get("code") for line in lines] == ["payer_rejected", "payer_rejected", None]
    assert "Odalys" not in json.dumps(lines)


def test_positional_words_do_not_slip_through(stream: io.StringIO) -> None:
    logs.logger("tools").info("payer.%s", "odalys quillfeather")
    assert "quillfeather" not in stream.getvalue()


def test_without_any_set_up_warnings_alone_are_written_and_sieved(capsys: pytest.CaptureFixture[str]) -> None:
    log = logs.logger("tools")
    log.info("case.opened", case_id="c1")
    log.warning("case.stuck", patient="Odalys")
    written = capsys.readouterr()
    assert written.out == ""
    assert "case.stuck" in written.err
    assert "case.opened" not in written.err
    assert "Odalys" not in written.err


_LIBRARY = """
import logging, warnings
from runtime import logs
from runtime.settings import Settings
logs.configure(Settings(log_level="{level}", log_format="{layout}"))
logging.getLogger("httpx").info("GET https://payer/Patient/Odalys")
logging.getLogger("pydantic").error("bad value Odalys", exc_info=ValueError("Odalys"))
warnings.warn("unexpected value Odalys")
logs.logger("agents").info("case.opened", case_id="c1")
logs.logger("agents").warning("case.stuck", case_id="c1")
"""


@pytest.mark.parametrize("layout", ["json", "console"])
@pytest.mark.parametrize(("level", "lines"), [("warning", 3), ("info", 5)])
def test_libraries_and_warnings_are_heard_of_but_not_quoted(level: str, lines: int, layout: str) -> None:
    root = Path(__file__).resolve().parents[2]
    script = _LIBRARY.format(level=level, layout=layout)
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == lines, done.stderr
    assert "Odalys" not in done.stderr
    assert "pydantic" in done.stderr
    assert "case.stuck" in done.stderr
