"""One case as people read it before they decide: everything of one revision, read in one transaction."""

import base64
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from agents.appeal_products import PLAN
from agents.casework.panel.clocks import CaseClock, clocks_of
from agents.casework.panel.standing import SETTLED, Standing, standings
from agents.products import ANSWER, NOT_DRAFTED, TREE
from agents.toolbox import Toolbox
from cases.authorization import AuthorizationNeed
from cases.case import Case
from cases.chart import Chart
from cases.criteria import CriteriaResult, CriteriaTree, Judgement, State
from cases.decision import GateResult, PayerAnswer
from cases.errors import NotFound, StoreDamaged
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, UserId, digest_of
from cases.lifecycle import CaseState
from cases.packet import Gap, Letter, Submission
from cases.pointed_out import may_be_pointed_out
from cases.review import Approval, Review
from guardrails.submission_gate import action_of
from runtime import case_store, chart_store, panel_store, review_store, work_store
from runtime.audit import AuditEntry
from runtime.database import Transaction
from runtime.panel_store import Claim, Draft
from runtime.work_store import CRITERIA, GAPS, GATE, NEED

_MOST_ENTRIES = 400
DECIDABLE = CaseState.AWAITING_REVIEW
MOVING = frozenset({CaseState.OPENED, CaseState.WORKING, CaseState.APPROVED, CaseState.SUBMITTING})
"""States that the worker moves on from by itself."""


class Ready(Frozen):
    """What lies ready to leave, without its bytes: an approval is bound to `digest`."""

    digest: Digest
    revision: int
    letter: Letter
    request_bytes: int


class CaseSheet(Frozen):
    """A case with all that a decision rests on. `packet` says whether there are pages to show at all.

    `ready` is what an approval would send; None where nothing may be sent. `draft` is the reader's own.
    `questions` are those that a person may answer, by criterion.
    """

    case: Case
    clocks: tuple[CaseClock, ...]
    need: AuthorizationNeed | None = None
    result: CriteriaResult | None = None
    gaps: tuple[Gap, ...] = ()
    gate: GateResult | None = None
    not_drafted: str = ""
    answer: PayerAnswer | None = None
    ready: Ready | None = None
    packet: Digest | None = None
    reviews: tuple[Review, ...] = ()
    approval: Approval | None = None
    claim: Claim | None = None
    draft: Draft | None = None
    names: dict[UserId, str] = {}
    reader_npi: str = ""
    questions: dict[str, str] = {}

    @property
    def waits(self) -> bool:
        """Whether a person's decision on something drafted is what the case waits for."""
        return self.ready is not None and self.case.state is DECIDABLE

    @property
    def signs(self) -> bool:
        """Whether the reader is the clinician whom the letter names, and has not signed it."""
        letter = self.ready.letter if self.ready else None
        return (
            letter is not None
            and bool(letter.signer_npi)
            and not letter.signature_line
            and (letter.signer_npi == self.reader_npi)
        )

    @property
    def moves(self) -> bool:
        """Whether the worker has the case, so that it will change by itself."""
        return self.case.state in MOVING

    def judgement(self, criterion_id: str) -> Judgement:
        """The criterion of this id. Raises NotFound."""
        nodes = self.result.root.nodes() if self.result else ()
        found = next((node for node in nodes if node.id == criterion_id), None)
        if found is None:
            raise NotFound("This case has no such criterion now; it was worked again since.")
        return found

    def stands(self) -> dict[str, Standing]:
        """How each criterion stands, by id."""
        return standings(self.result.root) if self.result else {}

    def first_open(self) -> Judgement | None:
        """The criterion to look at first: one with a gap, else the first that is open, else the first."""
        leaves, stands = self.result.root.leaves() if self.result else (), self.stands()
        missing = self.gaps[0].criterion_id if self.gaps else ""
        return next((leaf for leaf in leaves if leaf.id == missing), None) or next(
            (leaf for leaf in leaves if stands[leaf.id] not in SETTLED), leaves[0] if leaves else None
        )

    def counts(self) -> dict[Standing, int]:
        """How many leaves stand in each way."""
        leaves, stands = self.result.root.leaves() if self.result else (), self.stands()
        return {standing: sum(stands[leaf.id] is standing for leaf in leaves) for standing in Standing}


def read_case(toolbox: Toolbox, case_id: CaseId, user_id: UserId) -> CaseSheet:
    """The case as it stands now, for this reader. Raises NotFound."""
    now = toolbox.clock.now()
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        revision = work_store.newest_revision(transaction, case_id, GATE)
        answer = work_store.get_product(transaction, case_id, ANSWER)
        submission = work_store.newest_submission(transaction, case_id)
        plan = work_store.get_product(transaction, case_id, PLAN) if case.appeal else None
        users = review_store.all_users(transaction)
        sheet = CaseSheet(
            case=case,
            clocks=clocks_of(case, answer, ZoneInfo(toolbox.settings.time_zone), plan),
            answer=answer,
            reviews=review_store.reviews_of(transaction, case_id),
            approval=review_store.newest_approval(transaction, case_id, action_of(case)),
            claim=panel_store.claim_of(transaction, case_id, now),
            draft=panel_store.draft_of(transaction, case_id, user_id),
            names={user.id: user.name for user in users},
            reader_npi=next((user.npi for user in users if user.id == user_id), ""),
        )
        if revision is None:
            return sheet
        return _worked(transaction, sheet, revision, submission)


def _worked(transaction: Transaction, sheet: CaseSheet, revision: int, submission: Submission | None) -> CaseSheet:
    case_id = sheet.case.id
    held = work_store.artefact_digests(transaction, case_id, revision)
    ready = submission if submission is not None and submission.revision == revision else None
    return sheet.model_copy(
        update={
            "need": work_store.get_product(transaction, case_id, NEED, revision),
            "result": work_store.get_product(transaction, case_id, CRITERIA, revision),
            "gaps": work_store.get_product(transaction, case_id, GAPS, revision) or (),
            "gate": work_store.get_product(transaction, case_id, GATE, revision),
            "not_drafted": work_store.get_product(transaction, case_id, NOT_DRAFTED, revision) or "",
            "ready": _ready(ready) if ready else None,
            "packet": held.get("packet.pdf") or (digest_of(ready.packet_pdf) if ready else None),
            "questions": _questions(
                work_store.get_product(transaction, case_id, TREE, revision),
                work_store.get_product(transaction, case_id, CRITERIA, revision),
            ),
        }
    )


def _questions(tree: CriteriaTree | None, result: CriteriaResult | None) -> dict[str, str]:
    """What a person may answer: what only a person can, and leaves left open whose words a person may point to."""
    leaves = tree.root.leaves() if tree else ()
    stands = {node.id: node.state for node in result.root.nodes()} if result else {}
    found = {leaf.id: leaf.test.question for leaf in leaves if leaf.test and leaf.test.kind == "person"}
    for leaf in leaves:
        if may_be_pointed_out(leaf) and stands.get(leaf.id) is State.INSUFFICIENT:
            found[leaf.id] = f"Does the chart show it after all: {leaf.statement}?"
    return found


def _ready(submission: Submission) -> Ready:
    return Ready(
        digest=submission.digest,
        revision=submission.revision,
        letter=submission.letter,
        request_bytes=len(submission.bundle),
    )


def packet_of(toolbox: Toolbox, case_id: CaseId) -> tuple[bytes, bool]:
    """The packet's exact bytes of the newest run, and whether they are those inside the request to be approved.

    Raises NotFound where none was made, StoreDamaged where the request carries another packet than the one kept.
    """
    with toolbox.database.read() as transaction:
        case_store.get(transaction, case_id)
        revision = work_store.newest_revision(transaction, case_id, GATE)
        if revision is None:
            raise NotFound("Nothing has been drafted for this case yet.")
        submission = work_store.newest_submission(transaction, case_id)
        if submission is None or submission.revision != revision:
            return work_store.get_artefact(transaction, case_id, revision, "packet.pdf"), False
    alone = submission.packet_pdf == submission.bundle
    if not alone and base64.b64encode(submission.packet_pdf) not in submission.bundle:
        raise StoreDamaged("The packet kept is not the one inside the request; it is not shown. Work the case again.")
    return submission.packet_pdf, True


def letter_of(toolbox: Toolbox, case_id: CaseId, digest: Digest) -> Letter:
    """The letter of a submission, past or present. Raises NotFound."""
    with toolbox.database.read() as transaction:
        return work_store.get_submission(transaction, case_id, digest).letter


def chart_of(toolbox: Toolbox, case_id: CaseId) -> tuple[Case, Chart]:
    """The case and the chart it stands on, of its own patient and of nobody. Raises NotFound."""
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        chart = chart_store.get_chart(transaction, case_id, case.chart_digest) if case.chart_digest else Chart()
    return case, chart


def history_of(toolbox: Toolbox, case_id: CaseId) -> Sequence[AuditEntry]:
    """What the audit log tells of a case, oldest first."""
    with toolbox.database.read() as transaction:
        return toolbox.audit.entries(transaction, case_id, limit=_MOST_ENTRIES)
