"""Finds in one patient's chart the sentences that bear on a question, by words and their other ways to be said."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.casework.panel.documents import key_of
from agents.copilot.answer import ChartSource
from agents.reading.model_reader.passages import passages_of
from agents.reading.model_reader.wording_support import stems
from cases.case import Case
from cases.chart import Chart
from cases.document import Document, DocumentKind
from knowledge.policy_structure import sentences
from knowledge.synonyms import shipped_synonyms

_LEAST = 0.45
"""Of the weight of the question's words, how much a sentence must hold to answer it."""
_LONGEST = 700
_NOT_TELLING = frozenset(
    stems(
        "what when where which who whom whose why how does did do is are was were be been being has have had the a an "
        "of in on at to for from by with about and or not any all this that these those there their his her its it she "
        "he they we our us patient case chart record note notes document documents documented documentation say says "
        "said show shows shown tell me us find found look up please can could would should last latest recent recently "
        "ever much many long old state stated give given report reported reports value values result results level "
        "according anything something mention mentioned evidence there's"
    )
)
_TAIL = re.compile(r"\n(?:Subject|Encounter|Requester|Performer|Identifier|Beneficiary)\b.*", re.DOTALL)


Term = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class _Piece:
    """Code points [start, end) of a document, and the word stems that stand there and in its title."""

    document: Document
    start: int
    end: int
    held: frozenset[str]
    titled: frozenset[str]


def search_chart(
    case: Case, chart: Chart, question: str, most: int = 4, least: float = _LEAST
) -> tuple[ChartSource, ...]:
    """The best sentences, best first; none where no sentence holds enough (`least`, a share) of what was asked.

    Only documents of this patient, or that name nobody; words that a reader of the page cannot see are left out.
    """
    terms = _terms(question)
    if not terms:
        return ()
    pieces = [piece for document in chart.for_patient(case.patient.id).documents for piece in _pieces(document)]
    spread = Counter(word for piece in pieces for word in piece.held)
    weights = [max(_weight(way, spread, len(pieces)) for way in term) for term in terms]
    scored = [(_score(piece, terms, weights), piece) for piece in pieces]
    whole = sum(weights)
    fitting = [(score, piece) for score, piece in scored if score >= least * whole]
    ordered = sorted(fitting, key=lambda one: (-round(one[0], 3), _age(one[1].document), one[1].start))
    return tuple(source_of(case, piece.document, piece.start, piece.end) for _, piece in _apart(ordered, most))


def source_of(case: Case, document: Document, start: int, end: int) -> ChartSource:
    """A passage of a document as a source, with the FHIR field it stands in where it stands in one."""
    fields = [one for one in document.fields if one.start <= start and end <= one.end]
    inside = [one for one in document.fields if start <= one.start and one.end <= end]
    telling = next((one for one in inside if one.path.startswith("value")), None)
    narrow = min(fields, key=lambda one: one.end - one.start, default=telling)
    return ChartSource(
        case_id=case.id,
        document_id=document.id,
        key=key_of(document.id),
        start=start,
        end=end,
        quote=document.text[start:end],
        page=document.page_at(start),
        field=narrow.path if narrow else "",
        label=document.title or document.source,
    )


def _terms(question: str) -> list[Term]:
    """What is asked for: each term as its ways to be said, a way as the stems that must all stand there."""
    found: list[Term] = []
    rest = question
    for said, others in shipped_synonyms().in_question(question):
        ways = tuple(dict.fromkeys(stems(one) - _NOT_TELLING for one in (said, *others)))
        if any(ways):
            found.append(tuple(way for way in ways if way))
        rest = re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", " ", rest, flags=re.IGNORECASE)
    return found + [(frozenset({word}),) for word in sorted(stems(rest) - _NOT_TELLING)]


def _weight(way: frozenset[str], spread: Counter[str], pieces: int) -> float:
    """A way is as rare as its rarest word."""
    return max(math.log(1 + pieces / (1 + spread[word])) for word in way)


def _score(piece: _Piece, terms: Sequence[Term], weights: Sequence[float]) -> float:
    total = 0.0
    for term, weight in zip(terms, weights, strict=True):
        if any(way <= piece.held for way in term):
            total += weight
        elif any(way <= piece.held | piece.titled for way in term):
            total += weight * 0.5
    return total


def _age(document: Document) -> int:
    return -(document.dated.toordinal() if document.dated else 0)


def _pieces(document: Document) -> Iterator[_Piece]:
    titled = stems(document.title)
    for start, end in _places(document):
        text = document.text[start:end]
        if text.strip() and not document.is_hidden(start, end):
            yield _Piece(document, start, end, stems(text), titled)


def _places(document: Document) -> Iterator[tuple[int, int]]:
    """Sentences of prose; a structured entry as one piece, without the lines that only say whose it is."""
    if document.kind is DocumentKind.FHIR_RESOURCE:
        start = document.text.find("\n") + 1
        tail = _TAIL.search(document.text, start)
        end = min(tail.start() if tail else len(document.text.rstrip()), start + _LONGEST)
        yield start, start + len(document.text[start:end].rstrip())
        return
    for passage in passages_of(document.id, document.text):
        yield from sentences(document.text, passage.start, passage.end)


def _apart(ordered: Sequence[tuple[float, _Piece]], most: int) -> list[tuple[float, _Piece]]:
    """The best pieces, without those that say the same words again."""
    kept: list[tuple[float, _Piece]] = []
    seen: set[str] = set()
    for score, piece in ordered:
        words = " ".join(piece.document.text[piece.start : piece.end].split())
        if words not in seen and len(kept) < most:
            seen.add(words)
            kept.append((score, piece))
    return kept
