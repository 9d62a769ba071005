"""The model's part of an answer: sentences from passages already found, each verified, or words on why it gave none."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.copilot.answer import AnswerPart, AnswerSentence, ChartSource, PolicySource, Source, part
from agents.model_session import ModelLog, ModelSession
from agents.reading.model_reader.answers import NoAnswer, SourceText, VerifiedAnswer, answer_question
from retrieval.search import Hit

_MOST_SOURCES = 8
_WHY: tuple[tuple[str, str], ...] = (
    ("model_not_cleared", "The model was not asked: no agreement lets this question go to it."),
    ("guard_failed", "The model was not asked: the guards before it could not make sure of the text."),
    ("withheld", "The model was not asked: the text holds specially protected records."),
    ("model_unavailable", "The model did not answer in time or could not be reached."),
    ("model_refused", "The model declined to answer."),
    ("model_answer_invalid", "The model’s answer was cut off or not of the agreed form."),
    ("abstained", "The model found no answer in these passages."),
    ("question_with_too_many_passages", "The passages were too long to put to the model."),
)
_SHOWN_INSTEAD = "What the rules found is shown instead."


@dataclass(frozen=True)
class ModelPart:
    """A verified part, else none with a note; `log` is for the audit, `dropped` counts sentences that did not hold."""

    log: ModelLog
    written: AnswerPart | None = None
    note: str = ""
    dropped: int = 0


def ask_model(session: ModelSession, question: str, hits: Sequence[Hit], chart: Sequence[ChartSource]) -> ModelPart:
    """One guarded question over these passages. Never raises for the model."""
    sources: dict[str, tuple[SourceText, Hit | ChartSource]] = {}
    places: list[Hit | ChartSource] = [*hits, *chart]
    for number, one in enumerate(places[:_MOST_SOURCES]):
        name = f"s{number}"
        if isinstance(one, Hit):
            sources[name] = (SourceText(id=name, text=one.text, kind="policy"), one)
        else:
            sources[name] = (SourceText(id=name, text=one.quote, kind="chart"), one)
    answered = answer_question(session, question, [text for text, _ in sources.values()])
    log = session.log()
    if isinstance(answered, NoAnswer):
        return ModelPart(log=log, note=_note(answered, log), dropped=sum(log.dropped.values()))
    written = part("", *_sentences(answered, {name: place for name, (_, place) in sources.items()}))
    note = f"{answered.dropped} of the model’s sentences were left out: their quotes do not hold them."
    return ModelPart(log=log, written=written, note=note if answered.dropped else "", dropped=answered.dropped)


def _sentences(answered: VerifiedAnswer, places: dict[str, Hit | ChartSource]) -> tuple[AnswerSentence, ...]:
    return tuple(
        AnswerSentence(
            text=sentence.text,
            sources=tuple(_source(places[quote.source_id], quote.start, quote.end) for quote in sentence.quotes),
        )
        for sentence in answered.sentences
    )


def _source(place: Hit | ChartSource, start: int, end: int) -> Source:
    """The quote at its place in the whole stored text; the model was shown a stretch of it."""
    if isinstance(place, ChartSource):
        at = place.start + start
        return place.model_copy(update={"start": at, "end": place.start + end, "quote": place.quote[start:end]})
    return PolicySource(
        payer_id=place.payer_id, doc_id=place.doc_id, version=place.version, start=place.start + start,
        end=place.start + end, quote=place.text[start:end], page=place.page,
        label=f"{place.number or place.title}, version {place.version}",
    )  # fmt: skip


def _note(answered: NoAnswer, log: ModelLog) -> str:
    if answered.reason == "no_passages":
        return "There was no passage to put to the model."
    if answered.reason == "nothing_verified":
        count = sum(log.dropped.values())
        return f"None of the model’s {count} sentences could be verified in its quotes. {_SHOWN_INSTEAD}"
    said = (log.stopped, *log.unread)
    why = next(
        (words for code, words in _WHY if any(one.startswith(code) for one in said)), "The model gave no answer."
    )
    return f"{why} {_SHOWN_INSTEAD}"
