"""A clinic for flow tests: a home of its own, a settable clock, users of each role, and a payer in its own process."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from agents.casework.exporting import export_case
from agents.casework.opening import open_cases
from agents.casework.policies import import_policies, import_shipped
from agents.casework.reviewing import ReviewRequest, record_review
from agents.casework.working import open_graph, work_case
from agents.toolbox import Toolbox, build_toolbox
from cases.case import Case, LineOfBusiness
from cases.ids import CaseId, Digest, PayerId, UserId
from cases.review import Review, ReviewAct, User, UserRole
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import path_items
from runtime import case_store, review_store, work_store
from runtime.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "evals" / "datasets" / "samples"
COMPLETE = SAMPLES / "oxygen-complete"
NORTHLAKE = PayerId("northlake-advantage")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
Json = dict[str, Any]
_DATABASE = "countersign.db"


@cache
def _prepared(now: datetime) -> Path:
    """A home with its users and the shipped policies, made once a process and copied for each clinic."""
    home = Path(tempfile.mkdtemp(prefix="clinic-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    box = build_toolbox(Settings(home=home, fixed_time=now))
    _furnish(box)
    box.database.close()
    assert (home / _DATABASE).is_file()
    return home


def _furnish(box: Toolbox) -> None:
    with box.database.begin() as transaction:
        for role in (UserRole.VIEWER, UserRole.SPECIALIST, UserRole.REVIEWER, UserRole.SUPERVISOR):
            review_store.put_user(transaction, User(id=UserId(role.value), name=role.value, role=role))
        doctor = User(
            id=UserId("dr-lindqvist"),
            name="Amara Lindqvist",
            role=UserRole.SPECIALIST,
            npi="1234567893",
            licence="MN 1",
        )
        review_store.put_user(transaction, doctor)
    import_shipped(box)


@dataclass
class Clinic:
    """The product in one home folder, driven through casework as the doors drive it."""

    box: Toolbox
    out: Path

    @classmethod
    def at(
        cls, home: Path, endpoints: Mapping[PayerId, str] | None = None, now: datetime = NOW, database_url: str = ""
    ) -> "Clinic":
        """Open the home; users viewer, specialist, reviewer, supervisor and dr-lindqvist stand ready."""
        settings = Settings(home=home, fixed_time=now, payer_endpoints=dict(endpoints or {}), database_url=database_url)
        fresh = not database_url and not (home / _DATABASE).exists()
        if fresh:
            shutil.copytree(_prepared(now), home, dirs_exist_ok=True)
        box = build_toolbox(settings)
        if not fresh:
            _furnish(box)
        return cls(box, home / "out")

    def import_for(self, paths: list[Path], payer: str = "", line: LineOfBusiness | None = None) -> None:
        given = Particulars(payer=payer, line_of_business=line)
        reports = list(import_policies(self.box, path_items(paths, given)))
        assert all(report.reason == "" for report in reports), reports

    def authorize(self, *paths: Path, order: str | None = None) -> dict[str, Case]:
        """Work every order (or the one named); cases by order reference."""
        opened = open_cases(self.box, paths, order)
        with open_graph(self.box) as graph:
            cases = [work_case(self.box, graph, case_id).case for case_id in opened.case_ids]
        return {case.order.reference: case for case in cases}

    def go_on(self, case_id: CaseId) -> Case:
        with open_graph(self.box) as graph:
            return work_case(self.box, graph, case_id).case

    def review(
        self, case_id: CaseId, act: ReviewAct, user: str, *, digest: str = "", reason: str = "", letter: str = ""
    ) -> Review:
        return record_review(
            self.box,
            ReviewRequest(
                case_id=case_id,
                act=act,
                user_id=UserId(user),
                digest=Digest(digest or self.digest(case_id)),
                reason=reason,
                letter=letter,
            ),
        )

    def digest(self, case_id: CaseId) -> str:
        with self.box.database.read() as transaction:
            submission = work_store.newest_submission(transaction, case_id)
        assert submission is not None
        return submission.digest

    def case(self, case_id: CaseId) -> Case:
        with self.box.database.read() as transaction:
            return case_store.get(transaction, case_id)

    def artefacts(self, case_id: CaseId) -> dict[str, bytes]:
        folder = export_case(self.box, case_id, self.out)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def gate(self, case_id: CaseId) -> Json:
        return as_json(self.artefacts(case_id)["gate.json"])

    def log_holds(self) -> bool:
        with self.box.database.read() as transaction:
            return self.box.audit.verify(transaction).holds


def as_json(content: bytes) -> Json:
    read: Json = json.loads(content)
    return read


def leaves(node: Json) -> dict[str, Json]:
    """The leaves of criteria.json's tree by id."""
    if "children" not in node:
        return {node["id"]: node}
    return {key: leaf for child in node["children"] for key, leaf in leaves(child).items()}


def ehr_chart(shared: Path, patient: str, folder: Path) -> Path:
    """A copy of a Da Vinci EHR patient with the parties the orders name."""
    seed = shared / "data" / "standards" / "hl7-davinci-test-ehr" / "src" / "main" / "resources" / "seed-data"
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in (f"{patient}_*.json", "1. practitioner.json", "2. organization.json", "Practitioner*.json"):
        for path in seed.glob(pattern):
            shutil.copy(path, folder / path.name)
    return folder


def edit(path: Path, **changes: Any) -> None:
    """Set top-level elements of a resource file."""
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")
