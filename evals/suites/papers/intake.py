"""Intake: the fields of remittances, of denial letters and of faxed pages, as they were written."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from agents.reading.denial_letter.reader import LetterReading, read_letter
from cases.errors import UnreadableFile
from cases.frozen import Frozen
from cases.remittance import RemitClaim, Remittance
from evals.bench_room import Bench
from evals.suites.denials.labels import Row, folder, half, rows, sealed
from evals.suites.evidence.fax import faxed
from evals.task import Item, Mark, Measure, Score, Solver, Task, share
from formats.chart_files import ChartFile
from formats.scan.reading import ScanReader
from formats.x12.remittance import read_remittances
from knowledge.payer_directory import PayerDirectory, shipped_directory


@dataclass(frozen=True)
class IntakeParts:
    """What reads remittances, letters and scans."""

    remits: Callable[[bytes, str], tuple[Remittance, ...]] = read_remittances
    letter: Callable[[str, PayerDirectory], LetterReading] = read_letter
    scan: Callable[[bytes, str], str] = lambda content, file: ScanReader().read_image(content, file).text


class Paper(Frozen):
    """A remittance (`remit`), a letter as text (`letter`) or as a fax (`fax`), with its label."""

    kind: str
    row: Row


class Read(Frozen):
    """Fields as read, by name; `refused` says why a file was not used."""

    fields: dict[str, str]
    refused: str = ""


def _items(bench: Bench) -> list[Item[Paper]]:
    found = [
        Item(row["id"], Paper(kind="remit", row=row), slices={"kind": "remit"}, sealed=sealed(row["id"]))
        for row in rows("remits.jsonl")
    ]
    letters = [row for row in rows("letters.jsonl") if row["is_denial"]]
    found += [
        Item(row["id"], Paper(kind="letter", row=row), slices={"kind": "letter", "half": half(row["id"])},
             sealed=sealed(row["id"]))
        for row in letters
    ]  # fmt: skip
    if shutil.which("tesseract"):
        scanned = [row for row in letters if row["scanned"]][: None if bench.full else 1]
        found += [
            Item(f"{row['id']}.fax", Paper(kind="fax", row=row), cluster=row["id"], slices={"kind": "fax"},
                 sealed=sealed(row["id"]))
            for row in scanned
        ]  # fmt: skip
    return found


def _solver(_: Bench, parts: IntakeParts) -> Solver[Paper, Read]:
    def solve(item: Item[Paper]) -> Read:
        paper = item.content
        content = (folder() / paper.row["file"]).read_bytes()
        if paper.kind == "remit":
            return _remit(content, paper.row["file"], parts)
        text = content.decode("utf-8")
        if paper.kind == "fax":
            page = faxed(ChartFile(paper.row["file"], content))
            text = parts.scan(page.content, page.name)
        return Read(fields=_letter_fields(parts.letter(text, shipped_directory())))

    return solve


def _remit(content: bytes, file: str, parts: IntakeParts) -> Read:
    try:
        (remit,) = parts.remits(content, file)
    except UnreadableFile as error:
        return Read(fields={}, refused=error.reason)
    fields = {
        "payment": _money(remit.payment),
        "payment_date": str(remit.payment_date),
        "claims": str(len(remit.claims)),
    }
    for number, claim in enumerate(remit.claims):
        fields |= {f"{number}.{name}": value for name, value in _claim_fields(claim).items()}
    return Read(fields={**fields, "reconciles": str(remit.reconciles)})


def _claim_fields(claim: RemitClaim) -> dict[str, str]:
    fields = {
        "claim_id": claim.claim_id, "payer_claim_number": claim.payer_claim_number, "status": str(claim.status),
        "charge": _money(claim.charge), "paid": _money(claim.paid), "filing": claim.filing,
        "last": claim.patient_family, "first": claim.patient_given, "member_id": claim.member_id,
        "service_date": str(claim.service_date), "rarcs": " ".join(claim.rarcs),
    }  # fmt: skip
    for number, one in enumerate(claim.all_adjustments):
        fields[f"adjustment {number}"] = f"{one.group} {one.carc} {_money(one.amount)} line {one.line}"
    for line in claim.lines:
        fields[f"line {line.number}"] = f"{line.code} {_money(line.charge)} {_money(line.paid)} {' '.join(line.rarcs)}"
    return fields


def _money(value: object) -> str:
    return f"{Decimal(str(value)):.2f}"


def _letter_fields(reading: LetterReading) -> dict[str, str]:
    facts = reading.facts
    if facts is None:
        return {}
    numbers = facts.numbers
    return {
        "notice_date": str(facts.notice_date), "member_id": numbers.member_id, "level": str(facts.level),
        "authorization_number": numbers.authorization, "claim_number": numbers.claim,
        "service_codes": " ".join(sorted(numbers.service_codes)),
        "payer": (facts.payer_id or facts.payer_name).casefold(),
        "line_of_business": str(facts.line), "printed_deadline": str(facts.printed_deadline),
    }  # fmt: skip


def _expected(paper: Paper) -> dict[str, str]:
    row = paper.row
    if paper.kind != "remit":
        told = {
            name: str(row[name]) if row[name] is not None else ""
            for name in ("notice_date", "member_id", "authorization_number", "claim_number", "line_of_business")
        }
        return {
            **told, "level": str(row["level"]), "service_codes": " ".join(sorted(row["service_codes"])),
            "payer": row["payer"].casefold(),
        }  # fmt: skip
    fields = {"payment": _money(row["payment"]), "payment_date": row["payment_date"], "claims": str(len(row["claims"]))}
    for number, claim in enumerate(row["claims"]):
        fields |= {f"{number}.{name}": value for name, value in _labelled_claim(claim).items()}
    return {**fields, "reconciles": str(row["reconciles"])}


def _labelled_claim(claim: Row) -> dict[str, str]:
    fields = {
        "claim_id": claim["claim_id"], "payer_claim_number": claim["payer_claim_number"],
        "status": str(claim["status"]), "charge": _money(claim["charge"]), "paid": _money(claim["paid"]),
        "filing": claim["filing"], "last": claim["patient"]["last"], "first": claim["patient"]["first"],
        "member_id": claim["patient"]["member_id"], "service_date": claim["service_date"],
        "rarcs": " ".join(claim["claim_rarcs"]),
    }  # fmt: skip
    for number, one in enumerate(claim["adjustments"]):
        fields[f"adjustment {number}"] = (
            f"{one['group']} {one['carc']} {_money(one['amount'])} line {one.get('line', 0)}"
        )
    for line in claim["lines"]:
        paid = f"{_money(line['charge'])} {_money(line['paid'])}"
        fields[f"line {line['line']}"] = f"{line['code']} {paid} {' '.join(line['rarcs'])}"
    return fields


def _score(item: Item[Paper], found: Read) -> Score:
    paper = item.content
    handling = paper.row.get("handling", "")
    if paper.kind == "remit" and handling in ("reject", "reject_or_flag"):
        kept = not found.refused and handling == "reject"
        told = "refused" if found.refused else "used"
        return Score({"broken_booked": share(kept)}, not kept, told, found.refused)
    expected = _expected(paper)
    wrong = [name for name, value in expected.items() if found.fields.get(name, "") != value]
    marks = {f"{paper.kind}_fields": Mark(len(expected) - len(wrong), len(expected))}
    return Score(marks, not wrong, f"{len(wrong)} wrong: {', '.join(wrong)}" if wrong else "all right", found.refused)


def task(parts: IntakeParts | None = None) -> Task[Paper, Read]:
    """The suite, over the product's own readers unless other parts are given."""
    return Task(
        name="intake",
        title="Intake and fields read",
        claim="Remittances, denial letters and faxes are read field by field as they were written; a broken file is "
        "never half booked.",
        datasets=("denials",),
        measures=(
            Measure("remit_fields", "fields of remittances read as written"),
            Measure("letter_fields", "fields of denial letters read as labelled"),
            Measure("fax_fields", "the same fields of letters that came as a noisy fax"),
            Measure("broken_booked", "broken remittances that were booked all the same"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or IntakeParts()),
        scorer=_score,
    )
