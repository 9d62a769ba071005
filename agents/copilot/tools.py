"""The copilot's tools: each reads, none writes, and each looks only at what the asker may see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from agents.casework.asking import PolicyAnswer, PolicyDesk, PolicyQuestion
from agents.casework.panel.case import chart_of
from agents.casework.panel.worklist import CaseLine, WorklistFilter, WorklistReader
from agents.copilot.answer import ChartSource, RecordSource
from agents.copilot.chart_search import search_chart
from agents.copilot.question import Asker
from agents.copilot.record import CaseRecord, case_record, need_line
from agents.toolbox import Toolbox
from cases.authorization import AuthorizationNeed
from cases.case import Case, PayerRef
from cases.criteria import CriteriaTree
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import CaseId
from cases.lifecycle import WORKABLE, CaseState
from knowledge import library
from knowledge.authorization_rules import authorization_need, shipped_rules
from knowledge.drug_benefit import dispensed_drug
from knowledge.payer_mentions import payers_asked
from retrieval.search import Hit
from runtime import case_store

_PASSAGES = 5
_OTHER_POLICY = "The policy for {code} says too little about this; these are other policies of the payer."
_SOON = timedelta(days=2)
_SENT = frozenset({CaseState.APPROVED, CaseState.SUBMITTING, CaseState.SUBMITTED, CaseState.PENDED})
_DECIDED = frozenset({
    CaseState.AUTHORIZED, CaseState.MODIFIED, CaseState.DENIED, CaseState.NOT_REQUIRED, CaseState.CLOSED,
})  # fmt: skip
_VIEWS: dict[str, frozenset[CaseState]] = {
    "open": WORKABLE | _SENT,
    "overdue": WORKABLE | _SENT,
    "soon": WORKABLE | _SENT,
    "decide": frozenset({CaseState.AWAITING_REVIEW}),
    "documents": frozenset({CaseState.WAITING_DOCUMENTS}),
    "person": frozenset({CaseState.NEEDS_PERSON, CaseState.RETURNED}),
    "sent": _SENT,
    "decided": _DECIDED,
}


class CriteriaFound(Frozen):
    """The criteria in force for payer, code and day; `reason` says why there are none."""

    payer: PayerRef | None = None
    code: str = ""
    on: date | None = None
    tree: CriteriaTree | None = None
    reason: str = ""


class PathwayFound(Frozen):
    """Whether authorization is needed and who decides; `text` is the rule in words. `reason` where nothing is known."""

    payer: PayerRef | None = None
    code: str = ""
    need: AuthorizationNeed | None = None
    text: str = ""
    reason: str = ""


class LinesFound(Frozen):
    """Cases as lines, how many there are in all, and the line of each one's record that says where it stands."""

    lines: tuple[CaseLine, ...]
    found: int
    stand: tuple[RecordSource, ...] = ()
    code: str = ""
    payer: str = ""


def rule_line(rule_id: str) -> str:
    """One of the shipped authorization rules in words, as answers quote it. Raises NotFound."""
    rule = next((one for one in shipped_rules().rules if one.id == rule_id), None)
    if rule is None:
        raise NotFound("There is no such rule now; the rules were revised since.")
    return need_line(rule.answer())


@dataclass(frozen=True)
class Shelves:
    """What a process holds once for all questions: the policies' passages and the worklist's lines."""

    toolbox: Toolbox
    policies: PolicyDesk
    worklist: WorklistReader


@dataclass(frozen=True)
class CopilotTools:
    """The functions behind the tools, for one asker. What the asker may not see raises NotFound."""

    shelves: Shelves
    asker: Asker

    def by_name(self) -> Mapping[str, Callable[..., object]]:
        return {
            "policy_search": self.policy_search,
            "policy_criteria": self.policy_criteria,
            "case_record": self.case_record,
            "chart_search": self.chart_search,
            "authorization_pathway": self.authorization_pathway,
            "similar_decisions": self.similar_decisions,
            "worklist_lines": self.worklist_lines,
        }

    def policy_search(
        self, question: str, payer: str = "", code: str = "", on: date | None = None, case_id: str = ""
    ) -> PolicyAnswer:
        """The answer of the policy for the case's own code; of the payer's others where that says too little."""
        case = self._case(case_id)
        codes = (code,) if code else tuple(c.code for c in case.order.codes[:1]) if case else ()
        asked = PolicyQuestion(question=question, payer=payer or None, date=on, case=case_id or None)
        found = self.shelves.policies.ask(asked.model_copy(update={"code": next(iter(codes), None)}))
        if code or not codes or not found.abstained:
            return found
        wider = self.shelves.policies.ask(asked)
        if wider.abstained:
            return wider
        return wider.model_copy(update={"notes": (*wider.notes, _OTHER_POLICY.format(code=codes[0]))})

    def policy_hits(
        self, question: str, payer: str = "", code: str = "", on: date | None = None, case_id: str = ""
    ) -> tuple[Hit, ...]:
        """The passages such a question is answered from, for a model to read."""
        case = self._case(case_id)
        own = code or (case.order.codes[0].code if case and case.order.codes else "")
        asked = PolicyQuestion(question=question, payer=payer or None, date=on, case=case_id or None)
        found = self.shelves.policies.search(asked.model_copy(update={"code": own or None}), _PASSAGES)
        return found.hits or self.shelves.policies.search(asked, _PASSAGES).hits

    def policy_criteria(
        self, code: str = "", payer: str = "", on: date | None = None, case_id: str = ""
    ) -> CriteriaFound:
        ref, codes, day, reason = self._order(payer, code, on, case_id)
        if ref is None:
            return CriteriaFound(code=code, on=day, reason=reason)
        with self.shelves.toolbox.database.read() as transaction:
            found = library.criteria_for_order(transaction, ref, codes, day)
        reason = found.reason or found.policy.reason
        return CriteriaFound(payer=ref, code=", ".join(codes), on=day, tree=found.tree, reason=reason)

    def case_record(self, case_id: str, about: str = "all") -> CaseRecord:
        self.asker.must_see(CaseId(case_id))
        return case_record(self.shelves.toolbox, CaseId(case_id), self.asker.user_id)

    def chart_search(self, case_id: str, question: str) -> tuple[ChartSource, ...]:
        self.asker.must_see(CaseId(case_id))
        case, chart = chart_of(self.shelves.toolbox, CaseId(case_id))
        return search_chart(case, chart, question)

    def authorization_pathway(
        self, code: str = "", payer: str = "", on: date | None = None, place: str = "", case_id: str = ""
    ) -> PathwayFound:
        ref, codes, day, reason = self._order(payer, code, on, case_id)
        if ref is None or not codes:
            return PathwayFound(reason=reason or "No HCPCS or CPT code is named.")
        case = None if code else self._case(case_id)
        drug = dispensed_drug(case.order.codes) if case else ""
        need = authorization_need(ref, codes, day, place or None, drug)
        return PathwayFound(payer=ref, code=", ".join(codes), need=need, text=need_line(need))

    def similar_decisions(self, code: str = "", payer: str = "", case_id: str = "") -> LinesFound:
        ref, codes, _, _ = self._order(payer, code, None, case_id)
        lines = [
            line
            for line in self._lines(WorklistFilter(states=_DECIDED, payer_id=ref.id if ref else None))
            if set(codes) & set(line.codes) and line.case_id != case_id
        ]
        return self._found(lines[:8], len(lines), code=", ".join(codes), payer=ref.name if ref else "")

    def worklist_lines(self, view: str = "open", payer: str = "", limit: int = 8) -> LinesFound:
        ref = self._payer(payer)[0] if payer else None
        now = self.shelves.toolbox.clock.now()
        lines = self._lines(WorklistFilter(states=_VIEWS[view], payer_id=ref.id if ref else None))
        if view == "overdue":
            lines = [line for line in lines if line.due is not None and line.due < now]
        if view == "soon":
            lines = [line for line in lines if line.due is not None and now <= line.due < now + _SOON]
        return self._found(lines[:limit], len(lines), payer=ref.name if ref else "")

    def _lines(self, wanted: WorklistFilter) -> list[CaseLine]:
        if not self.asker.reads_cases:
            return []
        return [line for line in self.shelves.worklist.lines(wanted) if self.asker.sees(line.case_id)]

    def _found(self, lines: list[CaseLine], found: int, code: str = "", payer: str = "") -> LinesFound:
        records = [case_record(self.shelves.toolbox, line.case_id, self.asker.user_id) for line in lines]
        return LinesFound(
            lines=tuple(lines),
            found=found,
            stand=tuple(record.source("state") for record in records),
            code=code,
            payer=payer,
        )

    def _order(
        self, payer: str, code: str, on: date | None, case_id: str
    ) -> tuple[PayerRef | None, tuple[str, ...], date | None, str]:
        """Payer, codes and day asked of; what the question names goes before what the case has."""
        case = self._case(case_id)
        codes = (code,) if code else tuple(c.code for c in case.order.codes if c.code) if case else ()
        day = on or (case.service_date if case else None) or self.shelves.toolbox.clock.now().date()
        if payer:
            ref, reason = self._payer(payer)
            return ref, codes, day, reason
        if case is not None:
            return case.payer, codes, day, "" if case.payer else "The case's payer is not known."
        return None, codes, day, "No payer is named."

    def _case(self, case_id: str) -> Case | None:
        if not case_id:
            return None
        self.asker.must_see(CaseId(case_id))
        with self.shelves.toolbox.database.read() as transaction:
            return case_store.get(transaction, CaseId(case_id))

    def _payer(self, name: str) -> tuple[PayerRef | None, str]:
        with self.shelves.toolbox.database.read() as transaction:
            resolution = library.payer_directory(transaction).by_name(name)
        return resolution.payer, f"The payer is not known: {resolution.reason}." if resolution.payer is None else ""

    def payer_named(self, text: str) -> str:
        """The id of the one payer that a question names; empty for none or several."""
        with self.shelves.toolbox.database.read() as transaction:
            named = payers_asked(library.payer_directory(transaction), text).payers
        return named[0].id if len(named) == 1 else ""
