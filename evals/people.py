"""People's labels as suites of this installation: what two agree on, put to the product again."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from agents.casework import labelling
from agents.toolbox import Toolbox
from cases.errors import InputError
from cases.labelling import LETTER_SENTENCE, LabelItem, Says, agreement
from evals.own_suite import PEOPLE_FACTS, PEOPLE_LETTERS, suites_folder

_SUITE = """# Written by `countersign evals labels`; what is changed here (threshold, waiver, who set them) is kept.
name: {name}
title: "{title}"
claim: "{claim}"
kind: {kind}
at_least: 0.9
cites: "a habit of ours until somebody sets one: who, where and when"
licence: "this installation's own"
origin: "decisions in the course of work, approved by a supervisor and answered alike by a second person"
phi: phi
"""
_ABOUT = {
    PEOPLE_FACTS: {
        "title": "People's labels",
        "claim": "What is read from a passage is what people say of it.",
        "kind": "reading",
    },
    PEOPLE_LETTERS: {
        "title": "People's labels of letters",
        "claim": "A letter says only what people say its sources bear.",
        "kind": "sentence",
    },
}


def write_people(toolbox: Toolbox) -> tuple[tuple[Path, int], ...]:
    """The folders written and how many items each has; raises InputError where no two people agree on any item yet.

    Of facts only items whose answer decides whether the reader should affirm them: a denial that people say is wrongly
    read may be either. Their text is masked and still PHI, so nobody else on the machine may open the folders.
    """
    held = labelling.items(toolbox)
    rows = {
        PEOPLE_FACTS: [row for item in held if item.concept != LETTER_SENTENCE and (row := _fact_row(item))],
        PEOPLE_LETTERS: [row for item in held if item.concept == LETTER_SENTENCE and (row := _sentence_row(item))],
    }
    if not any(rows.values()):
        raise InputError("No item has two answers that agree yet; they are given on the panel's page Labels.")
    return tuple((_write(toolbox, name, found, held), len(found)) for name, found in rows.items() if found)


def _write(toolbox: Toolbox, name: str, rows: Sequence[dict[str, str]], held: Sequence[LabelItem]) -> Path:
    folder = suites_folder(toolbox.settings.home) / name
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    if not (folder / "suite.yaml").is_file():
        (folder / "suite.yaml").write_text(_SUITE.format(name=name, **_ABOUT[name]), "utf-8")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "items.jsonl").write_text(lines, "utf-8")
    of_kind = [item for item in held if (item.concept == LETTER_SENTENCE) is (name == PEOPLE_LETTERS)]
    (folder / "agreement.json").write_text(agreement(of_kind).model_dump_json(), "utf-8")
    return folder


def _fact_row(item: LabelItem) -> dict[str, str] | None:
    if item.answer is None or (item.answer is Says.NO and not item.affirmed):
        return None
    expected = "yes" if item.answer is Says.YES and item.affirmed else ""
    return {
        "id": item.id, "text": item.passage, "concept": item.concept, "expected": expected, "case": item.case_id,
        "slice": item.concept, "read": item.read if item.affirmed else "",
    }  # fmt: skip


def _sentence_row(item: LabelItem) -> dict[str, str] | None:
    if item.answer is None:
        return None
    return {
        "id": item.id, "text": item.read, "passage": item.passage, "case": item.case_id,
        "expected": "yes" if item.answer is Says.YES else "",
    }  # fmt: skip
