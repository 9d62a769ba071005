"""An auditor's bundle: the log with its proof, the disclosure ledger, the accounting of disclosures, incidents."""

import json
from collections.abc import Iterable
from pathlib import Path

from agents.toolbox import Toolbox
from cases.errors import InputError
from cases.ids import CaseId
from guardrails.disclosure_accounting import accounting
from runtime import disclosure_store


def write_bundle(box: Toolbox, out: Path, case_id: CaseId | None) -> dict[str, int]:
    """Write the files to `out` and say how many rows each has. With a case, only what is about that case.

    Incidents carry their codes and dates; who received a message, which a person wrote down, stays in the store.
    """
    at = box.clock.now()
    with box.database.read() as transaction:
        proof = box.audit.verify(transaction)
        entries = box.audit.entries(transaction, case_id)
        ledger = disclosure_store.ledger(transaction, case_id)
        incidents = disclosure_store.incidents_held(transaction, case_id)
    accounted = accounting(ledger, at)
    hidden = {"recipient", "assessment"}
    files = {
        "entries.jsonl": _lines(entry.model_dump_json() for entry in entries),
        "disclosures.jsonl": _lines(row.model_dump_json() for row in ledger),
        "accounting.jsonl": _lines(row.model_dump_json() for row in accounted),
        "incidents.jsonl": _lines(incident.model_dump_json(exclude=hidden) for incident in incidents),
        "proof.json": json.dumps(
            {
                "size": proof.size, "root": proof.root, "holds": proof.holds, "exported_at": at.isoformat(),
                "problems": [str(problem) for problem in proof.problems],
            },
            indent=2,
        ) + "\n",
    }  # fmt: skip
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error
    return {
        "entries": len(entries), "disclosures": len(ledger), "accounting": len(accounted), "incidents": len(incidents),
    }  # fmt: skip


def _lines(rows: Iterable[str]) -> str:
    return "".join(f"{row}\n" for row in rows)
