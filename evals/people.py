"""People's labels as a suite of this installation: what two agree on, read again by the product."""

import json
import os
from pathlib import Path

from agents.casework import labelling
from agents.toolbox import Toolbox
from cases.errors import InputError
from cases.labelling import LabelItem, Says, agreement
from evals.own_suite import suites_folder

NAME = "people"
_SUITE = """# Written by `countersign evals labels`; what is changed here (threshold, waiver, who set them) is kept.
name: people
title: "People's labels"
claim: "What is read from a passage is what people say of it."
kind: reading
at_least: 0.9
cites: "a habit of ours until somebody sets one: who, where and when"
licence: "this installation's own"
origin: "decisions on facts in the course of work, approved by a supervisor and answered alike by a second person"
phi: phi
"""


def write_people(toolbox: Toolbox) -> tuple[Path, int]:
    """The folder and how many items it has; raises InputError where no two people agree on any item yet.

    Only items whose answer decides whether the reader should affirm it: a denial that people say is wrongly read may
    be either. Their text is masked and still PHI, so nobody else on the machine may open the folder.
    """
    held = labelling.items(toolbox)
    rows = [row for item in held if (row := _row(item)) is not None]
    if not rows:
        raise InputError("No item has two answers that agree yet; they are given on the panel's page Labels.")
    folder = suites_folder(toolbox.settings.home) / NAME
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    if not (folder / "suite.yaml").is_file():
        (folder / "suite.yaml").write_text(_SUITE, "utf-8")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "items.jsonl").write_text(lines, "utf-8")
    (folder / "agreement.json").write_text(agreement(held).model_dump_json(), "utf-8")
    return folder, len(rows)


def _row(item: LabelItem) -> dict[str, str] | None:
    if item.answer is None or (item.answer is Says.NO and not item.affirmed):
        return None
    expected = "yes" if item.answer is Says.YES and item.affirmed else ""
    return {
        "id": item.id, "text": item.passage, "concept": item.concept, "expected": expected, "case": item.case_id,
        "slice": item.concept,
    }  # fmt: skip
