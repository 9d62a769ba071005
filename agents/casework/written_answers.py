"""An answer that a model writes from the passages found: only what stands in them, with the place of each quote."""

from collections.abc import Sequence

from agents.model_session import ModelSession
from agents.model_work import call_events
from agents.reading.model_reader.answers import NoAnswer, SourceText, answer_question
from agents.reading.policy_answers import PolicyQuote
from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.frozen import Frozen
from cases.ids import CaseId
from retrieval.search import Hit

_NOT_IN_TEXT = "abstained_not_in_text"
_WHY = {
    "too_many_passages": "the passages are longer than it may read at once",
    "nothing_verified": "nothing that it wrote could be verified in the passages",
    "model_gave_none": "it gave no answer that can be used",
    "no_passages": "there was nothing for it to read",
}


class WrittenSentence(Frozen):
    """One sentence, and the quotes that it stands on."""

    text: str
    quotes: tuple[PolicyQuote, ...]


class WrittenAnswer(Frozen):
    """Sentences that were verified; none where `why_not` says why the quotes of the rules stand instead.

    `not_in_text` where the model read the passages and found no answer in them.
    """

    sentences: tuple[WrittenSentence, ...] = ()
    dropped: int = 0
    why_not: str = ""
    not_in_text: bool = False


def written_answer(toolbox: Toolbox, question: str, hits: Sequence[Hit], case: str | None) -> WrittenAnswer | None:
    """What the model wrote and code verified; None where no model is set. Each question asked of it is audited."""
    session = toolbox.model_session(CaseId(case) if case else None)
    if session is None:
        return None
    sources = {str(place): hit for place, hit in enumerate(hits, 1)}
    texts = [SourceText(id=name, text=hit.text, kind="policy") for name, hit in sources.items()]
    answer = answer_question(session, question, texts)
    _audit(toolbox, session, case)
    log = session.log()
    if isinstance(answer, NoAnswer):
        return WrittenAnswer(why_not=log.why or _WHY[answer.reason], not_in_text=_NOT_IN_TEXT in log.unread)
    sentences = tuple(
        WrittenSentence(
            text=one.text,
            quotes=tuple(_placed(sources[quote.source_id], quote.start, quote.end) for quote in one.quotes),
        )
        for one in answer.sentences
    )
    return WrittenAnswer(sentences=sentences, dropped=answer.dropped)


def _placed(hit: Hit, start: int, end: int) -> PolicyQuote:
    """A quote of a passage as code points of the stored text."""
    return PolicyQuote(
        payer_id=hit.payer_id,
        doc_id=hit.doc_id,
        version=hit.version,
        start=hit.start + start,
        end=hit.start + end,
        quote=hit.text[start:end],
        page=hit.page,
    )


def _audit(toolbox: Toolbox, session: ModelSession, case: str | None) -> None:
    with toolbox.database.begin() as transaction:
        for action, detail in call_events("ask", session.log()):
            event = AuditEvent(
                tenant_id=transaction.tenant_id,
                at=toolbox.clock.now(),
                actor=Actor.SYSTEM,
                actor_id="ask",
                action=action,
                subject=case or "policies",
                detail=detail,
            )
            toolbox.audit.append(transaction, event)
