"""A payer's message, whatever its form: told apart by its bytes, read into denials, and what is none said so."""

from collections.abc import Sequence

from agents.casework.denials.answered import open_from_answer
from agents.casework.denials.letters import visible_text
from agents.casework.denials.opening import open_denials
from agents.casework.payer_answers import NEVER_SENT, record_answer
from agents.reading.denial_letter.kind import LetterKind
from agents.reading.denial_letter.reader import read_letter
from agents.steps.request_bundle import TRANSACTION_SYSTEM
from agents.toolbox import Toolbox
from cases.case import PayerRef
from cases.denial import Denial, DenialFacts, DenialNumbers, DenialSource
from cases.errors import NotFound, UnreadableFile
from cases.frozen import Frozen
from cases.ids import CaseId
from cases.remittance import Remittance
from formats.chart_folder import NOTE_READERS
from formats.media_type import NO_READER, MediaType, media_type_of
from formats.pas.answer import answered_patient, answered_requests, read_response
from formats.text import PagedText
from formats.x12.claim_status import read_claim_statuses
from formats.x12.remittance import read_remittances
from formats.x12.review_response import read_278_responses
from formats.x12.segments import read_interchange
from knowledge import library
from knowledge.answer_denials import denial_of_answer, denials_of_statuses
from knowledge.payer_directory import PayerDirectory
from knowledge.remit_denials import denials_of
from runtime import case_records


class MessageReading(Frozen):
    """What became of one message: what it was, the denials it opened, and what a person should know of it.

    `kind` is remittance, review_response, claim_status, pas_answer, or the kind of a letter.
    """

    file: str
    kind: str
    denials: tuple[Denial, ...] = ()
    notes: tuple[str, ...] = ()


def take_message(toolbox: Toolbox, name: str, content: bytes) -> MessageReading:
    """Read a message and open what it refuses, once. Raises UnreadableFile for what cannot be read."""
    media = media_type_of(content)
    if media is MediaType.X12:
        return _x12(toolbox, name, content)
    if media is MediaType.JSON:
        return _pas(toolbox, name, content)
    reader = NOTE_READERS.get(media)
    if reader is None:
        reason, fix = NO_READER.get(media, ("is of a kind that is not read", "hand it in as text or PDF"))
        raise UnreadableFile(name, reason, fix=fix)
    return _letter(toolbox, name, content, reader(content, name, toolbox.scans))


def _letter(toolbox: Toolbox, name: str, content: bytes, read: PagedText) -> MessageReading:
    """A letter's visible words; text that nobody would see on the page is blanked, and a doubtful scan is a doubt."""
    text, doubts = visible_text(read)
    reading = read_letter(text, _directory(toolbox))
    if reading.facts is None:
        words = {LetterKind.UNKNOWN: ("It does not say whether anything was decided; a person reads it.",)}
        return MessageReading(file=name, kind=reading.kind, notes=words.get(reading.kind, ()))
    facts = reading.facts.model_copy(update={"doubts": (*reading.facts.doubts, *doubts)})
    opened = open_denials(toolbox, name, content, [facts])
    return MessageReading(file=name, kind=reading.kind, denials=opened, notes=facts.doubts)


def _x12(toolbox: Toolbox, name: str, content: bytes) -> MessageReading:
    sets = {segment.at(1) for segment in read_interchange(content, name).named("ST")}
    if "835" in sets or not sets & {"277", "278"}:
        return _remittances(toolbox, name, content)
    if "278" in sets:
        return _review_responses(toolbox, name, content)
    facts = denials_of_statuses(read_claim_statuses(content, name), _directory(toolbox))
    return MessageReading(file=name, kind="claim_status", denials=open_denials(toolbox, name, content, facts))


def _remittances(toolbox: Toolbox, name: str, content: bytes) -> MessageReading:
    directory, facts, notes = _directory(toolbox), list[DenialFacts](), list[str]()
    for remittance in read_remittances(content, name):
        facts += denials_of(remittance, _payer_of(remittance, directory))
        notes += [f"does not balance: {words}" for words in remittance.imbalances]
    opened = open_denials(toolbox, name, content, facts)
    return MessageReading(file=name, kind="remittance", denials=opened, notes=tuple(notes))


def _payer_of(remittance: Remittance, directory: PayerDirectory) -> PayerRef | None:
    return directory.by_name(remittance.payer).payer


def _review_responses(toolbox: Toolbox, name: str, content: bytes) -> MessageReading:
    opened: list[Denial] = []
    for number, response in enumerate(read_278_responses(content, name, toolbox.clock.now())):
        payer = _directory(toolbox).by_name(response.payer).payer
        known = DenialNumbers(
            claim=next(iter(response.numbers), ""),
            member_id=response.member_id,
            patient=f"{response.patient_given} {response.patient_family}".strip(),
        )
        facts = denial_of_answer(response.answer, payer, known, source=DenialSource.X12_278)
        if facts is not None:
            part = content if number == 0 else content + str(number).encode()
            opened += open_denials(toolbox, name, part, [facts], _case_of(toolbox, response.numbers))
    return MessageReading(file=name, kind="review_response", denials=tuple(opened))


def _pas(toolbox: Toolbox, name: str, content: bytes) -> MessageReading:
    """An answer to a request of ours goes to its case; one that names none is read by itself."""
    answer, numbers = read_response(content, toolbox.clock.now()), answered_requests(content)
    case_id = _case_of(toolbox, numbers)
    if case_id is not None:
        if not record_answer(toolbox, case_id, answer, numbers):
            raise NotFound(NEVER_SENT)
        return MessageReading(file=name, kind="pas_answer", denials=open_from_answer(toolbox, case_id))
    patient = answered_patient(content)
    known = DenialNumbers(
        claim=next(iter(numbers), ""),
        member_id=patient.member_id,
        patient=patient.name,
        birth_date=patient.birth_date,
    )
    facts = denial_of_answer(answer, None, known)
    opened = open_denials(toolbox, name, content, [facts]) if facts else ()
    return MessageReading(file=name, kind="pas_answer", denials=opened)


def _case_of(toolbox: Toolbox, numbers: Sequence[str]) -> CaseId | None:
    with toolbox.database.read() as transaction:
        found = {case_records.case_of(transaction, TRANSACTION_SYSTEM, number) for number in numbers} - {None}
    return found.pop() if len(found) == 1 else None


def _directory(toolbox: Toolbox) -> PayerDirectory:
    with toolbox.database.read() as transaction:
        return library.payer_directory(transaction)
