"""Appeals: every stated reason is answered, every sentence stands, nothing is claimed that the chart lacks."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from agents.appeal_products import DENIAL_DOCUMENT, PROOFS, REBUTTAL
from agents.casework.appeals.opening import open_from_files
from agents.casework.working import open_graph, work_case
from agents.products import LETTER
from agents.toolbox import Toolbox
from cases.appeal import Rebuttal
from cases.criteria import State
from cases.decision import GateOutcome, GateResult
from cases.frozen import Frozen
from cases.ids import CaseId
from cases.packet import Letter, PolicyCitation
from evals.bench_room import Bench
from evals.dataset_registry import registry
from evals.product import toolbox
from evals.task import Item, Mark, Measure, Score, Solver, Task, thinned
from guardrails.grounding import law_key, policy_key, sentence_faults
from knowledge.appeal_rules import shipped_laws
from knowledge.library import text_of_version
from runtime import case_store, chart_store, work_store
from runtime.database import Transaction
from runtime.work_store import GATE

NOW = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
"""After the last of the notices."""
_SMOKE = 3
CLAIM = re.compile(r"meets what the policy asks")
PAIRS = (
    ("oxygen-stale-test", "01-northlake-oxygen.txt"),
    ("home-health-not-homebound", "03-northlake-home-health-terse.txt"),
    ("home-health-plan-unsigned", "04-northlake-home-health-unsigned.txt"),
    ("snf-after-observation", "08-northlake-snf-partial.txt"),
    ("lumbar-mri-therapy-too-short", "11-brightwater-mri.txt"),
    ("knee-replacement-bmi-over-limit", "12-brightwater-knee.txt"),
    ("knee-replacement-other-knee-imaged", "13-brightwater-knee-side.txt"),
    ("lumbar-mri-expedited", "15-brightwater-mri-expedited.txt"),
    ("adalimumab-biosimilar-too-brief", "16-cordell-adalimumab.txt"),
    ("knee-replacement-near-identical-plan", "17-cordell-knee-final.txt"),
    ("brca-relatives-only", "19-lakeshore-brca.txt"),
    ("ivig-nerve-study-only-planned", "20-lakeshore-ivig.txt"),
    ("inpatient-pneumonia", "21-lakeshore-inpatient.txt"),
    ("pet-ct-vendor-decides", "02-keel-pet-ct.txt"),
)
"""Sample charts, and the labelled notices that refuse what they ask for."""


class Pair(Frozen):
    """A chart and the notice that came to it."""

    sample: str
    notice: str


@dataclass(frozen=True)
class Appealed:
    """An appeal worked to its gate; `unsupported` are sentences of the letter that do not stand, with why."""

    rebuttal: Rebuttal
    letter: Letter | None
    gate: GateResult
    unsupported: tuple[str, ...]


@dataclass(frozen=True)
class AppealParts:
    """What comes between the letter drafted and the judge: nothing, unless a fault is planted."""

    letter: Callable[[Letter], Letter] = lambda letter: letter


def _items(bench: Bench) -> list[Item[Pair]]:
    items = [Item(sample, Pair(sample=sample, notice=notice), sample) for sample, notice in PAIRS]
    return items if bench.full else thinned(items, _SMOKE)


def _solver(bench: Bench, parts: AppealParts) -> Solver[Pair, Appealed]:
    def solve(item: Item[Pair]) -> Appealed:
        box = toolbox(bench, "appeals", now=NOW)
        appeal_id = bench.once(f"appealed {item.id}", lambda: _worked(box, bench, item.content))
        return _judged(box, appeal_id, parts)

    return solve


def _worked(box: Toolbox, bench: Bench, pair: Pair) -> CaseId:
    """Open the denial beside its chart, and work the appeal to its gate."""
    mixed = bench.scratch / "appeals" / pair.sample
    shutil.copytree(registry()["samples"].place / pair.sample, mixed)
    shutil.copy(registry()["denials"].place / "letters" / pair.notice, mixed / "denial.txt")
    (appeal_id,) = open_from_files(box, [mixed]).appeal_ids
    with open_graph(box) as graph:
        work_case(box, graph, appeal_id)
    return appeal_id


def _judged(box: Toolbox, appeal_id: CaseId, parts: AppealParts) -> Appealed:
    with box.database.read() as transaction:
        rebuttal = work_store.get_product(transaction, appeal_id, REBUTTAL)
        gate = work_store.get_product(transaction, appeal_id, GATE)
        drafted = work_store.get_product(transaction, appeal_id, LETTER)
        assert rebuttal is not None
        assert gate is not None
        letter = parts.letter(drafted) if drafted else None
        found = unsupported(transaction, appeal_id, letter) if letter else []
    return Appealed(rebuttal, letter, gate, tuple(f"{text}: {', '.join(why)}" for text, why in found))


def unsupported(transaction: Transaction, appeal_id: CaseId, letter: Letter) -> list[tuple[str, tuple[str, ...]]]:
    """Sentences of a letter of this appeal that do not stand, judged from the stores and not from the gate."""
    case = case_store.get(transaction, appeal_id)
    denial = work_store.get_product(transaction, appeal_id, DENIAL_DOCUMENT)
    proofs = work_store.get_product(transaction, appeal_id, PROOFS) or ()
    assert case.chart_digest
    assert denial
    chart = chart_store.get_chart(transaction, appeal_id, case.chart_digest)
    texts = {law_key(law.id): law.wording for law in shipped_laws()}
    cited = [one for sentence in letter.sentences() for one in sentence.citations]
    for policy in (one.policy for one in cited if isinstance(one, PolicyCitation)):
        texts[policy_key(policy)] = text_of_version(transaction, policy.payer_id, policy.doc_id, policy.version)
    documents = {document.id: document for document in (*chart.documents, denial, *proofs)}
    found = [(one.text, sentence_faults(one, documents, texts)) for one in letter.sentences()]
    return [(text, faults) for text, faults in found if faults]


def _score(item: Item[Pair], found: Appealed) -> Score:
    answers = found.rebuttal.answers
    sentences = found.letter.sentences() if found.letter else ()
    unanswered = [one.number for one in answers if not (one.words or one.wording) or not one.why]
    beyond = [leaf.judgement.id for one in answers for leaf in one.criteria if leaf.judgement.state is not State.MET]
    argued = sum(len(one.criteria) for one in answers)
    claims = sum(len(CLAIM.findall(one.text)) for one in sentences)
    idle = found.gate.outcome is GateOutcome.REVIEW and not found.rebuttal.argued
    faults = [
        *(f"reason {number} is not answered" for number in unanswered),
        *found.unsupported,
        *(f"{leaf} is argued and not met" for leaf in beyond),
        *(["claims more than it argues"] if claims > argued + len(beyond) else []),
        *(["put to a person with nothing argued"] if idle else []),
    ]
    marks = {
        "unanswered": Mark(len(unanswered), len(answers)),
        "unsupported": Mark(len(found.unsupported), max(1, len(sentences))),
        "beyond_chart": Mark(len(beyond) + (claims > argued + len(beyond)), max(1, claims)),
        "idle": Mark(float(idle)),
    }
    return Score(
        marks, not faults, "; ".join(faults) or "stands", f"{len(answers)} reasons, {len(sentences)} sentences"
    )


def task(parts: AppealParts | None = None) -> Task[Pair, Appealed]:
    """The suite, over the casework of production unless a fault is put behind it."""
    return Task(
        name="appeals",
        title="Appeal letters",
        claim="An appeal answers every stated reason, invents no reference, and claims nothing that the chart lacks.",
        datasets=("samples", "denials"),
        measures=(
            Measure("unanswered", "stated reasons without the payer's words or without an answer"),
            Measure("unsupported", "sentences that do not stand in their sources"),
            Measure("beyond_chart", "criteria argued that the chart does not meet"),
            Measure("idle", "appeals put to a person in which nothing is argued"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or AppealParts()),
        scorer=_score,
        few="Fourteen charts have a labelled notice; their reasons and sentences are what is counted.",
    )
