"""Paragraphs of the letter in the model's words around quotes that code puts in; else the plain paragraph stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.model_session import ModelSession
from agents.reading.model_reader.tasks import PHRASE_PARAGRAPH
from agents.reading.model_reader.wording_support import denies, has_digit, unsupported_words
from cases.packet import Letter, LetterPoint, Sentence, SentenceKind

_QUOTED = re.compile(r"“[^”]*”")
_MARKER = re.compile(r"\{([PNED])(\d{1,2})\}")
_DATED = re.compile(r"\b(?:on|of) (?P<day>\d{1,2} [A-Z][a-z]+ \d{4})(?: records)?: “")
_NAMED = re.compile(r"^(?P<name>[^“]+?),? states: “")
_MOST_SENTENCES = 6
_LONGEST_SENTENCE = 400
_INERT = re.compile(r"[A-Za-z ,;:.()’'\-]*")
"""What may stand between markers: no mark-up, no quotation mark, no digit, no sign that a page could act on."""


class Unfit(Exception):
    """Why a paragraph is not used; `args[0]` is the reason code."""


@dataclass(frozen=True)
class _Quote:
    """A sentence of the plain paragraph as material: its quotes as one piece, and what names or dates it."""

    marker: str
    sentence: Sentence
    words: str
    label: str


def phrase_letter(session: ModelSession, letter: Letter) -> Letter:
    """The letter with each point that argues a criterion in the model's words, where they keep to the rules.

    The request, what is missing, what code concludes, and every point of which a sentence is not supported keep their
    plain words.
    """
    return letter.model_copy(update={"points": tuple(_phrased(session, point) for point in letter.points)})


def _phrased(session: ModelSession, point: LetterPoint) -> LetterPoint:
    quotes = _quotes(point)
    if not point.criterion_id or quotes is None or session.stopped:
        return point
    listed = "\n".join(_listed(quote) for quote in quotes.values())
    answer = session.ask(PHRASE_PARAGRAPH, {"point": point.heading, "quotes": listed})
    if answer is None:
        return point
    try:
        sentences = _verified(answer.sentences, point, quotes)
    except Unfit as unfit:
        session.drop(unfit.args[0])
        return point
    kept = (one for one in point.sentences if one.kind is SentenceKind.CONCLUSION)
    return point.model_copy(update={"sentences": (*sentences, *kept)})


def _quotes(point: LetterPoint) -> Mapping[str, _Quote] | None:
    """The plain paragraph's policy and evidence sentences by marker; None where one has nothing to quote."""
    found: dict[str, _Quote] = {}
    for kind, letter in ((SentenceKind.POLICY, "P"), (SentenceKind.EVIDENCE, "E")):
        for number, sentence in enumerate((one for one in point.sentences if one.kind is kind), start=1):
            words = ", ".join(_QUOTED.findall(sentence.text))
            label = (_NAMED if letter == "P" else _DATED).search(sentence.text)
            if not words:
                return None
            found[f"{letter}{number}"] = _Quote(f"{letter}{number}", sentence, words, label[1] if label else "")
    every = {SentenceKind.POLICY, SentenceKind.EVIDENCE, SentenceKind.CONCLUSION}
    evidence = any(quote.sentence.kind is SentenceKind.EVIDENCE for quote in found.values())
    return found if evidence and all(one.kind in every for one in point.sentences) else None


def _listed(quote: _Quote) -> str:
    name = "N" if quote.marker.startswith("P") else "D"
    label = f"[{name}{quote.marker[1:]}] {quote.label}\n" if quote.label else ""
    return f"{label}[{quote.marker}] {quote.words}"


def _verified(texts: Sequence[str], point: LetterPoint, quotes: Mapping[str, _Quote]) -> tuple[Sentence, ...]:
    """The sentences with quotes and dates put in; raises Unfit for the first rule that one breaks."""
    if not 1 <= len(texts) <= _MOST_SENTENCES:
        raise Unfit("paragraph_too_long" if texts else "paragraph_empty")
    sentences = tuple(_sentence(text.strip(), point, quotes) for text in texts)
    used = [marker for text in texts for marker in _markers(text) if marker[0] in "PE"]
    if sorted(used) != sorted(quotes):
        raise Unfit("paragraph_not_every_quote_once")
    return sentences


def _markers(text: str) -> list[str]:
    return [kind + number for kind, number in _MARKER.findall(text)]


def _sentence(text: str, point: LetterPoint, quotes: Mapping[str, _Quote]) -> Sentence:
    used = [quotes[marker] for marker in _markers(text) if marker in quotes]
    _check_markers(text, quotes, used)
    between = _MARKER.sub(" ", text)
    if has_digit(between):
        raise Unfit("number_in_wording")
    if any(mark in between for mark in '“”"„«»‘'):
        raise Unfit("quote_in_wording")
    if _INERT.fullmatch(between) is None or len(between) > _LONGEST_SENTENCE or not text.endswith("."):
        raise Unfit("wording_not_a_plain_sentence")
    if denies(between):
        raise Unfit("denial_in_wording")
    if unsupported_words(between, [point.heading], in_letter=True):
        raise Unfit("words_without_support")
    return Sentence(
        kind=SentenceKind.EVIDENCE if any(quote.marker[0] == "E" for quote in used) else SentenceKind.POLICY,
        text=_MARKER.sub(lambda match: _put_in(match, quotes), text).replace(".”.", ".”"),
        citations=tuple(dict.fromkeys(citation for quote in used for citation in quote.sentence.citations)),
    )


def _check_markers(text: str, quotes: Mapping[str, _Quote], used: Sequence[_Quote]) -> None:
    """Each marker was offered and stands with its own quote, of which there is one of the record at most."""
    if not used:
        raise Unfit("sentence_without_quote")
    if sum(quote.marker[0] == "E" for quote in used) > 1:
        raise Unfit("sentence_with_two_quotes_of_the_record")
    here = {quote.marker for quote in used}
    for marker in _markers(text):
        own = {"N": "P", "D": "E"}.get(marker[0], marker[0]) + marker[1:]
        if own not in quotes or (marker[0] in "ND" and not quotes[own].label):
            raise Unfit("marker_not_offered")
        if own not in here:
            raise Unfit("marker_without_its_quote")


def _put_in(match: re.Match[str], quotes: Mapping[str, _Quote]) -> str:
    quote = quotes[{"N": "P", "D": "E"}.get(match[1], match[1]) + match[2]]
    return quote.label if match[1] in "ND" else quote.words
