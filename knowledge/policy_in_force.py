"""Which policy, and which version of it, governs an order: by payer, codes and the date of service."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache

from pydantic import ValidationError

from cases.case import LineOfBusiness, PayerRef
from cases.criteria import PolicyRef
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from knowledge.code_pattern import closest
from knowledge.criteria_trees import trees_for_codes
from knowledge.policy_head import number_key
from knowledge.rule_files import RULES, read_yaml
from runtime.policy_store import PolicyVersion

CMS = PayerId("cms")


class Subject(Frozen):
    """A policy number and the codes it speaks of, from `effective` on."""

    number: str
    codes: tuple[str, ...]
    effective: date | None = None
    verified: bool


class PolicyInForce(Frozen):
    """The version that governs, or why none does.

    `notes` say what a reader must know of the choice: a national policy in place of the plan's own, a date that
    is not known. `also` are other versions in force that speak of the same codes.
    """

    version: PolicyVersion | None
    reason: str = ""
    notes: tuple[str, ...] = ()
    also: tuple[PolicyRef, ...] = ()


class _SubjectsFile(Frozen):
    version: str
    subjects: tuple[Subject, ...]


@cache
def shipped_subjects() -> tuple[Subject, ...]:
    """Policy numbers by code; raises StoreDamaged naming the row that does not fit."""
    path = RULES / "policy_subjects.yaml"
    try:
        return _SubjectsFile.model_validate(read_yaml(path)).subjects
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error


def policy_ref(version: PolicyVersion) -> PolicyRef:
    """What a judgement names as the text it rests on."""
    record = version.record
    return PolicyRef(
        payer_id=record.payer_id,
        doc_id=record.doc_id,
        version=version.version,
        number=record.number,
        title=record.title,
        effective=record.effective,
        expires=record.expires,
    )


def in_force(versions: Sequence[PolicyVersion], on: date | None) -> PolicyVersion | None:
    """The version of one document in force on a day; without a day, the newest.

    Among those in force the latest effective date counts, then the later version; a version of unknown date
    gives way to one whose date is known. An expired version answers for its own dates only.
    """
    fitting = [version for version in versions if on is None or _covers(version, on)]
    return max(fitting, key=lambda version: (version.record.effective or date.min, version.version), default=None)


def current(versions: Sequence[PolicyVersion], today: date | None) -> PolicyVersion | None:
    """The version of one document that answers when no day is named: of today, else the next to take effect.

    Never one that has expired by today; without `today` the newest.
    """
    if today is None:
        return in_force(versions, None)
    open_ones = [version for version in versions if version.record.expires is None or version.record.expires >= today]
    return in_force(open_ones, today) or min(
        open_ones, key=lambda version: version.record.effective or date.min, default=None
    )


def _covers(version: PolicyVersion, on: date) -> bool:
    record = version.record
    begun = record.effective is None or record.effective <= on
    return begun and (record.expires is None or on <= record.expires)


def speaks_of(version: PolicyVersion, code: str, on: date | None = None) -> int:
    """How surely a policy is about a code: 3 a reviewed tree, 2 its own list of codes, 1 our table; 0 not known."""
    key = number_key(version.record.number)
    if key and any(number_key(tree.policy_number) == key for tree in trees_for_codes([code])):
        return 3
    if closest(version.record.codes, code):
        return 2
    return int(any(key == number_key(subject.number) for subject in _subjects(code, on)))


def _subjects(code: str, on: date | None) -> list[Subject]:
    known = [subject for subject in shipped_subjects() if closest(subject.codes, code)]
    return [subject for subject in known if on is None or subject.effective is None or subject.effective <= on]


def policy_in_force(
    versions: Sequence[PolicyVersion], payer: PayerRef, codes: Sequence[str], on: date | None
) -> PolicyInForce:
    """The policy that governs an order of these codes for this payer on this day, out of all versions held.

    A Medicare Advantage plan whose own library has none in force follows Medicare's national determination
    (42 CFR 422.101(b)); the answer says so.
    """
    asked = tuple(code.strip().upper() for code in codes)
    own = _governing([v for v in versions if v.record.payer_id == payer.id], asked, on)
    if own.version or payer.line_of_business is not LineOfBusiness.MEDICARE_ADVANTAGE:
        return own
    national = _governing([v for v in versions if v.record.payer_id == CMS and _is_ncd(v)], asked, on)
    if national.version is None:
        return PolicyInForce(version=None, reason=" ".join(dict.fromkeys((own.reason, national.reason))))
    note = (
        f"{payer.name} has no policy of its own in force here for {', '.join(asked)}. A Medicare Advantage plan "
        f"follows Medicare's national coverage determination (42 CFR 422.101(b)): {national.version.record.number}."
    )
    return national.model_copy(update={"notes": (note, *national.notes)})


def _is_ncd(version: PolicyVersion) -> bool:
    return version.record.number.casefold().startswith("ncd")


def _governing(versions: Sequence[PolicyVersion], codes: tuple[str, ...], on: date | None) -> PolicyInForce:
    about = [(max((speaks_of(v, code, on) for code in codes), default=0), v) for v in versions]
    named = ", ".join(codes) or "this order"
    documents: dict[PolicyDocId, list[PolicyVersion]] = defaultdict(list)
    for sureness, version in about:
        if sureness:
            documents[version.record.doc_id].append(version)
    if not documents:
        return PolicyInForce(version=None, reason=f"No policy held here speaks of {named}.")
    current = [found for found in (in_force(group, on) for group in documents.values()) if found]
    if not current:
        return PolicyInForce(version=None, reason=_not_in_force(documents, on))
    sure = {id(version): sureness for sureness, version in about}
    ranked = sorted(current, key=lambda v: (-sure[id(v)], _subject_order(v, codes), v.record.doc_id))
    return PolicyInForce(
        version=ranked[0], notes=_dating(ranked[0], on), also=tuple(policy_ref(version) for version in ranked[1:])
    )


def _subject_order(version: PolicyVersion, codes: tuple[str, ...]) -> int:
    key = number_key(version.record.number)
    order = [number_key(subject.number) for code in codes for subject in _subjects(code, None)]
    return order.index(key) if key in order else len(order)


def _dating(version: PolicyVersion, on: date | None) -> tuple[str, ...]:
    if on is None:
        return ("The order has no date of service: the newest version held was taken.",)
    if version.record.effective is None:
        return (f"When {version.record.number or version.record.title} took effect is not known.",)
    return ()


def _not_in_force(documents: dict[PolicyDocId, list[PolicyVersion]], on: date | None) -> str:
    held = sorted((version for group in documents.values() for version in group), key=lambda v: v.version)
    words = []
    for version in held:
        record = version.record
        starts = f"from {record.effective}" if record.effective else "from a date not known"
        ends = f" to {record.expires}" if record.expires else ""
        words.append(f"{record.number or record.doc_id} version {version.version} is in effect {starts}{ends}")
    return f"No version held is in force on {on}: {'; '.join(words)}."
