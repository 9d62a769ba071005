"""The envelope of an answer we rely on, read strictly: a cut, miscounted or foreign interchange is refused whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from cases.errors import UnreadableFile
from formats.x12.segments import Interchange, Segment, faults, read_interchange

_ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
AGAIN = "ask the payer or clearing house for the whole file again"


@dataclass(frozen=True)
class Placed:
    """A segment with its place in the interchange, from 1, so that an error can name it."""

    segment: Segment
    place: int
    file: str

    @property
    def name(self) -> str:
        return self.segment.name

    def at(self, number: int) -> str:
        return self.segment.at(number).strip()

    def refusal(self, number: int, reason: str, fix: str = AGAIN) -> UnreadableFile:
        field = f"segment {self.place} {self.name}{number:02d}" if number else f"segment {self.place} {self.name}"
        return UnreadableFile(self.file, reason, field=field, fix=fix)

    def money(self, number: int) -> Decimal:
        """An amount in dollars; empty is zero. Raises UnreadableFile where it is none."""
        return self.number(number) or Decimal(0)

    def number(self, number: int) -> Decimal | None:
        text = self.at(number)
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise self.refusal(number, f"'{text[:20]}' is not a number") from None
        if not value.is_finite():
            raise self.refusal(number, f"'{text[:20]}' is not a number")
        return value

    def day(self, number: int) -> date | None:
        """A day written CCYYMMDD, or the first of a range; None where it is empty or no day."""
        text = self.at(number).partition("-")[0][:8]
        try:
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
        except ValueError:
            return None


@dataclass(frozen=True)
class TransactionSet:
    """The segments between ST and SE, and how to part composites."""

    segments: tuple[Placed, ...]
    interchange: Interchange

    def components(self, element: str) -> tuple[str, ...]:
        """Parts of a composite: by the interchange's separator, else by one that old systems put."""
        for separator in (self.interchange.component, ":", ">"):
            if separator in element:
                return tuple(element.split(separator))
        return (element,) if element else ()


def transaction_sets(content: bytes, file: str, kind: str, versions: Sequence[str]) -> tuple[TransactionSet, ...]:
    """Every transaction set of `kind` (ST01) in an interchange of one of `versions` (prefixes of GS08).

    Raises UnreadableFile, with the segment and what mends it, where the envelope is broken, nothing of the kind is
    inside, or the version is another.
    """
    interchange = read_interchange(content, file)
    _require_whole(interchange, file)
    placed = [Placed(segment, place, file) for place, segment in enumerate(interchange.segments, start=1)]
    sets = list(_sets(placed, kind, interchange))
    if not sets:
        held = ", ".join(sorted({segment.at(1) for segment in interchange.named("ST")})) or "none"
        raise UnreadableFile(file, f"holds no {kind}, but {held}", field="ST01", fix=f"hand in an X12 {kind}")
    for group in (one for one in placed if one.name == "GS"):
        if not group.at(8).startswith(tuple(versions)):
            fix = f"ask for version {versions[0]}"
            raise group.refusal(8, f"is version '{group.at(8)[:20]}', which is not read", fix)
    return tuple(sets)


def _require_whole(interchange: Interchange, file: str) -> None:
    isa = interchange.segments[0]
    for number, width in enumerate(_ISA_WIDTHS, start=1):
        if len(isa.elements) < number or len(isa.elements[number - 1]) != width:
            raise UnreadableFile(
                file, f"ISA{number:02d} is not {width} characters wide", field=f"segment 1 ISA{number:02d}", fix=AGAIN
            )
    found = faults(interchange)
    if found:
        raise UnreadableFile(file, "; ".join(found), field="envelope", fix=AGAIN)


def _sets(placed: Sequence[Placed], kind: str, interchange: Interchange) -> Iterator[TransactionSet]:
    inside: list[Placed] | None = None
    for one in placed:
        if one.name == "ST":
            inside = [] if one.at(1) == kind else None
        elif one.name == "SE" and inside is not None:
            yield TransactionSet(tuple(inside), interchange)
            inside = None
        elif inside is not None:
            inside.append(one)
