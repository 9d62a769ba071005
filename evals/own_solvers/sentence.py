"""Asks of a letter's sentence whether the guard of grounding would let it stand on the passage it cites."""

from cases.document import Document, DocumentKind
from cases.evidence import Span
from cases.ids import Digest, DocumentId
from cases.packet import ChartCitation, Sentence, SentenceKind
from evals.bench_room import Bench
from evals.own_item import Outcome, OwnItem
from evals.task import Item, Solver
from guardrails.grounding import sentence_faults

_ID = DocumentId("passage")


def solver(_: Bench) -> Solver[OwnItem, Outcome]:
    """A solver for this kind."""

    def solve(item: Item[OwnItem]) -> Outcome:
        passage = item.content.passage
        held = Document(
            id=_ID, kind=DocumentKind.NOTE, title="", source="passage", media_type="text/plain",
            digest=Digest("0" * 64), text=passage,
        )  # fmt: skip
        cited = ChartCitation(span=Span(document_id=_ID, start=0, end=len(passage), quote=passage), source="passage")
        sentence = Sentence(kind=SentenceKind.EVIDENCE, text=item.content.text, citations=(cited,))
        faults = sentence_faults(sentence, {_ID: held}, {})
        return Outcome(right=bool(item.content.wanted) is not bool(faults), found=", ".join(faults) or "stands")

    return solve
