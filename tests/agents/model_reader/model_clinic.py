"""A clinic with a model: the flow tests' clinic, a scripted server, and guards a test may choose."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import yaml

from agents.guarded_model import GuardedModel, ModelGuards
from cases.case import Case
from cases.ports import Masker, SensitiveJudge
from guardrails.disclosure_agreements import Agreements
from runtime.disclosure_store import StoredDisclosures
from runtime.llm import LlmTransport
from tests.flows.clinic import COMPLETE, Clinic, as_json, leaves
from tests.llm.model_server import ModelServer
from tests.llm.stand_ins import KnownWordsMasker, WordJudge

Json = dict[str, Any]
ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def write_agreements(path: Path, endpoint: str, /, **changes: object) -> Agreements:
    """A file with one agreement for the endpoint, with these fields changed."""
    fields = {
        "party": "Stub Models, Inc.", "endpoint": endpoint, "from": date(2026, 1, 1), "until": date(2026, 12, 31),
        "subcontractors": ["Stub Hosting"], "retention": "none", "no_training": True, "trusted": False,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"agreements": [{**fields, **changes}]}), "utf-8")
    return Agreements(path, ZONE)


class ModelClinic:
    """The product with a model behind its guards, in one home folder."""

    def __init__(
        self,
        home: Path,
        server: ModelServer,
        *,
        masker: type[Masker] | None = KnownWordsMasker,
        judge: type[SensitiveJudge] | None = WordJudge,
        timeout: float = 5.0,
        agreement: Json | None = None,
        **settings: object,
    ) -> None:
        plain = Clinic.at(home)
        box = plain.box
        set_to = box.settings.model_copy(update={"llm_base_url": server.base_url, "llm_model": "stub", **settings})
        agreements = write_agreements(set_to.agreements_file, server.base_url, **(agreement or {}))
        assert box.model is None
        masker_of = (lambda _: masker()) if masker else None
        guards = ModelGuards(agreements, _ledger(plain), masker_of, judge() if judge else None)
        built = GuardedModel.of(set_to, box.clock, guards)
        assert built is not None
        transport = LlmTransport(server.base_url, "stub-model", "key-1", timeout)
        model = GuardedModel(transport, built.guards, box.clock, set_to)
        self.clinic = Clinic(replace(box, settings=set_to, model=model), home / "out")
        self.server = server

    def work(self, *paths: Path) -> "Outcome":
        (case,) = self.clinic.authorize(*(paths or (COMPLETE,))).values()
        return Outcome(case, self.clinic)

    def close(self) -> None:
        self.clinic.box.database.close()


def _ledger(clinic: Clinic) -> StoredDisclosures:
    box = clinic.box
    return StoredDisclosures(box.database, box.audit, box.clock)


class Outcome:
    """What came of a case, as its artefacts show it."""

    def __init__(self, case: Case, clinic: Clinic) -> None:
        self.case = case
        self.files = clinic.artefacts(case.id)
        self.clinic = clinic

    @property
    def letter(self) -> str:
        return self.files["letter.md"].decode() if "letter.md" in self.files else ""

    @property
    def packet(self) -> str:
        """The text of the packet's pages."""
        if "packet.pdf" not in self.files:
            return ""
        document = pypdfium2.PdfDocument(self.files["packet.pdf"])
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        return text

    @property
    def gate(self) -> Json:
        return as_json(self.files["gate.json"])

    @property
    def told(self) -> Json:
        """What gate.json says of the model."""
        (verdict,) = (one for one in self.gate["verdicts"] if one["guard"] == "model_reading")
        return dict(verdict)

    @property
    def model(self) -> Json:
        """What case.json says of the model."""
        return dict(as_json(self.files["case.json"])["model"])

    @property
    def leaves(self) -> dict[str, Json]:
        return leaves(as_json(self.files["criteria.json"])["tree"])

    @property
    def everything(self) -> str:
        """Every artefact as text."""
        texts = [content.decode() for name, content in self.files.items() if not name.endswith(".pdf")]
        return "\n".join([*texts, self.packet])

    def audited(self, action: str) -> list[Json]:
        with self.clinic.box.database.read() as transaction:
            entries = self.clinic.box.audit.entries(transaction, self.case.id)
        return [dict(entry.event.detail) for entry in entries if entry.event.action == action]
