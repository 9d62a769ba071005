"""The policy library as the floors above use it: import, list, the policy in force, and the tree for an order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path

from cases.case import PayerRef
from cases.criteria import CriteriaTree
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from knowledge.criteria_binding import bind
from knowledge.criteria_compiler import CompiledTree, compile_criteria
from knowledge.criteria_trees import shipped_trees, tree_for
from knowledge.near_duplicates import NearDuplicate, near_duplicates
from knowledge.payer_directory import PayerDirectory, PayerEntry, shipped_directory
from knowledge.policy_head import number_key
from knowledge.policy_import import ImportReport, PolicyImport
from knowledge.policy_in_force import PolicyInForce, in_force, policy_in_force, policy_ref
from knowledge.policy_manifest import ImportItem
from runtime.database import Transaction
from runtime.policy_store import PolicyVersion, added_payers, text_of, versions

SOURCES = Path(__file__).parent / "sources"
"""Policies of the sample payers that ship, each folder with its manifest."""


class OrderCriteria(Frozen):
    """What an order is judged by: the policy in force, and its tree bound to that text.

    `tree` is None where no policy is in force (`policy.reason` says why) or no tree was reviewed for it
    (`reason` says so).
    """

    policy: PolicyInForce
    tree: CriteriaTree | None
    reason: str = ""


def payer_directory(transaction: Transaction) -> PayerDirectory:
    """The payers that ship and those that imports added."""
    added = (PayerEntry.model_validate_json(record) for record in added_payers(transaction))
    return shipped_directory().with_entries(added)


def import_policies(
    begin: Callable[[], AbstractContextManager[Transaction]], items: Iterable[ImportItem], at: datetime
) -> Iterator[ImportReport]:
    """Bring files in, one transaction and one report for each; `begin` opens a transaction that may write."""
    with begin() as transaction:
        directory = payer_directory(transaction)
    yield from PolicyImport(directory, begin, at).run(items)


def held_policies(transaction: Transaction, payer_id: PayerId | None = None) -> tuple[PolicyVersion, ...]:
    """Every version held, of one payer where named."""
    return versions(transaction, payer_id)


def one_version(transaction: Transaction, payer_id: PayerId, doc_id: PolicyDocId, version: int) -> PolicyVersion:
    """One version of one document; raises NotFound."""
    for held in versions(transaction, payer_id, doc_id):
        if held.version == version:
            return held
    raise NotFound(f"Policy '{doc_id}' of {payer_id}, version {version}, is not held.")


def text_of_version(transaction: Transaction, payer_id: PayerId, doc_id: PolicyDocId, version: int) -> str:
    """The stored text of one version; raises NotFound."""
    return text_of(transaction, one_version(transaction, payer_id, doc_id, version))


def alike(transaction: Transaction) -> tuple[NearDuplicate, ...]:
    """Documents whose newest versions are almost word for word the same."""
    newest = {(version.record.payer_id, version.record.doc_id): version for version in versions(transaction)}
    texts = {place: (version, text_of(transaction, version)) for place, version in enumerate(newest.values())}
    return near_duplicates(texts)


def document_in_force(
    transaction: Transaction, doc_id: PolicyDocId, on: date | None = None, payer_id: PayerId | None = None
) -> PolicyVersion:
    """The version of a document in force on a day, else the newest.

    Raises NotFound where it is not held, not in force, or held for several payers and none was named.
    """
    held = versions(transaction, payer_id, doc_id)
    payers = sorted({version.record.payer_id for version in held})
    if not held:
        raise NotFound(f"No policy '{doc_id}' is held. 'policies list' shows what is.")
    if len(payers) > 1:
        raise NotFound(f"'{doc_id}' is held for {', '.join(payers)}: name one with --payer.")
    found = in_force(held, on)
    if found is None:
        raise NotFound(f"No version of '{doc_id}' held here is in force on {on}.")
    return found


def governing_policy(transaction: Transaction, payer: PayerRef, codes: Sequence[str], on: date | None) -> PolicyInForce:
    """The policy that governs an order of these codes for this payer on this day."""
    return policy_in_force(versions(transaction), payer, codes, on)


def criteria_for_order(
    transaction: Transaction, payer: PayerRef, codes: Sequence[str], on: date | None
) -> OrderCriteria:
    """The policy in force for an order and its reviewed tree, bound to that version's text."""
    policy = governing_policy(transaction, payer, codes, on)
    if policy.version is None:
        return OrderCriteria(policy=policy, tree=None, reason=policy.reason)
    return _with_tree(transaction, policy, policy.version, codes)


def criteria_of_document(transaction: Transaction, version: PolicyVersion, codes: Sequence[str] = ()) -> OrderCriteria:
    """The tree of one version, for the codes given, else for the first code its reviewed tree names."""
    return _with_tree(transaction, PolicyInForce(version=version), version, codes or _some_code(version))


def draft_criteria(transaction: Transaction, version: PolicyVersion) -> CompiledTree:
    """What the structure of a version's own text says of its criteria: a draft that nobody has approved."""
    return compile_criteria(text_of(transaction, version), policy_ref(version))


def _with_tree(
    transaction: Transaction, policy: PolicyInForce, version: PolicyVersion, codes: Sequence[str]
) -> OrderCriteria:
    record = version.record
    template = tree_for(record.number, codes, record.effective)
    if template is None:
        named = f"{record.number or record.doc_id} and {', '.join(codes) or 'this order'}"
        return OrderCriteria(policy=policy, tree=None, reason=f"No criteria tree was reviewed for {named}.")
    return OrderCriteria(policy=policy, tree=bind(template, text_of(transaction, version), policy_ref(version)))


def _some_code(version: PolicyVersion) -> tuple[str, ...]:
    key = number_key(version.record.number)
    codes = [tree.codes[0].split("-")[0] for tree in shipped_trees() if number_key(tree.policy_number) == key]
    return tuple(codes[:1])
