"""Calibration: the computed confidence that an answer is held, against whether the right passage was there."""

from functools import partial

from evals.suites.policies.abstention import asked_of
from evals.suites.policies.questions import JudgedQuestion, PolicyParts, questions
from evals.task import Item, Kind, Mark, Measure, Score, Task
from retrieval.search import SearchResult

_SURE = 0.9


def _score(item: Item[JudgedQuestion], found: SearchResult) -> Score:
    asked = item.content
    right = asked.answerable and any(asked.answered_by(h.doc_id, h.effective, h.text) for h in found.hits)
    sure = found.confidence
    marks = {"brier": Mark((sure - right) ** 2)}
    if sure >= _SURE:
        marks["wrong_though_sure"] = Mark(float(not right))
    passed = right or sure < _SURE
    return Score(marks, passed, f"{sure:.2f}, {'right' if right else 'wrong'}", asked.group, sure=(sure, right))


def task(parts: PolicyParts | None = None) -> Task[JudgedQuestion, SearchResult]:
    """The suite, over the product's own desk unless another is given."""
    return Task(
        name="calibration",
        title="Calibration of confidence",
        claim="Confidence is computed by code, and it means what it says.",
        datasets=("questions", "national-policies"),
        measures=(
            Measure("ece", "expected calibration error of the desk's confidence", Kind.CALIBRATION),
            Measure("brier", "mean squared error of that confidence"),
            Measure("wrong_though_sure", "questions wrong at a confidence of .9 and more"),
        ),
        items=questions,
        solver=partial(asked_of, parts=parts or PolicyParts()),
        scorer=_score,
    )
