"""Retrieval: the passage that answers, of the right payer and version, among the first."""

from functools import partial

from evals.bench_room import Bench
from evals.suites.policies.questions import JudgedQuestion, PolicyParts, desk_of, questions
from evals.task import Item, Measure, Score, Solver, Task, share
from retrieval.search import SearchResult

_K = 10


def _solver(bench: Bench, parts: PolicyParts) -> Solver[JudgedQuestion, SearchResult]:
    desk = parts.wrap(desk_of(bench))
    return lambda item: desk.search(item.content.asked, _K)


def _score(item: Item[JudgedQuestion], found: SearchResult) -> Score:
    asked = item.content
    right = (n for n, hit in enumerate(found.hits, 1) if asked.answered_by(hit.doc_id, hit.effective, hit.text))
    rank = next(right, 99)
    first = found.hits[0] if found.hits else None
    marks = {f"recall_{k}": share(rank <= k) for k in (1, 5, 10)}
    marks["wrong_payer"] = share(first is not None and first.payer_id not in asked.payers)
    if asked.version_effective is not None and first is not None and first.doc_id in asked.doc_ids:
        marks["wrong_version"] = share(first.effective != asked.version_effective)
    shown = f"rank {rank}" if rank < 99 else "not found"
    return Score(marks, rank <= 5, f"{shown}, first {first.doc_id if first else 'none'}", asked.question[:120])


def task(parts: PolicyParts | None = None) -> Task[JudgedQuestion, SearchResult]:
    """The suite, over the product's own desk unless another is given."""
    return Task(
        name="retrieval",
        title="Retrieval of policy passages",
        claim="A question finds the passage that answers it, of this payer, in the version in force on the day.",
        datasets=("questions", "national-policies"),
        measures=(
            Measure("recall_1", "questions whose answer is in the first passage"),
            Measure("recall_5", "questions whose answer is in the first five passages"),
            Measure("recall_10", "questions whose answer is in the first ten passages"),
            Measure("wrong_payer", "questions whose first passage is of another payer"),
            Measure("wrong_version", "dated questions whose first passage is of another version"),
        ),
        items=partial(questions, answerable=True),
        solver=partial(_solver, parts=parts or PolicyParts()),
        scorer=_score,
    )
