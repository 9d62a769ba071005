"""Write an appeal's artefacts to a folder, as they are stored; the folder bears the id of the case that was refused."""

import json
from pathlib import Path

from agents.appeal_json import denial_json, pathway_json
from agents.artefact_json import case_json
from agents.reading.appeals.pathway import plan_filing
from agents.toolbox import Toolbox
from cases.denial import Denial
from cases.errors import InputError
from cases.ids import CaseId
from runtime import case_store, work_store
from runtime.work_store import GATE

NAMES = (
    "case.json", "denial.json", "pathway.json", "letter.pdf", "letter.md", "enclosures.pdf", "rebuttal.json",
    "gate.json", "criteria.json", "gaps.json", "pas-bundle.json", "x12-278.edi", "work-order.md", "brief.md",
    "patient-copy.md",
)  # fmt: skip


def export_appeal(toolbox: Toolbox, appeal_id: CaseId, out: Path, folder: str = "") -> Path:
    """DIR/<case id>/ with every artefact of the newest run; gives that folder. Stale ones are removed from it."""
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, appeal_id)
        revision = work_store.newest_revision(transaction, appeal_id, GATE)
        digests = work_store.artefact_digests(transaction, appeal_id, revision) if revision is not None else {}
        files = {name: work_store.get_artefact(transaction, appeal_id, revision or 0, name) for name in digests}
    files["case.json"] = case_json(case, None, dict(digests), [])
    parent = case.appeal.parent if case.appeal else appeal_id
    return _write(out / (folder or parent), files)


def export_unjoined(toolbox: Toolbox, denial: Denial, out: Path) -> Path:
    """DIR/<denial id>/ of a denial that no case was found for: what it says, its pathway, and a gate that is shut."""
    plan = plan_filing(denial, toolbox.clock.now(), electronic=False, consented=False)
    gate = {"action": "submit_appeal", "outcome": "blocked", "reasons": ["no_case_found"], "verdicts": []}
    files = {
        "denial.json": denial_json(denial, None),
        "pathway.json": pathway_json(plan),
        "gate.json": (json.dumps(gate, indent=2) + "\n").encode(),
    }
    return _write(out / denial.id, files)


def _write(folder: Path, files: dict[str, bytes]) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            (folder / name).unlink(missing_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from error
    return folder
