"""An appeal at work, for flow tests: a denial beside its chart, worked to the gate, and its letter judged anew."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from agents.casework.appeals.exporting import export_appeal
from agents.casework.appeals.opening import open_from_files
from agents.casework.working import open_graph, work_case
from agents.products import LETTER
from cases.ids import CaseId, UserId
from cases.lifecycle import CaseState
from evals.suites.papers import appeals
from runtime import work_store
from tests.flows.clinic import SAMPLES, Clinic
from tests.labels.halves import FOLDER

LETTERS, REMITS = FOLDER / "letters", FOLDER / "remits"
OXYGEN = (LETTERS / "01-northlake-oxygen.txt").read_text("utf-8")
NOW = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
COMPLETE = "oxygen-complete"
REVIEWER, SPECIALIST = UserId("reviewer"), UserId("specialist")


def denied(text: str = OXYGEN) -> str:
    """The denial of the oxygen patient whose chart is complete."""
    for old, new in (
        ("Leon Rene Baptiste", "Marguerite Oyelaran"), ("NLA5510477", "NLA5510023"), ("NL-PA-610477", "NL-PA-610023"),
    ):  # fmt: skip
        text = text.replace(old, new)
    return text


def folder(tmp_path: Path, sample: str, letter: str, name: str = "denial.txt") -> Path:
    mixed = tmp_path / "mixed" / sample
    shutil.copytree(SAMPLES / sample, mixed)
    (mixed / name).write_text(letter, "utf-8")
    return mixed


def renamed(tmp_path: Path, number: int, letter: str | None = None) -> Path:
    """The complete oxygen chart, with its denial where one is given, as another patient's."""
    target = tmp_path / f"renamed{number}"
    shutil.copytree(SAMPLES / COMPLETE, target)
    if letter is not None:
        (target / "denial.txt").write_text(letter, "utf-8")
    for path in target.iterdir():
        text = path.read_text("utf-8")
        for old, new in (
            ("Oyelaran", f"Okafor{number}"),
            ("syn-0001", f"syn-10{number}"),
            ("NLA5510023", f"NLA55109{number}0"),
            ("NL-PA-610023", f"NL-PA-61{number}"),
        ):
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
    return target


def work(clinic: Clinic, appeal_id: CaseId) -> tuple[CaseState, dict[str, bytes]]:
    with open_graph(clinic.box) as graph:
        state = work_case(clinic.box, graph, appeal_id).case.state
    written = export_appeal(clinic.box, appeal_id, clinic.out)
    return state, {path.name: path.read_bytes() for path in written.iterdir()}


def appeal(clinic: Clinic, path: Path) -> tuple[CaseId, CaseState, dict[str, bytes]]:
    (appeal_id,) = open_from_files(clinic.box, [path]).appeal_ids
    return (appeal_id, *work(clinic, appeal_id))


def unsupported(clinic: Clinic, appeal_id: CaseId) -> list[tuple[str, tuple[str, ...]]]:
    """Sentences of the drafted letter that do not stand, judged from the stores and not from the gate."""
    with clinic.box.database.read() as transaction:
        letter = work_store.get_product(transaction, appeal_id, LETTER)
        assert letter
        return appeals.unsupported(transaction, appeal_id, letter)


def remittance(adjustments: str) -> str:
    """An 835 of the oxygen patient's claim with these adjustment and remark segments."""
    text = (REMITS / "24-one-long-line.835").read_text("utf-8")
    head, _, rest = text.partition("CLP*PCN-1032")
    tail = "SE*" + rest.rpartition("SE*")[2]
    claim = (
        "CLP*PCN-9*4*4200*0**HM*NLC99*12*1'NM1*QC*1*OYELARAN*MARGUERITE****MI*NLA5510023'DTM*232*20261109'"
        f"SVC*HC:E1390*4200*0**1'DTM*472*20261109'{adjustments}"
    )
    made = head.replace("BPR*I*31*C*CHK", "BPR*H*0*C*NON") + claim + tail
    segments = made[made.index("ST*835") :].split("'")
    count = next(place for place, one in enumerate(segments, start=1) if one.startswith("SE*"))
    return re.sub(r"SE\*\d+\*", f"SE*{count}*", made)
