"""Write a case's artefacts to a folder, as they are stored."""

from pathlib import Path

from agents.artefact_json import case_json
from agents.model_work import model_json
from agents.products import MODEL_READING, MODEL_WORDING
from agents.toolbox import Toolbox
from cases.errors import InputError
from cases.ids import CaseId
from runtime import case_store, chart_store, work_store
from runtime.work_store import GATE, NEED


def export_case(toolbox: Toolbox, case_id: CaseId, out: Path) -> Path:
    """DIR/<case id>/ with case.json and every artefact of the newest run; gives that folder.

    Artefacts of an older run are removed from the folder, so that no stale packet lies beside a new gate.
    """
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        revision = work_store.newest_revision(transaction, case_id, GATE)
        digests = work_store.artefact_digests(transaction, case_id, revision) if revision is not None else {}
        files = {name: work_store.get_artefact(transaction, case_id, revision or 0, name) for name in digests}
        need = work_store.get_product(transaction, case_id, NEED, revision) if revision is not None else None
        reading = (
            work_store.get_product(transaction, case_id, MODEL_READING, revision) if revision is not None else None
        )
        wording = (
            work_store.get_product(transaction, case_id, MODEL_WORDING, revision) if revision is not None else None
        )
        chart = chart_store.get_chart(transaction, case_id, case.chart_digest) if case.chart_digest else None
    refusals: list[dict[str, object]] = [item.model_dump(mode="json") for item in chart.refusals] if chart else []
    shown: dict[str, object] | None = need.model_dump(mode="json") if need else None
    files["case.json"] = case_json(case, shown, dict(digests), refusals, model_json(reading, wording))
    return _write(out / case_id, files)


_NAMES = (
    "case.json", "criteria.json", "gaps.json", "gate.json", "letter.md", "packet.pdf", "pas-bundle.json", "x12-278.edi",
)  # fmt: skip


def _write(folder: Path, files: dict[str, bytes]) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _NAMES:
            (folder / name).unlink(missing_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from error
    return folder
