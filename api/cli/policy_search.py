"""Search of the policy library for one question or a file of them."""

import datetime
import json
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.toolbox import Toolbox
from api.cli.context import progress
from cases.case import LineOfBusiness
from cases.errors import InputError, UnreadableFile
from knowledge import library
from retrieval.embedding import SentenceEmbedder
from retrieval.passage_index import PassageIndex
from retrieval.search import PolicySearch, SearchQuery, SearchResult
from retrieval.vectors import fill_vectors


class Question(BaseModel):
    """One line of `--jsonl`; fields it has beside these are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = ""
    question: str
    payer: str | None = None
    lob: LineOfBusiness | None = None
    date: datetime.date | None = None
    code: str | None = None


def load_search(box: Toolbox) -> PolicySearch:
    """The library in memory, ready to be asked; passages that have no vector yet get one first."""
    embedder = SentenceEmbedder(box.settings.embedding_model)
    list(progress(fill_vectors(box.database.begin, embedder), None, "embedding"))
    with box.database.read() as transaction:
        index = PassageIndex.load(transaction, embedder.name)
        return PolicySearch(index, library.payer_directory(transaction), embedder)


def answer(box: Toolbox, searcher: PolicySearch, asked: Question, k: int) -> SearchResult:
    """Passages for one question; a payer that is named and not known is an abstention, not a guess."""
    with box.database.read() as transaction:
        directory = library.payer_directory(transaction)
    payer_id = None
    if asked.payer:
        resolution = directory.by_name(asked.payer, asked.lob)
        if resolution.payer is None:
            return SearchResult(hits=(), abstained=True, reason=f"The payer is not known: {resolution.reason}.")
        payer_id = resolution.payer.id
    return searcher.search(
        SearchQuery(
            text=asked.question,
            payer_id=payer_id,
            line_of_business=asked.lob,
            on=asked.date,
            code=asked.code or "",
            today=box.clock.now().date(),
            k=k,
        )
    )


def search_lines(box: Toolbox, searcher: PolicySearch, source: Path, out: Path, k: int) -> None:
    """One answer line for each question line, in order, with the seconds each took."""
    questions = _read(source)
    try:
        with out.open("w", encoding="utf-8") as sink:
            for asked in progress(questions, len(questions), "searching"):
                started = time.perf_counter()
                found = answer(box, searcher, asked, k)
                seconds = round(time.perf_counter() - started, 5)
                sink.write(json.dumps(_line(asked, found, seconds), ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error


def _read(source: Path) -> list[Question]:
    try:
        lines = source.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(str(source), f"cannot be read: {error}", fix="hand in JSONL in UTF-8") from error
    questions = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                questions.append(Question.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(map(str, first["loc"]))
                raise UnreadableFile(f"{source} line {number}", first["msg"], field=field) from error
    return questions


def _line(asked: Question, found: SearchResult, seconds: float) -> dict[str, object]:
    results = [
        {
            "doc_id": hit.doc_id, "version": hit.version, "payer": hit.payer_id, "number": hit.number, "text": hit.text,
            "start": hit.start, "end": hit.end, "page": hit.page, "score": hit.score,
        }
        for hit in found.hits
    ]  # fmt: skip
    line: dict[str, object] = {"id": asked.id, "abstained": found.abstained}
    if found.abstained:
        line["reason"] = found.reason
    return {**line, "results": results, "seconds": seconds}
