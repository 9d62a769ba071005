"""Questions about policies: passages, and answers made of quotes that stand in the stored text, or an abstention."""

import datetime
import threading
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from agents.casework.written_answers import WrittenAnswer, written_answer
from agents.reading.policy_answers import PolicyQuote, quotes_from
from agents.toolbox import Toolbox
from cases.case import LineOfBusiness
from cases.errors import NotFound, StoreDamaged
from cases.frozen import Frozen
from cases.ids import CaseId, PayerId, PolicyDocId
from knowledge import library
from knowledge.policy_staleness import staleness
from retrieval.embedding import SentenceEmbedder
from retrieval.passage_index import PassageIndex
from retrieval.search import Hit, PolicySearch, SearchQuery, SearchResult
from retrieval.vectors import fill_vectors
from runtime import case_store
from runtime.policy_store import LibraryMark, PolicyVersion, library_mark

_PASSAGES_READ = 5


class PolicyQuestion(BaseModel):
    """What is asked, and of what; what `case` says of payer, plan and day fills in what is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str = ""
    question: str
    payer: str | None = None
    lob: LineOfBusiness | None = None
    date: datetime.date | None = None
    code: str | None = None
    case: str | None = None


class AnswerCitation(PolicyQuote):
    """A quote with what it comes from: payer, policy number and title, and the day the version took effect."""

    payer: str
    number: str
    title: str
    effective: datetime.date | None


class PolicyAnswer(Frozen):
    """An answer whose every quote stands word for word at its place, or why there is none.

    `nearest` is what comes nearest where no answer is given.
    `confidence` in 0..1 is computed from what was found; `notes` say what a reader must know of the sources.
    `by_model` where a model wrote the sentences; each then stands on quotes that were verified.
    """

    abstained: bool
    reason: str = ""
    answer: str = ""
    citations: tuple[AnswerCitation, ...] = ()
    nearest: tuple[AnswerCitation, ...] = ()
    confidence: float = 0.0
    notes: tuple[str, ...] = ()
    by_model: bool = False


class PolicyDesk:
    """The library held in memory for as long as a process asks; read again when it has changed. Thread-safe."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._embedder = SentenceEmbedder(toolbox.settings.embedding_model)
        self._lock = threading.Lock()
        self._held: tuple[LibraryMark, PolicySearch] | None = None
        self._warming = threading.Lock()

    def warm(self) -> None:
        """Load library and model, so that the first question is not the slow one."""
        self._searcher()
        self._embedder.embed(["warm"])

    def warm_soon(self) -> None:
        """Begin to warm in a thread of its own, the first time only; a question meanwhile waits for it.

        Whoever calls this does not: it never waits for the library's lock, which the warming holds for seconds.
        """
        if self._warming.acquire(blocking=False):
            threading.Thread(target=self.warm, name="warm-policies", daemon=True).start()

    def fill(self) -> Iterator[tuple[PolicyVersion, int]]:
        """Make the vectors that are missing, a version at a time, with the number of its passages."""
        return fill_vectors(self._toolbox.database.begin, self._embedder)

    def search(self, asked: PolicyQuestion, k: int = 10) -> SearchResult:
        """Passages for a question; a payer that is named and not known is an abstention, not a guess."""
        query = self._query(asked, k)
        return query if isinstance(query, SearchResult) else self._searcher().search(query)

    def ask(self, asked: PolicyQuestion) -> PolicyAnswer:
        """An answer made of quotes, or of a model's sentences on quotes, each checked against the stored text."""
        found = self.search(asked, _PASSAGES_READ)
        citations = self._cited(found.hits, quotes_from(found.hits))
        confidence = round(found.confidence, 4)
        if found.abstained or not citations:
            return PolicyAnswer(abstained=True, reason=found.reason, nearest=citations, confidence=confidence)
        quoted = PolicyAnswer(
            abstained=False,
            answer=_worded(citations),
            citations=citations,
            confidence=confidence,
            notes=self._notes(asked, found.hits[0]),
        )
        written = written_answer(self._toolbox, asked.question, found.hits, asked.case)
        return self._by_model(quoted, written, found.hits) if written else quoted

    def _by_model(self, quoted: PolicyAnswer, written: WrittenAnswer, hits: tuple[Hit, ...]) -> PolicyAnswer:
        """What the model wrote; the quotes where it gave nothing that stands, none where it found no answer there."""
        if written.not_in_text:
            reason = "The model read the passages that come nearest and found no answer in them."
            return quoted.model_copy(
                update={
                    "abstained": True, "reason": reason, "answer": "", "citations": (), "nearest": quoted.citations,
                    "by_model": True,
                }
            )  # fmt: skip
        if not written.sentences:
            note = f"Quoted by the rules; the model's answer is not used: {written.why_not.rstrip('.')}."
            return quoted.model_copy(update={"notes": (*quoted.notes, note)})
        quotes = tuple(dict.fromkeys(quote for one in written.sentences for quote in one.quotes))
        notes = quoted.notes
        if written.dropped:
            notes = (*notes, f"{written.dropped} of the model's sentences are left out: the passages do not bear them.")
        return quoted.model_copy(
            update={
                "answer": " ".join(one.text for one in written.sentences),
                "citations": self._cited(hits, quotes),
                "notes": notes,
                "by_model": True,
            }
        )

    def _cited(self, hits: tuple[Hit, ...], quotes: tuple[PolicyQuote, ...]) -> tuple[AnswerCitation, ...]:
        for quote in quotes:
            self._verify(quote)
        by_document = {(hit.payer_id, hit.doc_id, hit.version): hit for hit in hits}
        return tuple(self._citation(quote, by_document) for quote in quotes)

    def _searcher(self) -> PolicySearch:
        with self._lock:
            with self._toolbox.database.read() as transaction:
                mark = library_mark(transaction, self._embedder.name)
            if self._held is None or self._held[0] != mark:
                list(self.fill())
                with self._toolbox.database.read() as transaction:
                    mark = library_mark(transaction, self._embedder.name)
                    index = PassageIndex.load(transaction, self._embedder.name)
                    directory = library.payer_directory(transaction)
                self._held = (mark, PolicySearch(index, directory, self._embedder))
            return self._held[1]

    def _query(self, asked: PolicyQuestion, k: int) -> SearchQuery | SearchResult:
        payer_id, line, day = None, asked.lob, asked.date
        with self._toolbox.database.read() as transaction:
            directory = library.payer_directory(transaction)
            case = case_store.get(transaction, CaseId(asked.case)) if asked.case else None
        if asked.payer:
            resolution = directory.by_name(asked.payer, asked.lob)
            if resolution.payer is None:
                near = f" Near names: {', '.join(resolution.candidates)}." if resolution.candidates else ""
                reason = f"The payer is not known: {resolution.reason}.{near}"
                return SearchResult(hits=(), abstained=True, reason=reason)
            payer_id = resolution.payer.id
        elif case is not None:
            if case.payer is None:
                reason = "The case has no payer that the directory knows; name one with the question."
                return SearchResult(hits=(), abstained=True, reason=reason)
            payer_id, line = case.payer.id, line or case.payer.line_of_business
        if case is not None:
            day = day or case.service_date
        return SearchQuery(
            text=asked.question,
            payer_id=payer_id,
            line_of_business=line,
            on=day,
            today=self._toolbox.clock.now().date(),
            code=asked.code or "",
            k=k,
        )

    def _verify(self, quote: PolicyQuote) -> None:
        with self._toolbox.database.read() as transaction:
            text = library.text_of_version(transaction, quote.payer_id, quote.doc_id, quote.version)
        if text[quote.start : quote.end] != quote.quote:
            raise StoreDamaged(f"A quote of {quote.doc_id}, version {quote.version}, is not in its stored text.")

    def _citation(self, quote: PolicyQuote, hits: dict[tuple[PayerId, PolicyDocId, int], Hit]) -> AnswerCitation:
        hit = hits[(quote.payer_id, quote.doc_id, quote.version)]
        with self._toolbox.database.read() as transaction:
            entry = library.payer_directory(transaction).entries.get(quote.payer_id)
        return AnswerCitation(
            **quote.model_dump(),
            payer=entry.name if entry else quote.payer_id,
            number=hit.number,
            title=hit.title,
            effective=hit.effective,
        )

    def _notes(self, asked: PolicyQuestion, hit: Hit) -> tuple[str, ...]:
        today = self._toolbox.clock.now().date()
        with self._toolbox.database.read() as transaction:
            try:
                version = library.one_version(transaction, hit.payer_id, hit.doc_id, hit.version)
            except NotFound:
                return ()
        return staleness(version, asked.date or today, today)


def _worded(citations: tuple[AnswerCitation, ...]) -> str:
    """One sentence for each quote, the source named where it changes."""
    words, named = [], None
    for one in citations:
        source = (one.payer_id, one.doc_id, one.version)
        quote = " ".join(one.quote.split())
        if source != named:
            effective = f"in effect from {one.effective}" if one.effective else "effective date not known"
            words.append(f"{one.payer}, {one.number or one.doc_id} ({one.title}), version {one.version}, {effective}:")
        words.append(f"“{quote}”")
        named = source
    return " ".join(words)
