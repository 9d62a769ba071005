"""Lines of JSON handed to a command: same order, ids echoed, seconds added, a refused line said and passed over."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from api.cli.context import progress
from cases.errors import CountersignError, InputError, UnreadableFile


class TextLine(BaseModel):
    """One line handed in. `map_id` is only read where texts are restored, `channel` where they are screened."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str
    map_id: str | None = None
    channel: str | None = None


Work = Callable[[TextLine], dict[str, object]]


def work_lines(source: Path, out: Path, work: Work, what: str) -> int:
    """One line out for each line in, in order. A text that is refused gives its error's code; how many were."""
    lines = read_lines(source)
    refused = 0
    try:
        with out.open("w", encoding="utf-8") as sink:
            for line in progress(lines, len(lines), what):
                started = time.perf_counter()
                try:
                    answer = work(line)
                except CountersignError as error:
                    refused += 1
                    answer = {"error": error.code, "message": error.message}
                seconds = round(time.perf_counter() - started, 5)
                sink.write(json.dumps({"id": line.id, **answer, "seconds": seconds}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error
    return refused


def read_lines(source: Path) -> list[TextLine]:
    """The lines of a JSONL file; raises UnreadableFile that names the line and the field."""
    try:
        content = source.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile(str(source), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnreadableFile(str(source), "is not UTF-8", fix="hand in JSONL in UTF-8") from None
    lines = []
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            try:
                lines.append(TextLine.model_validate_json(line))
            except ValidationError as error:
                first = error.errors(include_input=False)[0]
                field = ".".join(map(str, first["loc"]))
                raise UnreadableFile(f"{source} line {number}", first["msg"], field=field) from None
    return lines
