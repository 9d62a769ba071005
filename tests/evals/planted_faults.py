"""A defect for each suite, planted by giving its solver another part: what each must turn red."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from agents.casework.asking import PolicyAnswer, PolicyDesk, PolicyQuestion
from agents.casework.panel.clocks import clocks_of
from agents.reading.rules_reader.reader import read_facts
from cases.case import Case
from cases.chart import Chart
from cases.deadlines import ClockQuestion, Reckoning
from cases.decision import PayerAnswer
from cases.denial import Adjustment, PathwayDecision
from cases.evidence import Assertion, Experiencer, Fact
from cases.packet import Letter, Sentence
from cases.remittance import Remittance
from evals.run import AnyTask
from evals.suites.denials import deadlines, pathways
from evals.suites.evidence import criteria, fairness, injection, robustness
from evals.suites.evidence.charts import EvidenceParts
from evals.suites.guards import authority, gate, phi, sensitive
from evals.suites.papers import appeals, intake, packet
from evals.suites.policies import abstention, calibration, grounding, retrieval
from evals.suites.policies.questions import PolicyParts
from evals.suites.running import audit, latency
from evals.suites.worked import Worked
from formats.x12.remittance import read_remittances
from guardrails.phi.guard import shipped_guard
from guardrails.phi.spans import PhiSpan, PhiType
from guardrails.sensitive import Disclosee, Entry, EntryVerdict, Finding
from guardrails.thresholds import load_thresholds
from knowledge.deadline_rules import shipped_deadlines
from knowledge.denial_pathways import AdjustmentSetting, choose_pathway
from knowledge.vocabulary import Vocabulary
from retrieval.search import SearchResult
from runtime.audit_walk import EntryWalk
from tools.registry import require


@dataclass(frozen=True)
class Planted:
    """A suite with a defect in it, and the measure whose gate must turn red. `slow`: needs cases or policies."""

    suite: str
    defect: str
    red: str
    task: Callable[[], AnyTask]
    slow: bool = False


class OtherDesk:
    """The product's desk behind a defect."""

    def __init__(self, desk: PolicyDesk) -> None:
        self.desk = desk

    def search(self, asked: PolicyQuestion, k: int = 10) -> SearchResult:
        return self.desk.search(asked, k)

    def ask(self, asked: PolicyQuestion) -> PolicyAnswer:
        return self.desk.ask(asked)


class AnyPayer(OtherDesk):
    """Forgets whose policies are asked for."""

    def search(self, asked: PolicyQuestion, k: int = 10) -> SearchResult:
        return self.desk.search(asked.model_copy(update={"payer": None, "lob": None}), k)


class AlteredQuote(OtherDesk):
    """Changes one word of each quote."""

    def ask(self, asked: PolicyQuestion) -> PolicyAnswer:
        found = self.desk.ask(asked)
        altered = tuple(one.model_copy(update={"quote": f"not {one.quote[4:]}"}) for one in found.citations)
        return found.model_copy(update={"citations": altered})


class NeverAbstains(OtherDesk):
    """Answers whatever comes nearest."""

    def search(self, asked: PolicyQuestion, k: int = 10) -> SearchResult:
        return self.desk.search(asked, k).model_copy(update={"abstained": False})


class AlwaysUnsure(OtherDesk):
    """Takes what it is sure of for doubtful, and the reverse."""

    def search(self, asked: PolicyQuestion, k: int = 10) -> SearchResult:
        found = self.desk.search(asked, k)
        return found.model_copy(update={"confidence": 1 - found.confidence})


def changed(change: Callable[[Fact], Fact]) -> EvidenceParts:
    def facts(chart: Chart, vocabulary: Vocabulary) -> tuple[Fact, ...]:
        return tuple(change(fact) for fact in read_facts(chart, vocabulary))

    return EvidenceParts(facts=facts)


def negation_off(fact: Fact) -> Fact:
    unsaid = (Assertion.NEGATED, Assertion.UNCERTAIN, Assertion.HYPOTHETICAL, Assertion.PLANNED, Assertion.REFUSED)
    if fact.assertion in unsaid:
        return fact.model_copy(update={"assertion": Assertion.AFFIRMED, "experiencer": Experiencer.PATIENT})
    return fact.model_copy(update={"experiencer": Experiencer.PATIENT})


def first_document_only(chart: Chart, vocabulary: Vocabulary) -> tuple[Fact, ...]:
    facts = read_facts(chart, vocabulary)
    notes = [document.id for document in chart.documents if "/" not in document.id]
    return tuple(fact for fact in facts if fact.span.document_id in (notes[:1] or [""]) or "/" in fact.span.document_id)


def sees_the_hidden(fact: Fact) -> Fact:
    return fact.model_copy(update={"hidden": False})


def fewer_for_some(chart: Chart, vocabulary: Vocabulary) -> tuple[Fact, ...]:
    """Reads less of the chart of a man."""
    facts = read_facts(chart, vocabulary)
    return facts[: len(facts) // 3] if any(one.gender == "male" for one in chart.patients) else facts


def later_for_the_old(case: Case, answer: PayerAnswer | None, zone: Any) -> Any:
    late = timedelta(days=1 if case.patient.birth_date and case.patient.birth_date.year < 1950 else 0)
    return tuple(one.model_copy(update={"due": one.due + late}) for one in clocks_of(case, answer, zone))


def cents_off(content: bytes, file: str) -> tuple[Remittance, ...]:
    found = read_remittances(content, file)
    return tuple(
        one.model_copy(
            update={"claims": tuple(c.model_copy(update={"paid": c.paid + Decimal("0.01")}) for c in one.claims)}
        )
        for one in found
    )


def packet_cut(case: Worked) -> Worked:
    return replace(case, artefacts={name: body for name, body in case.artefacts.items() if name != "packet.pdf"})


_QUOTED_DIGIT = re.compile(r"(?<=“)([^”]*?)(\d)(?=[^”]*”)")


def number_changed(letter: Letter) -> Letter:
    """A letter in which a value of the chart was raised by one."""

    def raised(sentence: Sentence) -> Sentence:
        text = re.sub(
            r"(?<=“)([^”]*?)(\d)(?=[^”]*”)", lambda m: f"{m[1]}{(int(m[2]) + 1) % 10}", sentence.text, count=1
        )
        return sentence.model_copy(update={"text": text})

    points = tuple(
        point.model_copy(update={"sentences": tuple(map(raised, point.sentences))}) for point in letter.points
    )
    return letter.model_copy(update={"points": points})


def remarks_ignored(adjustment: Adjustment, setting: AdjustmentSetting) -> PathwayDecision:
    return choose_pathway(adjustment, setting.model_copy(update={"rarcs": (), "letter": None}))


def a_day_later(question: ClockQuestion) -> Reckoning:
    found = shipped_deadlines().reckon(question)
    if found.deadline is None:
        return found
    deadline = found.deadline
    on = deadline.on + timedelta(days=1) if deadline.on else None
    moved = deadline.model_copy(update={"on": on, "due": deadline.due + timedelta(days=1)})
    return found.model_copy(update={"deadline": moved})


def no_names(text: str) -> Sequence[PhiSpan]:
    return [span for span in shipped_guard().find(text) if span.type is not PhiType.NAME]


def consent_not_asked(finding: Finding, consents: Sequence[Any], to: Disclosee) -> EntryVerdict:
    return EntryVerdict(entry=Entry.MAY_ENTER)


def one_tool_more(step: str, tool: str) -> None:
    if (step, tool) != ("draft", "payer_submit"):
        require(step, tool)


def lowered() -> gate.GateParts:
    held = load_thresholds()
    rule = held.rule("submit_authorization").model_copy(update={"threshold": 0.5})
    return gate.GateParts(
        thresholds=held.model_copy(update={"actions": {**held.actions, "submit_authorization": rule}})
    )


def busy() -> None:
    ends = time.process_time() + 0.7
    while time.process_time() < ends:
        pass


def leaf_hash_only(entries: Sequence[Any], size: int) -> Sequence[Any]:
    """A proof that never looks at the chain, nor at the number of entries."""
    walk = EntryWalk(size=size)
    for entry in entries:
        walk.take(entry)
    return [one for one in walk.problems if one.field.endswith(".leaf")]


PLANTED = (
    Planted("criteria", "negation and whose it is ignored", "false_met", lambda: criteria.task(changed(negation_off))),
    Planted("robustness", "only the first document is read", "order_moves",
            lambda: robustness.task(EvidenceParts(facts=first_document_only))),
    Planted("injection", "text that nobody sees is read", "gained_met",
            lambda: injection.task(injection.InjectionParts(evidence=changed(sees_the_hidden)))),
    Planted("fairness", "less is read of a man's chart", "any_moves",
            lambda: fairness.task(fairness.FairnessParts(evidence=EvidenceParts(facts=fewer_for_some)))),
    Planted("fairness", "a later clock for the old", "clock_moves",
            lambda: fairness.task(fairness.FairnessParts(clocks=later_for_the_old))),
    Planted("intake", "amounts a cent off", "remit_fields", lambda: intake.task(intake.IntakeParts(remits=cents_off))),
    Planted("denials", "remarks ignored", "forbidden_appeal",
            lambda: pathways.task(pathways.DenialParts(choose=remarks_ignored))),
    Planted("deadlines", "a day late", "too_late", lambda: deadlines.task(deadlines.DeadlineParts(reckon=a_day_later))),
    Planted("phi", "names not looked for", "span_recall", lambda: phi.task(phi.PhiParts(find=no_names))),
    Planted("sensitive", "consent not asked for", "released",
            lambda: sensitive.task(sensitive.SensitiveParts(enter=consent_not_asked))),
    Planted("authority", "a tool too many", "act_granted_beyond",
            lambda: authority.task(authority.AuthorityParts(require=one_tool_more))),
    Planted("gate", "threshold lowered", "passed_wrongly", lambda: gate.task(lowered())),
    Planted("audit", "the chain not looked at", "not_named",
            lambda: audit.task(audit.AuditParts(prove=leaf_hash_only)), slow=True),
    Planted("retrieval", "the payer ignored", "wrong_payer", lambda: retrieval.task(PolicyParts(AnyPayer)), slow=True),
    Planted("grounding", "a quote altered", "not_verbatim",
            lambda: grounding.task(PolicyParts(AlteredQuote)), slow=True),
    Planted("abstention", "never abstains", "unanswerable_answered",
            lambda: abstention.task(PolicyParts(NeverAbstains)), slow=True),
    Planted("calibration", "confidence the wrong way round", "ece",
            lambda: calibration.task(PolicyParts(AlwaysUnsure)), slow=True),
    Planted("appeals", "a number in a quote is another", "unsupported",
            lambda: appeals.task(appeals.AppealParts(letter=number_changed)), slow=True),
    Planted("packet", "no packet beside the letter", "artefacts",
            lambda: packet.task(packet.PacketParts(after=packet_cut)), slow=True),
    Planted("latency", "each act keeps the processor busy", "search_seconds",
            lambda: latency.task(latency.LatencyParts(beside=busy)), slow=True),
)  # fmt: skip
