"""What people overruled or confirmed in the course of work: facts decided on, and sentences of letters struck out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agents.fact_decisions import decisions_of
from agents.products import EDITED_LETTER, FACTS
from cases.case import Case
from cases.errors import NotFound
from cases.evidence import Assertion, Fact
from cases.fact_review import FactAct, FactDecision, decided
from cases.ids import UserId, digest_of
from cases.labelling import LETTER_SENTENCE, Says
from cases.packet import Letter, Sentence
from cases.review import Review, ReviewAct
from runtime import review_store, work_store
from runtime.database import Transaction


@dataclass(frozen=True)
class Override:
    """One decision that may become an item. `read` and `passage` are as they stand in the case, not yet masked."""

    id: str
    case: Case
    user_id: UserId
    at: datetime
    says: Says
    concept: str
    read: str
    affirmed: bool
    passage: str


def overrides_of(transaction: Transaction, case: Case) -> Iterator[Override]:
    """Every decision of a case's people on its facts, and every cited sentence that they struck out of its letter."""
    for decision, fact in _decided_facts(transaction, case):
        yield _of_fact(case, decision, fact)
    for review, sentence in _struck(transaction, case):
        yield _of_sentence(case, review, sentence)


def _decided_facts(transaction: Transaction, case: Case) -> Iterator[tuple[FactDecision, Fact]]:
    """The last decision on each fact of the newest working, with the fact as that person left it."""
    decisions = decisions_of(transaction, case.id)
    facts = (work_store.get_product(transaction, case.id, FACTS) or ()) if decisions else ()
    by_place = {(fact.id, fact.span.quote): fact for fact in facts}
    last = {(one.fact_id, one.quote): one for one in decisions}
    for place, decision in last.items():
        if place in by_place:
            yield decision, decided((by_place[place],), (decision,))[0]


def _of_fact(case: Case, decision: FactDecision, fact: Fact) -> Override:
    affirmed = fact.assertion is Assertion.AFFIRMED
    value = "" if fact.value is None else f" {fact.value.normalize():f} {fact.unit}".rstrip()
    return Override(
        id=_id(case, decision.fact_id, decision.quote, decision.at),
        case=case,
        user_id=decision.user_id,
        at=decision.at,
        says=Says.NO if decision.act is FactAct.REJECT else Says.YES,
        concept=fact.concept,
        read=f"{fact.concept.replace('_', ' ')}{value}" + ("" if affirmed else f", {fact.assertion.value}"),
        affirmed=affirmed,
        passage=" ".join(fact.context.quote.split()),
    )


def _struck(transaction: Transaction, case: Case) -> Iterator[tuple[Review, Sentence]]:
    """The cited sentences that an edit left out or worded anew."""
    for review in review_store.reviews_of(transaction, case.id):
        if review.act is not ReviewAct.EDIT:
            continue
        try:
            before = work_store.get_submission(transaction, case.id, review.digest)
        except NotFound:
            continue
        after = work_store.get_product(transaction, case.id, EDITED_LETTER, before.revision)
        if after is not None:
            stand = {" ".join(one.text.split()) for one in _sentences(after)}
            for sentence in _sentences(before.letter):
                if sentence.citations and " ".join(sentence.text.split()) not in stand:
                    yield review, sentence


def _sentences(letter: Letter) -> Iterator[Sentence]:
    for point in letter.points:
        yield from point.sentences


def _of_sentence(case: Case, review: Review, sentence: Sentence) -> Override:
    quotes = dict.fromkeys(" ".join(item.span.quote.split()) for item in sentence.citations)
    return Override(
        id=_id(case, review.id, sentence.text, review.at),
        case=case,
        user_id=review.user_id,
        at=review.at,
        says=Says.NO,
        concept=LETTER_SENTENCE,
        read=" ".join(sentence.text.split()),
        affirmed=True,
        passage=" ⏎ ".join(quotes),
    )


def _id(case: Case, *parts: object) -> str:
    told = ":".join(part.isoformat() if isinstance(part, datetime) else str(part) for part in (case.id, *parts))
    return digest_of(told.encode())[:32]
