"""What a change of a policy touches: two versions side by side, and the open cases that rest on the document."""

from collections.abc import Iterator, Sequence

from agents.products import TREE
from agents.toolbox import Toolbox
from cases.case import Case
from cases.criteria import CriteriaTree
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import CaseId, PayerId, PolicyDocId
from cases.lifecycle import CaseState
from knowledge import library
from knowledge.policy_diff import CriterionChange, PassageChange, criterion_changes, passage_changes
from runtime import case_store, work_store
from runtime.database import Transaction
from runtime.policy_store import PolicyVersion, text_of

_DONE = frozenset({CaseState.CLOSED, CaseState.AUTHORIZED, CaseState.NOT_REQUIRED})


class PolicyDifference(Frozen):
    """Two versions of a document and what changed from the one to the other."""

    before: PolicyVersion
    after: PolicyVersion
    passages: tuple[PassageChange, ...]
    criteria: tuple[CriterionChange, ...]


class AffectedCase(Frozen):
    """An open case that rests on a document: the version it was judged by, and the one in force for it now.

    `judged_by` is None where it has not been judged yet; `stale` says that it must be worked again.
    """

    case_id: CaseId
    state: CaseState
    code: str
    judged_by: int | None
    in_force: int | None
    stale: bool


def difference(
    toolbox: Toolbox, doc_id: PolicyDocId, before: int, after: int, payer_id: PayerId | None = None
) -> PolicyDifference:
    """The changes between two versions; raises NotFound where one is not held, or the payer is not said."""
    with toolbox.database.read() as transaction:
        payer = payer_id or library.document_in_force(transaction, doc_id).record.payer_id
        old = library.one_version(transaction, payer, doc_id, before)
        new = library.one_version(transaction, payer, doc_id, after)
        return PolicyDifference(
            before=old,
            after=new,
            passages=passage_changes(text_of(transaction, old), text_of(transaction, new)),
            criteria=criterion_changes(_tree(transaction, old), _tree(transaction, new)),
        )


def _tree(transaction: Transaction, version: PolicyVersion) -> CriteriaTree | None:
    return library.criteria_of_document(transaction, version).tree


def affected(toolbox: Toolbox, doc_id: PolicyDocId, payer_id: PayerId | None = None) -> tuple[AffectedCase, ...]:
    """Open cases judged by this document, or which it governs now. Raises NotFound for a document not held."""
    with toolbox.database.read() as transaction:
        held = [version for version in library.held_policies(transaction, payer_id) if version.record.doc_id == doc_id]
        if not held:
            raise NotFound(f"No policy '{doc_id}' is held. 'policies list' shows what is.")
        payers = {version.record.payer_id for version in held}
        cases = [case_store.get(transaction, summary.id) for summary in case_store.listing(transaction)]
        open_cases = [case for case in cases if case.state not in _DONE]
        return tuple(_affected(transaction, open_cases, doc_id, payers))


def _affected(
    transaction: Transaction, cases: Sequence[Case], doc_id: PolicyDocId, payers: set[PayerId]
) -> Iterator[AffectedCase]:
    for case in cases:
        tree = work_store.get_product(transaction, case.id, TREE)
        judged = tree.policy if tree and tree.policy.doc_id == doc_id and tree.policy.payer_id in payers else None
        codes = tuple(code.code for code in case.order.codes)
        now = (
            library.governing_policy(transaction, case.payer, codes, case.service_date).version if case.payer else None
        )
        governs = now is not None and now.record.doc_id == doc_id and now.record.payer_id in payers
        if judged or governs:
            version = now.version if now and governs else None
            yield AffectedCase(
                case_id=case.id,
                state=case.state,
                code=codes[0] if codes else "",
                judged_by=judged.version if judged else None,
                in_force=version,
                stale=(judged.version if judged else None) != version,
            )
