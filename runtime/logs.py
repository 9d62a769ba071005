"""Logs without PHI: an event may carry the keys listed here, each with values of its own closed shape, and no more.

An exception leaves its type and code, never its message; a library's record leaves the library's name and level.
"""

import logging
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from cases.errors import CountersignError
from runtime.settings import Settings

_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_ID = re.compile(r"[\w.:#@+/-]{1,128}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}")


class RefusedLogField(CountersignError):
    """In strict logging: a field that is not on the list, or whose value is not of its shape."""

    code = "refused_log_field"


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_choice(value: object) -> bool:
    return isinstance(value, StrEnum)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_duration(value: object) -> bool:
    return isinstance(value, int | float | timedelta) and not isinstance(value, bool)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


_SHAPES: dict[Callable[[object], bool], tuple[str, ...]] = {
    _is_id: ("tenant_id", "case_id", "payer_id", "doc_id", "rule_id", "user_id", "effect_key", "model", "request_id"),
    _is_digest: ("digest",),
    _is_choice: ("state", "outcome", "action", "kind", "step", "purpose", "guard"),
    _is_count: ("count", "size", "revision", "version", "sequence", "attempt", "status", "port", "tokens"),
    _is_duration: ("seconds",),
    _is_flag: ("ok", "created"),
}
_ALLOWED = {key: shape for shape, keys in _SHAPES.items() for key in keys}


def configure(settings: Settings) -> None:
    """Set up logging for the process: our events, libraries' records and Python's warnings, all to stderr."""
    configure_events(settings.log_level, settings.log_format)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(level=level, handlers=[_LibraryRecords()], force=True)
    logging.captureWarnings(True)


def configure_events(
    level: str, layout: Literal["console", "json"], *, strict: bool = False, stream: TextIO | None = None
) -> None:
    """Set up our own events only. `strict`, for tests, raises RefusedLogField instead of dropping a field."""
    console = structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            _Sieve(strict=strict),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer() if layout == "json" else console,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(stream or sys.stderr),
    )


def logger(room: str) -> FilteringBoundLogger:
    """The logger of a room; `log.info("case.opened", case_id=case.id, seconds=0.4)`.

    A process that sets nothing up gets warnings on stderr, sieved like all else.
    """
    if not structlog.is_configured():
        configure_events("warning", "console")
    made: FilteringBoundLogger = structlog.get_logger(room=room)
    return made


class _Sieve:
    """Lets through what is listed; the rest is dropped and counted in `dropped`."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        kept: EventDict = {"event": event.pop("event", ""), "room": event.pop("room", "")}
        kept.update(_error(event.pop("exc_info", None)))
        refused = [key for key, value in event.items() if not (key in _ALLOWED and _ALLOWED[key](value))]
        if not _EVENT.fullmatch(str(kept["event"])):
            kept["event"] = "log.unnamed"
            refused.append("event")
        if refused and self._strict:
            raise RefusedLogField(f"These log fields are not allowed or not of their shape: {', '.join(refused)}.")
        kept.update({key: _plain(value) for key, value in event.items() if key not in refused})
        return {**kept, "dropped": len(refused)} if refused else kept


def _plain(value: object) -> object:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _error(info: object) -> EventDict:
    """Type and code of the exception at hand: structlog gives True, the exception, or the triple of sys.exc_info."""
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if not isinstance(error, BaseException):
        return {}
    code = {"code": error.code} if isinstance(error, CountersignError) else {}
    return {"error_type": type(error).__name__, **code}


class _LibraryRecords(logging.Handler):
    """Says that a library logged something, not what: its words may hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(room="library").log(
            record.levelno, "library.record", exc_info=record.exc_info, model=record.name
        )
