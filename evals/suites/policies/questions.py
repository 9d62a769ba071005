"""Judged questions about policies, asked of the product's own desk; a fault is planted by wrapping the desk."""

import datetime
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from agents.casework.asking import PolicyAnswer, PolicyDesk, PolicyQuestion
from agents.toolbox import Toolbox
from cases.case import LineOfBusiness
from evals.bench_room import Bench
from evals.dataset_registry import registry
from evals.product import policies, toolbox
from evals.task import Item, thinned
from retrieval.search import SearchResult
from runtime import policy_store

_SMOKE = 60
_NATIONAL = ("cms", "original medicare")


class Desk(Protocol):
    """What answers questions about policies."""

    def search(self, asked: PolicyQuestion, k: int = 10) -> SearchResult:
        """Passages, or an abstention."""
        ...

    def ask(self, asked: PolicyQuestion) -> PolicyAnswer:
        """An answer of quotes, or an abstention."""
        ...


@dataclass(frozen=True)
class PolicyParts:
    """The desk that is asked: the product's own, unless `wrap` puts another before it."""

    wrap: Callable[[PolicyDesk], Desk] = lambda desk: desk


class JudgedQuestion(BaseModel):
    """A question with the documents and the words that answer it; `payers` hold those documents."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    question: str
    payer: str | None = None
    lob: LineOfBusiness | None = None
    date: datetime.date | None = None
    code: str | None = None
    doc_ids: tuple[str, ...] = ()
    version_effective: datetime.date | None = None
    answer_span: str | None = None
    answerable: bool
    group: str
    payers: tuple[str, ...] = ()

    @property
    def asked(self) -> PolicyQuestion:
        return PolicyQuestion(
            id=self.id, question=self.question, payer=self.payer, lob=self.lob, date=self.date, code=self.code
        )

    def answered_by(self, doc_id: str, effective: datetime.date | None, text: str) -> bool:
        """Whether a passage is of the right document and version, and holds the words."""
        right = doc_id in self.doc_ids and self.version_effective in (None, effective)
        return right and squeezed(self.answer_span or "") in squeezed(text)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def library(bench: Bench) -> Toolbox:
    """A smoke run asks the shipped policies only; a full run the national ones too, where they are at hand."""
    return policies(bench) if bench.full else toolbox(bench)


def desk_of(bench: Bench) -> PolicyDesk:
    """The desk over that library, loaded once for all suites of a run."""

    def opened() -> PolicyDesk:
        desk = PolicyDesk(library(bench))
        desk.warm()
        return desk

    return bench.once("desk", opened)


def questions(bench: Bench, *, answerable: bool | None = None) -> list[Item[JudgedQuestion]]:
    """The questions that the library at hand can be judged by; `answerable` picks one kind."""
    with library(bench).database.read() as transaction:
        held: dict[str, set[str]] = {}
        for version in policy_store.versions(transaction):
            held.setdefault(version.record.doc_id, set()).add(version.record.payer_id)
    national = any("cms" in payers for payers in held.values())
    rows = [
        json.loads(line) for line in (registry()["questions"].place / "questions.jsonl").read_text("utf-8").splitlines()
    ]
    found = []
    for row in rows:
        payers = sorted({payer for doc in row["doc_ids"] for payer in held.get(doc, ())})
        one = JudgedQuestion.model_validate({**row, "payers": payers})
        foreign = not one.answerable and not national and (one.payer or "").lower() in _NATIONAL
        if (one.answerable and not set(one.doc_ids) <= held.keys()) or foreign:
            continue
        if answerable in (None, one.answerable):
            sealed = int(sha256(one.id.encode()).hexdigest(), 16) % 2 == 1
            slices = {"group": one.group, "half": "judged" if sealed else "looked at"}
            found.append(Item(one.id, one, slices=slices, sealed=sealed))
    return found if bench.full else thinned(found, _SMOKE)
