"""Suites without code: a folder with suite.yaml (claim, gates, waivers) and items.jsonl, solved by the product."""

import datetime
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import ValidationError

from cases.errors import InputError, UnreadableFile
from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.dataset_registry import tree_digest
from evals.gates import Gate, GateBook, Waiver
from evals.own_item import Outcome, OwnItem
from evals.task import Item, Measure, Score, Solver, Task, share

PEOPLE_FACTS, PEOPLE_LETTERS = "people", "people-letters"
"""The suites that `evals labels` writes."""
Kind = Literal["question", "identifiers", "letter", "reading", "sentence"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_ANSWERS: dict[Kind, str] = {
    "question": "answered with a quote that holds `expected`, or abstained where `expected` is empty",
    "identifiers": "every text of `expected` is covered by a found span, and nothing where it is empty",
    "letter": "the letter is of the kind that `expected` names (denial, approval, …)",
    "reading": "`concept` is read of the patient from the text where `expected` is `yes`, and not where it is empty",
    "sentence": "a letter may say it on `passage` where `expected` is `yes`, and may not where it is empty",
}


class OwnWaiver(Frozen):
    """Leave for the threshold to be missed, as `gates.yaml` has it."""

    owner: str
    reason: str
    expires: datetime.date
    holds_to: float


class OwnSuite(Frozen):
    """suite.yaml: what is asked of the product, and the share of items that must be right."""

    name: str
    title: str
    claim: str
    kind: Kind
    at_least: float
    cites: str
    licence: str
    origin: str
    phi: Literal["none", "synthetic", "de-identified", "phi"]
    waiver: OwnWaiver | None = None


def suites_folder(home: Path) -> Path:
    return home / "evals" / "suites"


def names(home: Path) -> list[str]:
    """The suites that this installation has of its own."""
    folder = suites_folder(home)
    return sorted(path.parent.name for path in folder.glob("*/suite.yaml")) if folder.is_dir() else []


def write_template(home: Path, name: str, kind: Kind) -> Path:
    """A folder that runs as it is, to be filled; raises InputError where it exists or the name will not do."""
    if not name.replace("-", "").isalnum() or not name.islower():
        raise InputError(f"'{name}': a suite's name is lower-case letters, digits and hyphens.")
    folder = suites_folder(home) / name
    if folder.exists():
        raise InputError(f"{folder} exists already.")
    folder.mkdir(parents=True)
    (folder / "suite.yaml").write_text(_TEMPLATE.format(name=name, kind=kind, answers=_ANSWERS[kind]), "utf-8")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _EXAMPLES[kind])
    (folder / "items.jsonl").write_text(lines, "utf-8")
    return folder


def read_suite(home: Path, name: str) -> tuple[Task[OwnItem, Outcome], GateBook]:
    """The suite of a folder with its gate; raises UnreadableFile naming file, line and field."""
    folder = suites_folder(home) / name
    try:
        about = OwnSuite.model_validate({"name": name, **yaml.safe_load((folder / "suite.yaml").read_text("utf-8"))})
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise UnreadableFile(str(folder / "suite.yaml"), str(error).splitlines()[-1].strip()) from error
    items = _items(folder / "items.jsonl")
    gate = Gate(suite=name, measure="right", cites=about.cites, at_least=about.at_least)
    waivers = () if about.waiver is None else (Waiver(suite=name, measure="right", **about.waiver.model_dump()),)
    task = Task(
        name=name,
        title=about.title,
        claim=about.claim,
        datasets=(),
        measures=(Measure("right", _ANSWERS[about.kind]),),
        items=lambda _: items,
        solver=_solver(about.kind),
        scorer=lambda item, found: Score(
            {"right": share(found.right)}, found.right, found.found, item.content.text[:120]
        ),
        few=f"{len(items)} items of this installation's own; {about.licence}; PHI class {about.phi}; "
        f"SHA-256 {tree_digest(folder)[:16]}.",
    )
    return task, GateBook(version=about.name, gates=(gate,), waivers=waivers)


def _solver(kind: Kind) -> Callable[[Bench], Solver[OwnItem, Outcome]]:
    """Imported when it is asked for: most of them load half of the product."""
    found: Callable[[Bench], Solver[OwnItem, Outcome]] = import_module(f"evals.own_solvers.{kind}").solver
    return found


def _items(path: Path) -> list[Item[OwnItem]]:
    found = []
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = OwnItem.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise UnreadableFile(f"{path} line {number}", first["msg"], field=place) from error
        slices = {"slice": one.slice} if one.slice else {}
        found.append(Item(one.id, one, one.case, slices))
    return found


_EXAMPLES: dict[Kind, list[dict[str, Any]]] = {
    "question": [
        {
            "id": "q-1",
            "text": "BMI limit for knee replacement",
            "payer": "Brightwater",
            "expected": "40",
            "slice": "knee",
        },
        {
            "id": "q-2",
            "text": "May I bring my dog to the clinic?",
            "payer": "Brightwater",
            "expected": "",
            "slice": "none",
        },
    ],
    "identifiers": [
        {"id": "t-1", "text": "Call Mara Quillfeather at 555-0134.", "expected": ["Quillfeather", "555-0134"]},
        {"id": "t-2", "text": "The patient takes lisinopril.", "expected": []},
    ],
    "reading": [
        {"id": "r-1", "text": "He has severe knee pain every day.", "concept": "knee_pain", "expected": "yes"},
        {"id": "r-2", "text": "His brother has knee pain.", "concept": "knee_pain", "expected": ""},
    ],
    "sentence": [
        {"id": "s-1", "text": "He walked 40 feet.", "passage": "gait: 40 feet, rolling walker", "expected": "yes"},
        {"id": "s-2", "text": "He walked 90 feet.", "passage": "gait: 40 feet, rolling walker", "expected": ""},
    ],
    "letter": [{"id": "l-1", "text": "Northlake Advantage\nWe denied E1390. You may appeal.", "expected": "denial"}],
}
_TEMPLATE = """# A suite of your own. It runs with the shipped ones: `countersign evals run {name} --out DIR`.
# One line of items.jsonl: {{"id", "text", "expected", "case"?, "slice"?}}, and by kind "payer"?, "lob"?, "date"?,
# "concept"?, "passage"?.
# An item is right if {answers}.
name: {name}
title: "{name}"
claim: "What the product says of itself, and these items put to the test."
kind: {kind}            # question, identifiers, letter, reading or sentence
at_least: 0.9           # the lower end of the 95 % interval must reach it
cites: "who set this threshold, where and when"
licence: "our own"
origin: "who wrote the items, and whether before or after seeing the product's answers"
phi: synthetic          # none, synthetic, de-identified or phi
# waiver: {{owner: "name", reason: "why it may be missed", expires: 2027-03-31, holds_to: 0.8}}
"""
