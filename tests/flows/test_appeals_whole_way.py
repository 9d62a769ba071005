"""Cases from order to overturned appeal, and letters for twenty denials: all in full, a few otherwise."""

from pathlib import Path

import pypdfium2
import pytest

from agents.appeal_products import OUTCOME
from agents.casework.appeals.acts import record_call, record_consent, record_filing
from agents.casework.appeals.opening import appeal_id_for, open_for_case
from agents.casework.denials.appealed import record_outcome
from cases.appeal import Call, Result
from cases.ids import CaseId, PayerId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from evals.suites.papers.appeals import CLAIM, PAIRS
from runtime import case_store, denial_store, work_store
from runtime.database import Transaction
from tests.flows.appeal_desk import (
    COMPLETE,
    LETTERS,
    NOW,
    OXYGEN,
    SPECIALIST,
    appeal,
    denied,
    folder,
    renamed,
    unsupported,
    work,
)
from tests.flows.clinic import SAMPLES, Clinic, Json, as_json
from tests.tools.payer.sandbox_process import SandboxProcess


@pytest.fixture
def alone(tmp_path: Path) -> Clinic:
    return Clinic.at(tmp_path / "home", now=NOW)


WORDS = "The oxygen value sent was not taken in the 30 days that end on the day of the order."
WHOLE_WAY = (COMPLETE, "snf-after-observation", "lumbar-mri-expedited", "lumbar-mri-policy-changed",
             "botulinum-migraine-complete", "inpatient-pneumonia", "pap-faxed-referral")  # fmt: skip


def deny_all(payer: SandboxProcess, words: str) -> str:
    payer.kill()
    rules = [{"behaviour": "deny", "words": words}] if words else []
    payer.script = {"default": "deny", "rules": rules}
    return payer.start()


def whole_way(home: Path, base: str, sample: str, chart: Path) -> None:
    """Order, packet, refusal, brief and call, each internal level upheld, then the last packet, and overturned."""
    payers = ("northlake-advantage", "brightwater-commercial", "lakeshore-medicaid", "harborline-erisa")
    clinic = Clinic.at(home, {PayerId(payer): base for payer in payers})
    (case,) = clinic.authorize(chart).values()
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.go_on(case.id).state is CaseState.DENIED, sample
    levels = []
    for _ in range(4):
        (appeal_id,) = open_for_case(clinic.box, case.id).appeal_ids
        state, files = work(clinic, appeal_id)
        plan, gate = as_json(files["pathway.json"]), as_json(files["gate.json"])
        assert gate["outcome"] == "review", (sample, gate)
        assert unsupported(clinic, appeal_id) == []
        assert b"The three strongest points" in files["brief.md"]
        levels.append(plan["level"])
        call = Call(at=clinic.box.clock.now(), kind="peer_to_peer", with_whom="Dr. Reviewer", outcome="upheld")
        record_call(clinic.box, appeal_id, SPECIALIST, call)
        if plan["form"]:
            record_consent(clinic.box, appeal_id, SPECIALIST, "the member", "2026-11-20")
        clinic.review(appeal_id, ReviewAct.APPROVE, "reviewer")
        state, _ = work(clinic, appeal_id)
        if plan["channel"] == "hand":
            break
        assert state is CaseState.DENIED
        assert plan["due"] is not None or plan["why_no_date"]
    assert plan["filing"] in ("external_review", "hearing"), (sample, plan)
    assert len(levels) >= 2, (sample, levels)
    enclosed = as_json(files["rebuttal.json"])
    assert enclosed["evidence_reused_from"] == case.id
    text = _pages(files["enclosures.pdf"])
    assert "Our earlier appeal letter" in text
    assert "Record of telephone calls" in text
    record_filing(clinic.box, appeal_id, SPECIALIST, "fax", "1")
    work(clinic, appeal_id)
    record_outcome(clinic.box, appeal_id, Result.OVERTURNED, SPECIALIST, "decision 1")
    assert clinic.case(case.id).state is CaseState.AUTHORIZED
    assert clinic.log_holds()
    _replays(clinic, case.id, levels)
    clinic.box.database.close()


def _level(transaction: Transaction, appeal_id: CaseId) -> int:
    """The clock of these tests stands still, so that the order of opening says nothing."""
    link = case_store.get(transaction, appeal_id).appeal
    assert link is not None
    return link.level


def _pages(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def _replays(clinic: Clinic, case_id: CaseId, levels: list[int]) -> None:
    """Every artefact of every appeal is the one that the audit vouches for, and each level left its entries."""
    with clinic.box.database.read() as transaction:
        denials = denial_store.of_case(transaction, case_id)
        appeals = [appeal_id_for(denial) for denial in denials]
        for appeal_id in appeals:
            entries = [entry.event for entry in clinic.box.audit.entries(transaction, appeal_id)]
            actions = [event.action for event in entries]
            for action in ("appeal.opened", "appeal.worked", "appeal.answered", "gate.judged", "appeal.decided"):
                assert action in actions
            written = {
                (e.detail["revision"], e.detail["name"]): e.detail["artefact_sha256"]
                for e in entries
                if e.action == "artefact.written"
            }
            for (revision, name), digest in written.items():
                assert work_store.artefact_digests(transaction, appeal_id, int(str(revision)))[str(name)] == digest
        in_order = sorted(appeals, key=lambda one: _level(transaction, one))
        results = [outcome.result for one in in_order if (outcome := work_store.get_product(transaction, one, OUTCOME))]
    assert len(denials) == len(levels)
    assert results == [Result.UPHELD] * (len(levels) - 1) + [Result.OVERTURNED]


def test_cases_go_the_whole_way(tmp_path: Path, payer: SandboxProcess, full_counts: bool) -> None:
    """Ten in full, one otherwise."""
    charts = [(sample, SAMPLES / sample) for sample in WHOLE_WAY]
    charts += [(f"renamed {n}", renamed(tmp_path, n)) for n in range(3)]
    base = deny_all(payer, WORDS)
    for number, (sample, chart) in enumerate(charts if full_counts else charts[:1]):
        if number == 1:
            base = deny_all(payer, "Not medically necessary: the criteria of our policy are not met.")
        whole_way(tmp_path / f"home{number}", base, sample, chart)


OWN = (
    "value was not taken in the 30 days that end on the day of the order",
    "chart names no lung or heart condition that explains the low value",
    "member was on oxygen when the value was taken; a resting value on room air is needed",
    "treating practitioner neither ordered nor read the measurement",
    "item is not medically necessary",
    "oxygen is asked for comfort only",
)


def test_letters_for_twenty_denials_answer_every_reason(alone: Clinic, tmp_path: Path, full_counts: bool) -> None:
    """Every reason answered, every quote verbatim, no sentence without support; all twenty in full, four otherwise."""
    pairs = [(sample, (LETTERS / name).read_text("utf-8")) for sample, name in PAIRS]
    reason = "the oxygen value your doctor sent\nwas not taken in the 30 days that end on the day of the order"
    assert reason in OXYGEN
    own = [(COMPLETE, denied().replace(reason, f"the {words}")) for words in OWN]
    chosen = [*pairs, *own] if full_counts else [pairs[7], pairs[9], own[0], own[4]]
    for number, (sample, letter) in enumerate(chosen):
        appeal_id, _, files = appeal(alone, folder(tmp_path / str(number), sample, letter))
        rebuttal, denial = as_json(files["rebuttal.json"]), as_json(files["denial.json"])
        assert len(rebuttal["reasons"]) == len(denial["reasons"]) > 0, sample
        assert all(one["payer_words"] for one in rebuttal["reasons"]), sample
        assert all(one["why"] for one in rebuttal["reasons"]), sample
        assert unsupported(alone, appeal_id) == [], sample
        _claims_only_what_is_met(files, rebuttal)
        verdicts = {one["guard"]: one for one in as_json(files["gate.json"])["verdicts"]}
        assert verdicts["grounding"]["passed"], (sample, verdicts)
        assert verdicts["administrative"]["passed"], (sample, verdicts)


def _claims_only_what_is_met(files: dict[str, bytes], rebuttal: Json) -> None:
    argued = [one for reason in rebuttal["reasons"] for one in reason["criteria"]]
    assert all(one["state"] == "MET" for one in argued)
    claims = len(CLAIM.findall(files["letter.md"].decode()))
    assert claims <= len(argued)
