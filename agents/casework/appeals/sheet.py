"""An appeal as one page for the person who decides: what is filed where and by when, and what each reason is told."""

from agents.appeal_products import CALLS, CONSENT, OUTCOME, PLAN, REBUTTAL, SLOTS, FilingConsent
from agents.casework.appeals.worth import Worth, worth_of
from agents.products import LETTER
from agents.toolbox import Toolbox
from cases.appeal import AppealOutcome, Call, Channel, PathwayPlan, Rebuttal, Slot
from cases.case import AppealRef, Case
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import CaseId
from cases.lifecycle import CaseState
from formats.letter_references import unchecked_laws
from runtime import case_store, denial_store, work_store
from runtime.work_store import GATE

_ENDED = frozenset({CaseState.AUTHORIZED, CaseState.MODIFIED, CaseState.DENIED, CaseState.CLOSED})


class AppealSheet(Frozen):
    """An appeal with all that its page shows. `plan` and `rebuttal` are None until it was worked once.

    `unchecked_laws` are places of laws which the letter cites and nobody has compared with their source: staff see
    them, the payer does not. `to_file` is set while an approved letter waits for a person to file it.
    """

    appeal: AppealRef
    plan: PathwayPlan | None = None
    rebuttal: Rebuttal | None = None
    consent: FilingConsent | None = None
    calls: tuple[Call, ...] = ()
    slots: tuple[Slot, ...] = ()
    outcome: AppealOutcome | None = None
    worth: Worth | None = None
    unchecked_laws: tuple[str, ...] = ()
    to_file: bool = False
    has_brief: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether a person files it."""
        return self.plan is not None and self.plan.channel is Channel.HAND


def appeal_sheet(toolbox: Toolbox, case_id: CaseId) -> AppealSheet:
    """The page of an appeal. Raises NotFound for a case that is none."""
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        if case.appeal is None:
            raise NotFound(f"{case_id} is no appeal.")
        plan = work_store.get_product(transaction, case_id, PLAN)
        revision = work_store.newest_revision(transaction, case_id, GATE)
        letter = work_store.get_product(transaction, case_id, LETTER)
        held = work_store.artefact_digests(transaction, case_id, revision) if revision is not None else {}
        denial = denial_store.get(transaction, case.appeal.denial_id)
        return AppealSheet(
            appeal=case.appeal,
            plan=plan,
            rebuttal=work_store.get_product(transaction, case_id, REBUTTAL),
            consent=work_store.get_product(transaction, case_id, CONSENT),
            calls=work_store.get_product(transaction, case_id, CALLS) or (),
            slots=work_store.get_product(transaction, case_id, SLOTS) or (),
            outcome=work_store.get_product(transaction, case_id, OUTCOME),
            worth=worth_of(denial),
            unchecked_laws=unchecked_laws(letter) if letter else (),
            to_file=_waits_for_hand(case, plan),
            has_brief="brief.md" in held,
        )


def _waits_for_hand(case: Case, plan: PathwayPlan | None) -> bool:
    return plan is not None and plan.channel is Channel.HAND and case.state is CaseState.SUBMITTING


def may_end(case: Case) -> bool:
    """Whether an outcome may be recorded: an appeal that is not decided yet."""
    return case.appeal is not None and case.state not in _ENDED
