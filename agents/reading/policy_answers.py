"""Answers a question from passages given, without a model: the sentences that answer best, quoted word for word."""

import re
from collections.abc import Sequence

from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from retrieval.search import Hit

_SENTENCES = 2
_MOST_APART = 400
_SHORTEST = 25
_MOST_OF_A_LIST = 700
_HEAD = re.compile(r"\W*(?:Rev\b|Effective Date|Policy Number|SYNTHETIC)|\d{1,3}(?:\.\d+)+\s*[-–—]", re.IGNORECASE)


class PolicyQuote(Frozen):
    """Code points [start, end) of one version of a policy's stored text, and that text word for word."""

    payer_id: PayerId
    doc_id: PolicyDocId
    version: int
    start: int
    end: int
    quote: str
    page: int | None = None


def quotes_from(hits: Sequence[Hit]) -> tuple[PolicyQuote, ...]:
    """The best sentences of the best passage, those near to each other as one quote, and the next passage's best.

    The next passage speaks only where it is of the same document: what another policy says answers another question.
    A list item comes with the words that introduce its list. Empty only where there are no hits.
    """
    found: list[PolicyQuote] = []
    speaking = [hit for hit in hits[:2] if (hit.payer_id, hit.doc_id) == (hits[0].payer_id, hits[0].doc_id)]
    for hit, count in zip(speaking, (_SENTENCES, 1), strict=False):
        for span in _joined(hit, [_with_lead(hit, span) for span in _telling(hit)[:count]]):
            if not any(one.doc_id == hit.doc_id and one.start <= span[0] < one.end for one in found):
                found.append(_quote(hit, span))
    return tuple(found)


def _telling(hit: Hit) -> list[tuple[int, int]]:
    """Sentences long enough to say something; the best one where none is."""
    long = [span for span in hit.sentences if span[1] - span[0] >= _SHORTEST and not _is_head(hit, span)]
    return long or list(hit.sentences[:1]) or [(hit.start, hit.end)]


def _is_head(hit: Hit, span: tuple[int, int]) -> bool:
    return _HEAD.match(hit.text[span[0] - hit.start : span[1] - hit.start]) is not None


def _with_lead(hit: Hit, span: tuple[int, int]) -> tuple[int, int]:
    """The sentence, with the line before it that introduces it, or with the list that it introduces itself."""
    if hit.text[: span[1] - hit.start].endswith(":"):
        return span[0], _end_of_list(hit, span[1])
    before = hit.text[: span[0] - hit.start].rstrip()
    line = before.rsplit("\n", 1)[-1].strip()
    if not before.endswith(":") or len(line) > _MOST_APART or line.startswith("#"):
        return span
    return hit.start + len(before) - len(line), span[1]


def _end_of_list(hit: Hit, start: int) -> int:
    """Where the lines after a colon end that fit into a quote; whole lines only."""
    end = start
    for line in re.finditer(r"[^\n]+", hit.text[start - hit.start :]):
        stop = start + line.end()
        if stop - start > _MOST_OF_A_LIST or line.group().lstrip().startswith("#"):
            break
        end = start + len(hit.text[start - hit.start : stop - hit.start].rstrip())
    return end


def _joined(hit: Hit, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The best span, and the others; two that touch or overlap become one."""
    first, *rest = spans
    apart: list[tuple[int, int]] = []
    for span in rest:
        gap = hit.text[first[1] - hit.start : span[0] - hit.start] if span[0] >= first[1] else ""
        back = hit.text[span[1] - hit.start : first[0] - hit.start] if span[1] <= first[0] else ""
        if not gap.strip() and not back.strip():
            first = (min(first[0], span[0]), max(first[1], span[1]))
        else:
            apart.append(span)
    return [first, *apart]


def _quote(hit: Hit, span: tuple[int, int]) -> PolicyQuote:
    return PolicyQuote(
        payer_id=hit.payer_id,
        doc_id=hit.doc_id,
        version=hit.version,
        start=span[0],
        end=span[1],
        quote=hit.text[span[0] - hit.start : span[1] - hit.start],
        page=hit.page,
    )
