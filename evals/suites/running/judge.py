"""A model as judge, beside people's own labels and asked three times: its word counts only where it agrees with them.

What people settled (`evals labels`) is put to the model that is set, each item three times. Where enough is settled it
also judges the cited sentences of the samples' letters, which no rule can: whether a passage bears a sentence.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from agents.reading.model_reader.tasks import JUDGE_STATEMENT
from cases.frozen import Frozen
from cases.packet import ChartCitation, SentenceKind
from evals import own_suite
from evals.bench_room import Bench
from evals.suites.running.live import live_box, need_model
from evals.suites.worked import samples, worked
from evals.task import Item, Kind, Mark, Measure, Score, Solver, Task, share

REPEATS = 3
LEAST_SETTLED = 50
"""Items that two people settled, before the judge is asked of anything that nobody settled."""
_OF_FACT = "Does the passage show this of the patient?"
_OF_LETTER = "May a letter to a payer say this on these words?"


class Statement(Frozen):
    """What is put to the judge; `people` is what people settled, None where nobody did."""

    question: str
    statement: str
    passage: str
    people: str | None


class Opinion(Frozen):
    """What the judge said each time; None where it gave no usable answer."""

    said: tuple[str | None, ...]

    @property
    def majority(self) -> str:
        word, times = Counter(one or "none" for one in self.said).most_common(1)[0]
        return word if times * 2 > len(self.said) else "unsure"


def settled(bench: Bench) -> list[Item[Statement]]:
    """Every item that people settled on this installation."""
    home, found = bench.settings.home, []
    for name, question in ((own_suite.PEOPLE_FACTS, _OF_FACT), (own_suite.PEOPLE_LETTERS, _OF_LETTER)):
        if name not in own_suite.names(home):
            continue
        task, _ = own_suite.read_suite(home, name)
        for item in task.items(bench):
            one = item.content
            is_fact = name == own_suite.PEOPLE_FACTS
            statement = (one.read or one.concept.replace("_", " ")) if is_fact else one.text
            passage = one.text if is_fact else one.passage
            people = "yes" if one.wanted else "no"
            content = Statement(question=question, statement=statement, passage=passage, people=people)
            found.append(Item(f"{name}:{item.id}", content, item.cluster, {"kind": name}))
    return found


def _items(bench: Bench) -> list[Item[Statement]]:
    need_model(bench)
    held = settled(bench)
    return [*held, *_of_letters(bench)] if len(held) >= LEAST_SETTLED else held


def _of_letters(bench: Bench) -> Iterator[Item[Statement]]:
    """Each sentence of evidence in the samples' letters, beside all that it cites of the chart."""
    for sample in samples(bench):
        for case in worked(bench, sample):
            sentences = [one for point in case.letter.points for one in point.sentences] if case.letter else []
            for number, sentence in enumerate(sentences):
                quotes = dict.fromkeys(it.span.quote for it in sentence.citations if isinstance(it, ChartCitation))
                if sentence.kind is SentenceKind.EVIDENCE and quotes:
                    content = Statement(
                        question=_OF_LETTER, statement=sentence.text, passage=" ⏎ ".join(quotes), people=None
                    )
                    yield Item(f"{sample}:{case.case.id}:{number}", content, sample, {"kind": "drafted letters"})


def _solver(bench: Bench) -> Solver[Statement, Opinion]:
    box = live_box(bench)

    def solve(item: Item[Statement]) -> Opinion:
        one = item.content
        asked = {"question": one.question, "statement": one.statement, "passage": one.passage}
        session = box.model_session()
        assert session is not None
        answers = [session.ask(JUDGE_STATEMENT, asked) for _ in range(REPEATS)]
        return Opinion(said=tuple(answer.says if answer else None for answer in answers))

    return solve


def _score(item: Item[Statement], found: Opinion) -> Score:
    marks = {
        "answered": Mark(sum(one is not None for one in found.said), len(found.said)),
        "steady": share(len(set(found.said)) == 1),
    }
    people = item.content.people
    told = ", ".join(one or "none" for one in found.said)
    if people is None:
        marks["bears"] = share(found.majority == "yes")
        return Score(marks, found.majority == "yes", told)
    agrees = found.majority == people
    marks |= {"agrees": share(agrees), "kappa": share(agrees)}
    return Score(marks, agrees, told, seen=(people, found.majority))


def task() -> Task[Statement, Opinion]:
    """The suite, over the model that the settings name and this installation's settled labels."""
    measures: Sequence[Measure] = (
        Measure("agrees", "items on which the judge, by majority of three, says what people settled"),
        Measure("kappa", "Cohen's kappa of judge and people", Kind.KAPPA),
        Measure("steady", "items on which it said the same all three times"),
        Measure("answered", "questions that got a usable answer"),
        Measure(
            "bears", f"sentences of drafted letters that it calls borne out (from {LEAST_SETTLED} settled items on)"
        ),
    )
    return Task(
        name="judge",
        title="A model as judge, beside people",
        claim="A model's judgement counts only as far as it agrees with people's.",
        datasets=(),
        measures=tuple(measures),
        items=_items,
        solver=_solver,
        scorer=_score,
        few="As many as people have settled on this installation.",
        model=True,
    )
