"""Answers: every quote stands word for word at its place, is of the right document, and holds what answers."""

from functools import partial

from agents.casework.asking import AnswerCitation, PolicyAnswer
from agents.toolbox import Toolbox
from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.suites.policies.questions import JudgedQuestion, PolicyParts, desk_of, library, questions, squeezed
from evals.task import Item, Mark, Measure, Score, Solver, Task, share
from knowledge.library import text_of_version


class Checked(Frozen):
    """An answer, with how many of its quotes do not stand in the stored text where they say."""

    answer: PolicyAnswer
    not_verbatim: int


def _solver(bench: Bench, parts: PolicyParts) -> Solver[JudgedQuestion, Checked]:
    desk, box = parts.wrap(desk_of(bench)), library(bench)

    def solve(item: Item[JudgedQuestion]) -> Checked:
        answer = desk.ask(item.content.asked)
        return Checked(answer=answer, not_verbatim=sum(not _stands(box, one) for one in answer.citations))

    return solve


def _stands(box: Toolbox, one: AnswerCitation) -> bool:
    """Looked up anew: the desk's own check is what is judged here."""
    with box.database.read() as transaction:
        text = text_of_version(transaction, one.payer_id, one.doc_id, one.version)
    return bool(one.quote) and text[one.start : one.end] == one.quote


def _score(item: Item[JudgedQuestion], found: Checked) -> Score:
    asked, answer = item.content, found.answer
    cited = len(answer.citations)
    right = [one for one in answer.citations if one.doc_id in asked.doc_ids and one.payer_id in asked.payers]
    marks: dict[str, Mark] = {}
    if not answer.abstained:
        holds = any(squeezed(asked.answer_span or "") in squeezed(one.quote) for one in right)
        marks = {
            "not_verbatim": Mark(found.not_verbatim, cited),
            "citation_precision": Mark(len(right), cited),
            "citation_recall": share(holds),
            "without_citation": share(cited == 0),
        }
    shown = "abstained" if answer.abstained else ", ".join(sorted({one.doc_id for one in answer.citations}))
    passed = answer.abstained or (found.not_verbatim == 0 and bool(right))
    return Score(marks, passed, shown, asked.question[:120])


def task(parts: PolicyParts | None = None) -> Task[JudgedQuestion, Checked]:
    """The suite, over the product's own desk unless another is given."""
    return Task(
        name="grounding",
        title="Grounding of answers",
        claim="An answer is made of quotes that stand word for word in the stored version of the right policy.",
        datasets=("questions", "national-policies"),
        measures=(
            Measure("not_verbatim", "quotes that do not stand where they say"),
            Measure("without_citation", "answers without a quote"),
            Measure("citation_precision", "quotes that are of the right document and payer"),
            Measure("citation_recall", "answers whose quotes hold the judged words"),
        ),
        items=partial(questions, answerable=True),
        solver=partial(_solver, parts=parts or PolicyParts()),
        scorer=_score,
    )
