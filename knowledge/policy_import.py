"""Brings policies into the library: one transaction for each file, one report line for each, and the rest goes on."""

import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from itertools import chain

from cases.case import LineOfBusiness
from cases.errors import CountersignError, InputError, StoreUnavailable
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from knowledge.chunking import HEADING_JOINT, passages
from knowledge.payer_directory import PayerDirectory, PayerEntry, new_entry
from knowledge.policy_document import Particulars, PolicyDocument, read_policies
from knowledge.policy_manifest import ImportItem
from runtime.database import Transaction
from runtime.policy_store import Passage, PolicyRecord, add_version, put_payer

CMS = PayerId("cms")


class Outcome(StrEnum):
    """What became of a file."""

    ADDED = "added"
    NEW_VERSION = "new_version"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ImportReport(Frozen):
    """One line for each file. `reason` says why one was refused; `flags` what a reader should know."""

    source: str
    outcome: Outcome
    doc_id: PolicyDocId | None = None
    payer_id: PayerId | None = None
    version: int | None = None
    passages: int = 0
    flags: tuple[str, ...] = ()
    reason: str = ""


class PolicyImport:
    """One run of imports. `begin` opens a transaction; a payer the run names is added to its directory."""

    def __init__(
        self, directory: PayerDirectory, begin: Callable[[], AbstractContextManager[Transaction]], at: datetime
    ) -> None:
        self.directory = directory
        self._begin = begin
        self._at = at
        self._taken: dict[tuple[PayerId, PolicyDocId], str] = {}

    def run(self, items: Iterable[ImportItem]) -> Iterator[ImportReport]:
        """A report for each policy in each item, as it is done; a store that is not there stops the run."""
        for item in items:
            try:
                documents = self._read(item)
            except CountersignError as error:
                yield ImportReport(source=item.source, outcome=Outcome.REFUSED, reason=error.message)
                continue
            for document in documents:
                yield self._one(item, document)

    def _read(self, item: ImportItem) -> tuple[PolicyDocument, ...]:
        if item.path is None:
            raise InputError(f"{item.source}: {item.fault}")
        documents = read_policies(item.path, item.given)
        if not documents:
            raise InputError(f"{item.source}: no policy was found in it")
        return documents

    def _one(self, item: ImportItem, document: PolicyDocument) -> ImportReport:
        try:
            return self._keep(item, document)
        except StoreUnavailable:
            raise
        except CountersignError as error:
            return ImportReport(
                source=item.source, outcome=Outcome.REFUSED, doc_id=document.doc_id, reason=error.message
            )

    def _keep(self, item: ImportItem, document: PolicyDocument) -> ImportReport:
        payer = self._payer(item, document)
        key = (payer.id, document.doc_id)
        if self._taken.get(key, document.source) != document.source:
            raise InputError(
                f"{item.source}: {self._taken[key]} has the id '{document.doc_id}' too; give ids in a manifest"
            )
        report = self._store(payer, document)
        self._taken[key] = document.source
        return report

    def _payer(self, item: ImportItem, document: PolicyDocument) -> PayerEntry:
        """Whose policy it is: as named, else CMS's where the text is a National Coverage Determination."""
        given = item.given
        if not given.payer:
            if document.is_ncd and given.line_of_business in (None, LineOfBusiness.MEDICARE_FFS):
                return self.directory.entries[CMS]
            raise InputError(f"{item.source}: whose policy it is was not said; give --payer and --lob")
        return self._named(item.source, given)

    def _named(self, source: str, given: Particulars) -> PayerEntry:
        found = self.directory.by_name(given.payer, given.line_of_business)
        if found.payer:
            return self.directory.entries[found.payer.id]
        if given.line_of_business is None or not self.directory.may_add(given.payer):
            near = f" (near: {', '.join(found.candidates)})" if found.candidates else ""
            raise InputError(f"{source}: {found.reason}{near}; name the payer with --payer and its --lob")
        return new_entry(self.directory, given.payer, given.line_of_business)

    def _store(self, payer: PayerEntry, document: PolicyDocument) -> ImportReport:
        spans = _spans(document)
        with self._begin() as transaction:
            if payer.id not in self.directory.entries:
                put_payer(transaction, payer.id, payer.model_dump_json(), self._at)
            version, is_new = add_version(transaction, _record(payer, document), document.text, spans, self._at)
        self.directory = self.directory.with_entries([payer])
        outcome = Outcome.UNCHANGED if not is_new else Outcome.ADDED if version.version == 1 else Outcome.NEW_VERSION
        return ImportReport(
            source=document.source,
            outcome=outcome,
            doc_id=document.doc_id,
            payer_id=payer.id,
            version=version.version,
            passages=len(spans),
            flags=document.flags,
        )


def _spans(document: PolicyDocument) -> list[Passage]:
    return [
        Passage(
            position=position,
            start=span.start,
            end=span.end,
            page=span.page,
            heading=_heading(span.heading),
            units=struct.pack(f"<{4 * len(span.units)}i", *chain.from_iterable(span.units)),
        )
        for position, span in enumerate(passages(document.text, document.pages))
    ]


def _heading(path: tuple[str, ...]) -> str:
    return HEADING_JOINT.join(path)


def _record(payer: PayerEntry, document: PolicyDocument) -> PolicyRecord:
    return PolicyRecord(
        payer_id=payer.id,
        doc_id=document.doc_id,
        number=document.number,
        title=document.title,
        source=document.source,
        media_type=document.media_type,
        effective=document.effective,
        expires=document.expires,
        lines_of_business=(payer.line_of_business,),
        codes=document.codes,
        pages=document.pages,
        revision=document.revision,
        implementation=document.implementation,
    )
