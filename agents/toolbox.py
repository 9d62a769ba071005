"""What the steps work with, built once: stores, clock, ledger, and for each step only the tools it was granted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from agents.guarded_model import GuardedModel, ModelGuards, Subject
from agents.model_session import ModelSession
from cases.authorization import AuthorizationNeed
from cases.case import PayerRef
from cases.chart import Chart, Coverage, Party
from cases.criteria import PolicyRef
from cases.errors import NotFound, PayerUnavailable, ToolNotGranted
from cases.ids import CaseId, EffectKey
from cases.ports import CaseMemory, Clock, PayerConnection, PayerReceipt
from formats.scan.reading import ScanReader
from guardrails.disclosure_agreements import Agreements
from guardrails.minimum_necessary import NeededFields
from guardrails.phi.memory import memory_of_case
from guardrails.phi.redaction import AuditRedactor
from guardrails.phi.surrogates import SECRET
from guardrails.sensitive import TextJudge
from knowledge import library
from knowledge.authorization_rules import authorization_need
from knowledge.coverage_payer import payer_of
from knowledge.payer_directory import PayerEntry, Resolution
from runtime import case_store, chart_store, policy_store
from runtime.audit import AuditLog
from runtime.clock import SettableClock, SystemClock
from runtime.database import Database
from runtime.disclosure_store import StoredDisclosures
from runtime.effects import Effect, EffectsLedger, EffectState, Receipt
from runtime.master_key import master_key
from runtime.scan_cache import ScanCache
from runtime.settings import Settings
from tools.payer.client import PasClient
from tools.registry import granted, require

if TYPE_CHECKING:  # these take a second between them; they are imported where they are first used
    from langchain_core.tools import BaseTool
    from pydantic import BaseModel

    from guardrails.phi.masking import CaseMasker
    from runtime.queue import JobQueue

_MOST_CALLS = 32
"""A step that calls more often than this is not reading a case, it is looping."""


class Hands:
    """The tools one step was granted, bound to one case. Anything else raises ToolNotGranted.

    A call with more than the tool declares to need raises GuardFailed (minimum necessary, 45 CFR 164.502(b)).
    """

    def __init__(self, step: str, tools: Mapping[str, "BaseTool"], toolbox: "Toolbox") -> None:
        self._step, self._tools, self._ledger = step, tools, toolbox.ledger
        self._calls, self._needed = 0, NeededFields()
        self.organization: Party | None = toolbox.settings.organization
        self.zone = ZoneInfo(toolbox.settings.time_zone)
        self.scans = toolbox.scans

    def call(self, name: str, **arguments: object) -> Any:
        """What the tool returns; its type is the tool's own."""
        require(self._step, name)
        self._calls += 1
        if self._calls > _MOST_CALLS:
            raise ToolNotGranted(f"{self._step} called tools more than {_MOST_CALLS} times")
        self._needed.check(name, frozenset(arguments))
        return self._tools[name].invoke(dict(arguments))

    def perform(self, effect: Effect, act: Callable[[], Receipt], inquire: Callable[[], Receipt | None]) -> Receipt:
        """An outward act through the ledger, for a step that was granted one."""
        require(self._step, "payer_submit")
        return self._ledger.perform(effect, act, inquire)

    def ledger_state(self, key: EffectKey) -> EffectState | None:
        return self._ledger.state(key)


@dataclass(frozen=True)
class Toolbox:
    """Everything one process needs to work cases. Build it with `build_toolbox`.

    `scans` reads scans, each once. `queue` is None where nobody would run its jobs (the command line works its
    cases itself). `model` is None where no model is set, and everything is read by rules.
    """

    settings: Settings
    clock: Clock
    database: Database
    audit: AuditLog
    ledger: EffectsLedger
    scans: ScanReader
    queue: "JobQueue | None" = None
    model: GuardedModel | None = None

    def model_session(self, case_id: CaseId | None = None) -> ModelSession | None:
        """Questions to the model about one case, or about none; None where no model is set."""
        if self.model is None:
            return None
        memory = CaseMemory()
        if case_id is not None:
            with self.database.read() as transaction:
                case = case_store.get(transaction, case_id)
            memory = memory_of_case(case, CaseTools(self, case_id).read_chart())
        return ModelSession(self.model, Subject(memory=memory))

    def hands(self, step: str, case_id: CaseId) -> Hands:
        """The tools granted to a step, as langchain-core tools bound to this case."""
        functions = CaseTools(self, case_id).by_name()
        structured = import_module("langchain_core.tools").StructuredTool
        tools = {
            spec.name: structured.from_function(
                functions[spec.name],
                name=spec.name,
                description=spec.description,
                args_schema=_arguments_of(spec.name),
            )
            for spec in granted(step)
        }
        return Hands(step, tools, self)


@cache
def _arguments_of(tool: str) -> "type[BaseModel]":
    """The shape of a tool's arguments: read from its function once a process, not once for each step of each case."""
    made: type[BaseModel] = import_module("langchain_core.tools.base").create_schema_from_function(
        tool, getattr(CaseTools, tool), filter_args=("self",)
    )
    return made


@dataclass(frozen=True)
class CaseTools:
    """The functions behind the tools, for one case."""

    toolbox: Toolbox
    case_id: CaseId

    def by_name(self) -> Mapping[str, Callable[..., object]]:
        return {
            "read_chart": self.read_chart,
            "resolve_payer": self.resolve_payer,
            "payer_address": self.payer_address,
            "authorization_need": self.authorization_need,
            "find_policy": self.find_policy,
            "policy_text": self.policy_text,
            "payer_has_endpoint": self.payer_has_endpoint,
            "payer_submit": self.payer_submit,
            "payer_inquire": self.payer_inquire,
            "model_session": self.model_session,
        }

    def model_session(self) -> ModelSession | None:
        return self.toolbox.model_session(self.case_id)

    def read_chart(self) -> Chart:
        with self.toolbox.database.read() as transaction:
            digest = case_store.get(transaction, self.case_id).chart_digest
            return chart_store.get_chart(transaction, self.case_id, digest) if digest else Chart()

    def resolve_payer(self, coverage: Coverage) -> Resolution:
        with self.toolbox.database.read() as transaction:
            return payer_of(library.payer_directory(transaction), coverage)

    def payer_address(self, payer: PayerRef) -> tuple[str, ...]:
        entry = self._entry(payer)
        if entry is None:
            return ()
        address = entry.address
        place = " ".join(part for part in (address.city, address.state, address.postal_code) if part)
        return tuple(line for line in (*address.line, place) if line)

    def authorization_need(
        self, payer: PayerRef, codes: tuple[str, ...], on: date | None = None, place: str | None = None, drug: str = ""
    ) -> AuthorizationNeed:
        return authorization_need(payer, codes, on, place, drug)

    def find_policy(self, payer: PayerRef, codes: tuple[str, ...], on: date | None = None) -> library.OrderCriteria:
        with self.toolbox.database.read() as transaction:
            return library.criteria_for_order(transaction, payer, codes, on)

    def policy_text(self, policy: PolicyRef) -> str:
        with self.toolbox.database.read() as transaction:
            held = policy_store.versions(transaction, policy.payer_id, policy.doc_id)
            version = next((item for item in held if item.version == policy.version), None)
            if version is None:
                raise NotFound(f"Policy {policy.doc_id}, version {policy.version}, is not held any more.")
            return policy_store.text_of(transaction, version)

    def payer_has_endpoint(self, payer: PayerRef) -> bool:
        return bool(self._url(payer))

    def payer_submit(self, payer: PayerRef, bundle: bytes) -> PayerReceipt:
        return self._connection(payer).submit(bundle)

    def payer_inquire(self, payer: PayerRef, inquiry: bytes) -> PayerReceipt | None:
        return self._connection(payer).inquire(inquiry)

    def _connection(self, payer: PayerRef) -> PayerConnection:
        """The payer's PAS endpoint: the setting's, else the directory's; PayerUnavailable where there is none."""
        url = self._url(payer)
        if not url:
            raise PayerUnavailable(
                f"No PAS endpoint is known for {payer.name}: set COUNTERSIGN_PAYER_ENDPOINTS or the payer directory."
            )
        return PasClient(url, self.toolbox.clock)

    def _url(self, payer: PayerRef) -> str:
        entry = self._entry(payer)
        listed = next((endpoint.url for endpoint in entry.endpoints if endpoint.kind == "pas"), "") if entry else ""
        return self.toolbox.settings.payer_endpoints.get(payer.id, listed)

    def _entry(self, payer: PayerRef) -> PayerEntry | None:
        with self.toolbox.database.read() as transaction:
            return library.payer_directory(transaction).entries.get(payer.id)


def _shipped_masker(secret: bytes) -> "CaseMasker":
    masker: CaseMasker = import_module("guardrails.phi.masking").CaseMasker(
        import_module("guardrails.phi.guard").shipped_guard(), secret
    )
    return masker


def build_toolbox(settings: Settings, *, with_queue: bool = False) -> Toolbox:
    """Open the database and build what every step works with. Nothing connects to a payer or a model here."""
    clock: Clock = SettableClock(settings.fixed_time) if settings.fixed_time else SystemClock()
    database = Database.open(settings)
    key = master_key(settings)
    audit = AuditLog(key, AuditRedactor())
    masker = cache(lambda: _shipped_masker(key.derive(SECRET)))
    guards = ModelGuards(
        agreements=Agreements(settings.agreements_file, ZoneInfo(settings.time_zone)),
        ledger=StoredDisclosures(database, audit, clock, "guarded_model"),
        masker_of=lambda _: masker(),
        sensitive=TextJudge(),
    )
    return Toolbox(
        settings=settings,
        clock=clock,
        database=database,
        audit=audit,
        ledger=EffectsLedger(database, clock),
        scans=ScanReader(ScanCache(settings.home / "scans", key, clock)),
        queue=import_module("runtime.queue").JobQueue(settings) if with_queue else None,
        model=GuardedModel.of(settings, clock, guards),
    )
