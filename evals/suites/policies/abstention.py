"""Abstention: what the policies hold is answered, what they do not hold is not."""

from functools import partial

from evals.bench_room import Bench
from evals.suites.policies.questions import JudgedQuestion, PolicyParts, desk_of, questions
from evals.task import Item, Measure, Score, Solver, Task, share
from retrieval.search import SearchResult

_K = 5


def asked_of(bench: Bench, parts: PolicyParts) -> Solver[JudgedQuestion, SearchResult]:
    """What the desk finds in the first five passages, or its abstention."""
    desk = parts.wrap(desk_of(bench))
    return lambda item: desk.search(item.content.asked, _K)


def _score(item: Item[JudgedQuestion], found: SearchResult) -> Score:
    asked = item.content
    held = any(asked.answered_by(hit.doc_id, hit.effective, hit.text) for hit in found.hits)
    name = "answerable_answered" if asked.answerable else "unanswerable_answered"
    said = "abstained" if found.abstained else "answered"
    return Score(
        {name: share(not found.abstained)},
        asked.answerable is not found.abstained,
        said,
        found.reason[:160],
        sure=(found.confidence, asked.answerable and held),
        seen=("answerable" if asked.answerable else "unanswerable", said),
    )


def task(parts: PolicyParts | None = None) -> Task[JudgedQuestion, SearchResult]:
    """The suite, over the product's own desk unless another is given."""
    return Task(
        name="abstention",
        title="Abstention",
        claim="A question that the policies held do not answer gets no answer; one that they answer gets one.",
        datasets=("questions", "national-policies"),
        measures=(
            Measure("answerable_answered", "questions with an answer that get one"),
            Measure("unanswerable_answered", "questions without an answer that get one all the same"),
        ),
        items=questions,
        solver=partial(asked_of, parts=parts or PolicyParts()),
        scorer=_score,
    )
