"""Bring policies into the library, with an audit entry for each file that changed it."""

from collections.abc import Iterable, Iterator

from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from knowledge import library
from knowledge.policy_document import Particulars
from knowledge.policy_import import ImportReport, Outcome
from knowledge.policy_manifest import ImportItem, manifest_items
from retrieval.vectors import embedder_name
from runtime.policy_store import library_mark


def import_policies(toolbox: Toolbox, items: Iterable[ImportItem]) -> Iterator[ImportReport]:
    """One report for each file; a broken file never stops the rest."""
    for report in library.import_policies(toolbox.database.begin, items, toolbox.clock.now()):
        if report.outcome not in (Outcome.REFUSED, Outcome.UNCHANGED):
            _audit(toolbox, report)
        yield report


def import_shipped(toolbox: Toolbox) -> None:
    """The sample payers' policies; importing them again changes nothing."""
    for manifest in sorted(library.SOURCES.glob("*/manifest.jsonl")):
        list(import_policies(toolbox, manifest_items(manifest, Particulars())))


def missing_vectors(toolbox: Toolbox) -> int:
    """How many versions have no vectors of the model in use; asks the store only."""
    with toolbox.database.read() as transaction:
        mark = library_mark(transaction, embedder_name(toolbox.settings.embedding_model))
    return mark.versions - mark.embedded


def _audit(toolbox: Toolbox, report: ImportReport) -> None:
    with toolbox.database.begin() as transaction:
        toolbox.audit.append(
            transaction,
            AuditEvent(
                tenant_id=transaction.tenant_id,
                at=toolbox.clock.now(),
                actor=Actor.SYSTEM,
                actor_id="policies.import",
                action="policy.imported",
                subject=f"{report.payer_id}/{report.doc_id}",
                detail={"version": report.version, "outcome": report.outcome.value},
            ),
        )
