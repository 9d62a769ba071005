"""Searching and asking of one question or a file of them."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from agents.casework.asking import PolicyAnswer, PolicyDesk, PolicyQuestion
from api.cli.context import progress
from cases.case import LineOfBusiness
from cases.errors import InputError, UnreadableFile
from retrieval.search import SearchResult


def line_of_business(named: str | None) -> LineOfBusiness | None:
    """The line of business a flag names; raises InputError that lists them all."""
    if named is None:
        return None
    if named not in list(LineOfBusiness):
        raise InputError(f"--lob: '{named}' is none of {', '.join(LineOfBusiness)}.")
    return LineOfBusiness(named)


def search_lines(desk: PolicyDesk, source: Path, out: Path, k: int) -> None:
    """Passages for each question line, in order, with the seconds each took."""
    desk.warm()
    _lines(source, out, "searching", lambda asked: _found(desk.search(asked, k)))


def ask_lines(desk: PolicyDesk, source: Path, out: Path) -> None:
    """An answer for each question line, in order, with the seconds each took."""
    desk.warm()
    _lines(source, out, "answering", lambda asked: _answered(desk.ask(asked)))


def _lines(source: Path, out: Path, what: str, act: Callable[[PolicyQuestion], dict[str, object]]) -> None:
    questions = _read(source)
    try:
        with out.open("w", encoding="utf-8") as sink:
            for asked in progress(questions, len(questions), what):
                started = time.perf_counter()
                line = act(asked)
                seconds = round(time.perf_counter() - started, 5)
                sink.write(json.dumps({"id": asked.id, **line, "seconds": seconds}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error


def _read(source: Path) -> list[PolicyQuestion]:
    try:
        lines = source.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(str(source), f"cannot be read: {error}", fix="hand in JSONL in UTF-8") from error
    questions = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                questions.append(PolicyQuestion.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(map(str, first["loc"]))
                raise UnreadableFile(f"{source} line {number}", first["msg"], field=field) from error
    return questions


def _found(found: SearchResult) -> dict[str, object]:
    results = [
        {
            "doc_id": hit.doc_id, "version": hit.version, "payer": hit.payer_id, "number": hit.number,
            "effective": str(hit.effective) if hit.effective else None, "text": hit.text,
            "start": hit.start, "end": hit.end, "page": hit.page, "score": hit.score,
        }
        for hit in found.hits
    ]  # fmt: skip
    line: dict[str, object] = {"abstained": found.abstained}
    if found.abstained:
        line["reason"] = found.reason
    return {**line, "results": results}


def _answered(found: PolicyAnswer) -> dict[str, object]:
    citations = [
        {
            "doc_id": one.doc_id, "version": one.version, "start": one.start, "end": one.end, "quote": one.quote,
            "payer": one.payer_id, "number": one.number,
            "effective": str(one.effective) if one.effective else None, "page": one.page,
        }
        for one in found.citations
    ]  # fmt: skip
    line: dict[str, object] = {"abstained": found.abstained}
    if found.abstained:
        line["reason"] = found.reason
    if found.notes:
        line["notes"] = list(found.notes)
    return {**line, "answer": found.answer, "citations": citations}
