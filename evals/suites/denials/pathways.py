"""Denials: the pathway of each adjustment and letter; an appeal is never offered where a code forbids one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from agents.reading.denial_letter.reader import LetterReading, read_letter
from cases.denial import Adjustment, DenialFacts, PathwayDecision
from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.suites.denials.labels import Row, folder, half, rows, sealed
from evals.task import Item, Mark, Measure, Score, Solver, Task, share
from knowledge.denial_clocks import clocks_of
from knowledge.denial_codes import shipped_codes
from knowledge.denial_pathways import AdjustmentSetting, choose_pathway
from knowledge.payer_directory import PayerDirectory, shipped_directory

_ZONE = "America/Chicago"
_QUOTED = 0.6
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class DenialParts:
    """What chooses a pathway, and what reads a letter."""

    choose: Callable[[Adjustment, AdjustmentSetting], PathwayDecision] = choose_pathway
    letter: Callable[[str, PayerDirectory], LetterReading] = read_letter


class Refusal(Frozen):
    """A labelled adjustment, or a labelled letter (`text`)."""

    row: Row
    text: str = ""


class Found(Frozen):
    """What is to be done: pathway, whether an appeal may come of it, and of a letter kind, day and reasons."""

    pathway: str
    appealable: str
    kind: str = ""
    day: str = ""
    reasons_right: int = 0
    reasons_wrong: int = 0
    reasons_missed: int = 0


def _items(_: Bench) -> list[Item[Refusal]]:
    codes = [
        Item(row["id"], Refusal(row=row), slices={"source": "codes", "half": half(row["id"])}, sealed=sealed(row["id"]))
        for row in rows("pathways.jsonl")
    ]
    letters = [
        Item(
            row["id"],
            Refusal(row=row, text=(folder() / row["file"]).read_text("utf-8")),
            slices={"source": "letter", "layout": row["layout"], "half": half(row["id"])},
            sealed=sealed(row["id"]),
        )
        for row in rows("letters.jsonl")
    ]
    return [*codes, *letters]


def _solver(_: Bench, parts: DenialParts) -> Solver[Refusal, Found]:
    def solve(item: Item[Refusal]) -> Found:
        return _letter(item.content, parts) if item.content.text else _code(item.content.row, parts)

    return solve


def _code(row: Row, parts: DenialParts) -> Found:
    shares = [_money(one["amount"]) for one in row.get("also", []) if one["group"] == "PR"]
    letter = shipped_codes().words.say(row["letter_says"]) if "letter_says" in row else None
    setting = AdjustmentSetting(
        rarcs=tuple(row["rarcs"]), status=row["clp_status"], paid=_money(row["paid"]), letter=letter,
        medicare=row.get("medicare", False), patient_share=sum(shares, Decimal(0)),
        contract_allowed=_money(row["contract_allowed"]) if "contract_allowed" in row else None,
    )  # fmt: skip
    found = parts.choose(Adjustment(group=row["group"], carc=row["carc"], amount=_money(row["amount"])), setting)
    return Found(pathway=found.pathway, appealable=found.appealable)


def _money(value: object) -> Decimal:
    return Decimal(str(value))


def _letter(content: Refusal, parts: DenialParts) -> Found:
    reading = parts.letter(content.text, shipped_directory())
    facts = reading.facts
    if facts is None:
        return Found(pathway="", appealable="", kind=reading.kind, reasons_missed=len(content.row["reasons"]))
    right, wrong, missed = _reasons(content.row, facts)
    clock = clocks_of(facts, _ZONE)[0]
    exact = "T" in str(content.row["work_to"]) and clock.due is not None
    day = clock.due.isoformat() if exact and clock.due else str(clock.work.day)
    return Found(
        pathway=facts.pathway, appealable=facts.appealable, kind=reading.kind, day=day, reasons_right=right,
        reasons_wrong=wrong, reasons_missed=missed,
    )  # fmt: skip


def _reasons(row: Row, facts: DenialFacts) -> tuple[int, int, int]:
    """Right, wrong, missed: a reason is right if its category is and its words hold six tenths of the label's quote."""
    left = list(facts.reasons)
    single = {row["pathway"], *row.get("pathway_accept", [])} if len(row["reasons"]) == 1 else set()
    right = 0
    for wanted in row["reasons"]:
        quote, fits = set(_WORD.findall(wanted["quote"].lower())), {wanted["category"], *single}
        hit = next((one for one in left if one.category in fits and _holds(one.wording, quote)), None)
        if hit is not None:
            left.remove(hit)
            right += 1
    return right, len(left), len(row["reasons"]) - right


def _holds(wording: str, quote: set[str]) -> bool:
    return len(quote & set(_WORD.findall(wording.lower()))) >= _QUOTED * len(quote)


def _score(item: Item[Refusal], found: Found) -> Score:
    return _score_letter(item, found) if item.content.text else _score_code(item.content.row, found)


def _score_code(row: Row, found: Found) -> Score:
    expected = row["expected"]
    accepted = {expected["pathway"], *expected.get("accept", [])}
    right = found.pathway in accepted
    marks = {"pathway_of_code": share(right)}
    if expected["pathway"] == "no_appeal":
        marks["forbidden_appeal"] = share(found.appealable == "yes")
    told = f"{found.pathway}, appeal {found.appealable}"
    return Score(
        marks, right, told, f"{'/'.join(sorted(accepted))} expected", seen=(expected["pathway"], found.pathway)
    )


def _score_letter(item: Item[Refusal], found: Found) -> Score:
    row = item.content.row
    denial = bool(row["is_denial"])
    reasons = 2 * found.reasons_right + found.reasons_wrong + found.reasons_missed
    marks: dict[str, Mark] = {"letter_kind": share(found.kind == row["letter_kind"])}
    if reasons:
        marks["letter_reasons"] = Mark(2 * found.reasons_right, reasons)
    pathway = found.pathway in {row["pathway"] or "", *row.get("pathway_accept", [])}
    if denial:
        marks |= {"letter_day": share(_has_day(row["work_to"], found.day)), "letter_pathway": share(pathway)}
        if row["appealable"] == "no":
            marks["forbidden_appeal"] = share(found.appealable == "yes")
    passed = found.kind == row["letter_kind"] and (not denial or (pathway and _has_day(row["work_to"], found.day)))
    return Score(marks, passed, f"{found.kind}, {found.pathway}, {found.day}", f"{row['pathway']}, {row['work_to']}")


def _has_day(wanted: str | None, found: str) -> bool:
    if wanted is None:
        return found == "None"
    if "T" in wanted:
        return "T" in found and abs(datetime.fromisoformat(found) - datetime.fromisoformat(wanted)) <= timedelta(
            hours=1
        )
    return found[:10] == wanted


def task(parts: DenialParts | None = None) -> Task[Refusal, Found]:
    """The suite, over the product's own rules and reader unless other parts are given."""
    return Task(
        name="denials",
        title="Denial categories and pathways",
        claim="Each reason of a denial leads to its pathway; no appeal is offered where a code or letter forbids one.",
        datasets=("denials",),
        measures=(
            Measure("forbidden_appeal", "appeals offered where a code or a letter forbids one"),
            Measure("pathway_of_code", "adjustments with the labelled pathway"),
            Measure("letter_kind", "letters whose kind is recognised"),
            Measure("letter_day", "denial letters with the day to work to"),
            Measure("letter_pathway", "denial letters with the labelled pathway"),
            Measure("letter_reasons", "F1 of the reasons of letters (category and words)"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or DenialParts()),
        scorer=_score,
    )
