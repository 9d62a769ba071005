"""An answer from given passages: sentences each with verified quotes; what they do not support is left out."""

from collections.abc import Sequence
from typing import Literal

from agents.model_session import ModelSession
from agents.reading.model_reader.passages import Passage, passages_of, shown
from agents.reading.model_reader.shapes import AnsweredSentence
from agents.reading.model_reader.tasks import ANSWER_QUESTION
from agents.reading.model_reader.wording_support import denies, unsupported_values, unsupported_words
from cases.frozen import Frozen

_LONGEST_SENTENCE = 500
_SHORTEST_QUOTE = 12


class SourceText(Frozen):
    """A text an answer may be taken from, under the name the caller opens it by; chart text is masked on its way."""

    id: str
    text: str
    kind: Literal["policy", "chart"]


class AnswerQuote(Frozen):
    """Code points [start, end) of a source text, and those words verbatim."""

    source_id: str
    start: int
    end: int
    quote: str


class AnswerSentence(Frozen):
    """One sentence with the quotes that support it."""

    text: str
    quotes: tuple[AnswerQuote, ...]


class VerifiedAnswer(Frozen):
    """What of the model's answer stands; `dropped` counts its sentences that do not."""

    sentences: tuple[AnswerSentence, ...]
    dropped: int = 0


class NoAnswer(Frozen):
    """Why there is none: nothing or too much to read, the model gave none, or nothing of it could be verified."""

    reason: Literal["no_passages", "too_many_passages", "model_gave_none", "nothing_verified"]


class _Unsupported(Exception):
    """Why a sentence is dropped; `args[0]` is the reason code."""


def answer_question(session: ModelSession, question: str, sources: Sequence[SourceText]) -> VerifiedAnswer | NoAnswer:
    """The verified answer to a question from these texts and nothing else, or why there is none.

    The session's log says what the model did. Retrieval is the caller's: give it the few passages that bear on it.
    """
    passages, variables = _laid_out(sources)
    if not passages:
        return NoAnswer(reason="no_passages")
    if sum(map(len, variables.values())) > session.context_chars:
        session.leave_out("question_with_too_many_passages")
        return NoAnswer(reason="too_many_passages")
    answer = session.ask(ANSWER_QUESTION, {"question": " ".join(question.split()), **variables})
    if answer is None:
        return NoAnswer(reason="model_gave_none")
    kept = []
    for stated in answer.sentences:
        try:
            kept.append(_verified(stated, question, passages))
        except _Unsupported as dropped:
            session.drop(dropped.args[0])
    if not kept:
        return NoAnswer(reason="nothing_verified")
    return VerifiedAnswer(sentences=tuple(kept), dropped=len(answer.sentences) - len(kept))


def _laid_out(sources: Sequence[SourceText]) -> tuple[list[Passage], dict[str, str]]:
    """All passages under one numbering, policies' first, and the variables that show them."""
    passages: list[Passage] = []
    variables: dict[str, str] = {}
    for kind in ("policy", "chart"):
        own: list[Passage] = []
        for source in (one for one in sources if one.kind == kind):
            own += passages_of(source.id, source.text, first=len(passages) + len(own) + 1)
        variables[f"{kind}_passages"] = shown(own)
        passages += own
    return passages, variables


def _verified(stated: AnsweredSentence, question: str, passages: Sequence[Passage]) -> AnswerSentence:
    """The sentence with its quotes opened; raises _Unsupported for the first thing that does not stand in them."""
    text = " ".join(stated.text.split())
    if not text or len(text) > _LONGEST_SENTENCE or any(mark in text for mark in "<>[]{}|`"):
        raise _Unsupported("sentence_not_plain")
    if not stated.quotes:
        raise _Unsupported("sentence_without_quote")
    quotes = [_opened(item.passage, item.quote, passages) for item in stated.quotes]
    words = [quote.quote for quote in quotes]
    if unsupported_values(text, words):
        raise _Unsupported("value_without_support")
    if denies(text) is not any(denies(one) for one in words):
        raise _Unsupported("denial_differs_from_quote")
    if unsupported_words(text, [question, *(_whole(quote, passages) for quote in quotes)]):
        raise _Unsupported("words_without_support")
    return AnswerSentence(text=text, quotes=tuple(dict.fromkeys(quotes)))


def _opened(number: int, words: str, passages: Sequence[Passage]) -> AnswerQuote:
    if not 1 <= number <= len(passages):
        raise _Unsupported("passage_not_given")
    passage = passages[number - 1]
    place = passage.find(words)
    if place is None:
        raise _Unsupported("quote_not_in_passage")
    if place[1] - place[0] < min(_SHORTEST_QUOTE, len(passage.text)):
        raise _Unsupported("quote_too_short")
    quote = passage.text[place[0] - passage.start : place[1] - passage.start]
    return AnswerQuote(source_id=passage.source, start=place[0], end=place[1], quote=quote)


def _whole(quote: AnswerQuote, passages: Sequence[Passage]) -> str:
    """The passage that a quote was taken from: a sentence may use its words, but none of its values."""
    return next(one.text for one in passages if one.source == quote.source_id and one.start <= quote.start < one.end)
