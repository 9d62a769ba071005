"""`countersign phi` and `audit export` as people and scripts use them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.toolbox import build_toolbox
from api.cli import app
from cases.ids import CaseId, Digest
from cases.ports import Disclosure
from runtime.disclosure_store import StoredDisclosures
from runtime.settings import Settings

NOTE = "Patient: Odalys Quillfeather, MRN 00482913, DOB 03/14/1961.\u2028Seen by Dr. Crohn for Crohn's disease, E11.9."


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUNTERSIGN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*arguments: str | Path, code: int = 0, given: str | None = None) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments], input=given)
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_scan_of_one_text_names_places_and_types() -> None:
    spans = json.loads(run("phi", "scan", NOTE))["spans"]
    assert {"NAME", "MRN", "DATE"} <= {span["type"] for span in spans}
    assert all(set(span) == {"start", "end", "type", "score"} for span in spans)
    assert json.loads(run("phi", "scan", given="nothing here"))["spans"] == []


def test_lines_keep_order_and_ids_and_come_back_exactly(tmp_path: Path) -> None:
    texts = [{"id": f"n{number}", "text": NOTE.replace("00482913", f"0048{number:04d}")} for number in range(5)]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts), "utf-8")
    run("phi", "scan", "--jsonl", source, "--out", tmp_path / "spans.jsonl")
    scanned = lines(tmp_path / "spans.jsonl")
    assert [line["id"] for line in scanned] == [text["id"] for text in texts]
    assert all(line["seconds"] >= 0 and line["spans"] for line in scanned)
    run("phi", "redact", "--jsonl", source, "--out", tmp_path / "masked.jsonl")
    masked = lines(tmp_path / "masked.jsonl")
    assert not any("Quillfeather" in line["text"] or "03/14/1961" in line["text"] for line in masked)
    assert all("Crohn's disease, E11.9" in line["text"] for line in masked)
    run("phi", "redact", "--restore", "each", "--jsonl", tmp_path / "masked.jsonl", "--out", tmp_path / "back.jsonl")
    assert [line["text"] for line in lines(tmp_path / "back.jsonl")] == [text["text"] for text in texts]


def test_one_text_is_restored_by_its_map() -> None:
    masked = json.loads(run("phi", "redact", NOTE))
    assert json.loads(run("phi", "redact", "--restore", masked["map_id"], masked["text"]))["text"] == NOTE


def test_refused_text_gets_its_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": 1, "text": "\x00\x01"}) + "\n" + json.dumps({"id": 2, "text": NOTE}) + "\n")
    output = run("phi", "scan", "--jsonl", source, "--out", tmp_path / "out.jsonl", code=1)
    assert "1 texts were refused" in output
    first, second = lines(tmp_path / "out.jsonl")
    assert first["error"] == "guard_failed"
    assert second["spans"]


def test_wrong_use_is_said(tmp_path: Path) -> None:
    run("phi", "scan", "--jsonl", tmp_path / "in.jsonl", code=2)
    run("phi", "scan", "text", "--jsonl", tmp_path / "a", "--out", tmp_path / "b", code=2)


def test_audit_export_holds_ledger_and_accounting(tmp_path: Path, own_home: Path) -> None:
    box = build_toolbox(Settings(home=own_home))
    for purpose in ("operations", "public_health"):
        disclosure = Disclosure(
            case_id=CaseId("c1"), purpose=purpose, task="t", endpoint="https://x", agreement=Digest("0" * 64),
            contents=("NAME",), masked=True, digest=Digest("1" * 64), size=10,
        )  # fmt: skip
        StoredDisclosures(box.database, box.audit, box.clock).record(disclosure)
    box.database.close()
    run("audit", "export", "--out", tmp_path / "bundle")
    assert len(lines(tmp_path / "bundle" / "disclosures.jsonl")) == 2
    (accounted,) = lines(tmp_path / "bundle" / "accounting.jsonl")
    assert accounted["disclosure"]["purpose"] == "public_health"
    assert len(lines(tmp_path / "bundle" / "entries.jsonl")) == 2
    assert json.loads((tmp_path / "bundle" / "proof.json").read_text("utf-8"))["holds"] is True
