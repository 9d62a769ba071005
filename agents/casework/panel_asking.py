"""Questions put in the panel, answered by passages of the policies held: the one place to put a better answer in."""

import re
import threading
from dataclasses import dataclass, field

from agents.toolbox import Toolbox
from cases.case import Case
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from knowledge import library
from knowledge.policy_structure import blocks
from retrieval.passage_index import PassageIndex
from retrieval.search import Hit, PolicySearch, SearchQuery
from runtime import policy_store

_MOST = 5
_WORD = re.compile(r"[a-z0-9]{3,}")
_NO_MODEL = ""
"""No vectors here: loading a model would hold the first question up for ten seconds."""


class CitedPassage(Frozen):
    """A passage that speaks to the question, and where it stands in the stored text."""

    payer_id: PayerId
    doc_id: PolicyDocId
    version: int
    name: str
    heading: str
    start: int
    end: int
    quote: str


class Answered(Frozen):
    """An answer with its passages, or an abstention with its reason. `answer` is empty where passages alone are shown.

    `scope` says in words where was looked.
    """

    question: str
    scope: str
    abstained: bool
    reason: str = ""
    answer: str = ""
    passages: tuple[CitedPassage, ...] = ()


@dataclass
class PanelQuestions:
    """Answers questions of one process; the library in memory is read anew when it has changed."""

    toolbox: Toolbox
    _held: tuple[object, PolicySearch] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, question: str, case: Case | None = None) -> Answered:
        """The passages that speak to a question: where a case is given, of its payer, its date and its code.

        Where no policy speaks of the code, all of the payer's are asked.
        """
        search = self._search()
        query = SearchQuery(
            text=question,
            payer_id=case.payer.id if case and case.payer else None,
            on=case.service_date if case else self.toolbox.clock.now().date(),
            code=case.order.codes[0].code if case and case.order.codes else "",
            k=_MOST,
        )
        found = search.search(query)
        if query.code and not found.hits:
            query = query.model_copy(update={"code": ""})
            found = search.search(query)
        return Answered(
            question=question,
            scope=_scope(case, query.code),
            abstained=found.abstained,
            reason=found.reason,
            passages=tuple(_passage(hit, question) for hit in found.hits),
        )

    def _search(self) -> PolicySearch:
        with self._lock, self.toolbox.database.read() as transaction:
            mark = tuple((one.record.payer_id, one.digest) for one in policy_store.versions(transaction))
            if self._held is None or self._held[0] != mark:
                index = PassageIndex.load(transaction, _NO_MODEL)
                self._held = (mark, PolicySearch(index, library.payer_directory(transaction)))
            return self._held[1]


def _scope(case: Case | None, code: str) -> str:
    if case is None or case.payer is None:
        return "all policies held"
    about = f" that speak of {code}" if code else ""
    day = f", in force on {case.service_date:%d %b %Y}" if case.service_date else ""
    return f"policies of {case.payer.name}{about}{day}"


def _passage(hit: Hit, question: str) -> CitedPassage:
    """The paragraph of the hit that has most of the question's words, at its place in the stored text."""
    start, end = _closest(hit.text, question)
    return CitedPassage(
        payer_id=hit.payer_id,
        doc_id=hit.doc_id,
        version=hit.version,
        name=f"{hit.number or hit.title}, version {hit.version}",
        heading=hit.heading,
        start=hit.start + start,
        end=hit.start + end,
        quote=hit.text[start:end],
    )


def _closest(text: str, question: str) -> tuple[int, int]:
    asked = set(_WORD.findall(question.casefold()))
    paragraphs = [block for block in blocks(text) if block.kind != "heading"]
    if not paragraphs:
        return 0, len(text)
    best = max(paragraphs, key=lambda one: len(asked & set(_WORD.findall(text[one.start : one.end].casefold()))))
    return best.start, best.end
