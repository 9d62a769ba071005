"""Single statements in the words of many writers (`d_wordings`), each judged as a chart of one note and the order.

Half of the lines, by `halves.is_open`, may be studied; the other half is only scored. The product reads nothing here.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.labels.d_harness import LABELS, judge
from tests.labels.halves import is_open

FOLDER = Path(__file__).resolve().parent / "d_wordings"
Row = dict[str, Any]
_KEPT = ("Patient", "ServiceRequest", "DeviceRequest", "MedicationRequest", "Coverage", "Practitioner", "Organization")


@dataclass(frozen=True)
class Judged:
    """One line's label beside the answer."""

    row: Row
    found: str
    reason: str

    @property
    def right(self) -> bool:
        return self.found == self.row["state"]

    @property
    def false_met(self) -> bool:
        return self.found == "MET" and self.row["state"] != "MET"


def rows(folder: Path = FOLDER) -> Iterator[Row]:
    for path in sorted(folder.glob("*.jsonl")):
        yield from rows_of(path)


def rows_of(path: Path) -> Iterator[Row]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def chart_of(row: Row, scratch: Path) -> Path:
    """The folder of a line: the service's order, and the note under a header that names patient and day."""
    target = scratch / "wording"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    bundle = json.loads((LABELS / "charts" / f"{row['service']}-1" / "order.json").read_text("utf-8"))
    bundle["entry"] = [one for one in bundle["entry"] if one["resource"]["resourceType"] in _KEPT]
    male = "Martin" in row["text"]
    for entry in bundle["entry"]:
        held = entry["resource"]
        held["id"] = held["id"].replace("_", "-")
        if held["resourceType"] == "Patient":
            held["name"] = [{"family": "Ellison", "given": ["Martin" if male else "Marta"]}]
            held["birthDate"], held["gender"] = "1958-03-04", "male" if male else "female"
            for identifier in held.get("identifier", ()):
                identifier["value"] = "ME-40417"
    (target / "order.json").write_text(json.dumps(bundle), "utf-8")
    on = date.fromisoformat(row["note_date"])
    who = "Martin" if male else "Marta"
    head = (
        f"{row['title']}\nPatient: {who} Ellison    DOB: 03/04/1958    MRN: ME-40417\nDate of service: {on:%m/%d/%Y}\n"
    )
    (target / "note.txt").write_text(f"{head}\n{row['text']}\n\n{row['signed']}\n", "utf-8")
    return target


def judged(row: Row, scratch: Path) -> Judged:
    node = judge(chart_of(row, scratch), row["service"])[row["leaf"]]
    reason = node.reason or " / ".join(f"{leaf.state.value}: {leaf.reason}" for leaf in node.leaves())
    return Judged(row, node.state.value, reason)


def summary(answers: list[Judged]) -> dict[str, int]:
    """Counts that a table needs, the studied half and the other apart by the caller."""
    count = Counter(
        right=sum(one.right for one in answers), judged=len(answers), false_met=sum(one.false_met for one in answers)
    )
    met = [one for one in answers if one.row["state"] == "MET"]
    return dict(count) | {"met": len(met), "met_seen": sum(one.right for one in met)}


def studied(answers: list[Judged]) -> list[Judged]:
    return [one for one in answers if is_open(one.row["id"])]
