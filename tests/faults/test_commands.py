"""The command line as a stranger meets it: quick help, one-line errors, no way off the machine, a proved log."""

import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.commands import ROOT, CommandLine
from tests.flows.clinic import COMPLETE, SAMPLES


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def test_help_takes_half_a_second_of_the_processor(shell: CommandLine) -> None:
    """By the processor's clock: other tests run beside this one."""
    shell.run("--help")
    seconds = []
    for _ in range(3):
        before = spent_by_children()
        shell.run("--help")
        seconds.append(spent_by_children() - before)
    assert min(seconds) < 0.5


def spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


HEAVY = ("torch", "transformers", "presidio_analyzer", "openai", "dbos", "langchain_core", "scipy", "chromadb")


def loaded_after(shell: CommandLine, code: str) -> list[str]:
    """Which of the heavy packages a fresh process has loaded once it ran `code`."""
    told = f"import sys; {code}; print(*[name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env=shell.environment, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()[-1].split()


def test_a_command_that_needs_no_model_loads_none(shell: CommandLine) -> None:
    assert loaded_after(shell, "from api.cli import app; app(['users', 'list'], standalone_mode=False)") == []


def test_presidio_is_imported_without_torch_which_can_be_had_afterwards(shell: CommandLine) -> None:
    assert loaded_after(shell, "import guardrails.phi.guard") == ["presidio_analyzer"]
    assert "torch" in loaded_after(shell, "import guardrails.phi.guard, torch; assert torch.ones(2).sum() == 2")


@pytest.mark.parametrize(
    "arguments",
    [
        ["authorize"], ["policies"], ["policies", "import"], ["policies", "search"], ["review"], ["review", "approve"],
        ["users"], ["audit"], ["demo"],
    ],
)  # fmt: skip
def test_every_level_of_help_has_an_example(shell: CommandLine, arguments: list[str]) -> None:
    assert "Example" in shell.run(*arguments, "--help")


def test_the_demo_works_the_samples_without_a_network(shell: CommandLine, tmp_path: Path) -> None:
    shown = shell.run("demo", "--out", tmp_path / "demo")
    assert len(shell.cases(tmp_path / "demo")) == sum(path.is_dir() for path in SAMPLES.iterdir())
    assert "awaiting review" in shown
    shell.run("audit", "verify")


def test_policies_are_searched_without_a_network(shell: CommandLine) -> None:
    manifest = COMPLETE.parents[3] / "knowledge/sources/northlake-advantage/manifest.jsonl"
    shell.run("policies", "import", "--manifest", manifest)
    assert "room air" in shell.run("policies", "search", "resting value on room air", "--payer", "Northlake Advantage")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["authorize", "/no/such/file"], 1, "/no/such/file"),
        (["authorize"], 2, "--case"),
        (["authorize", "--case", "c-none"], 1, "c-none"),
        (["review", "approve", "c-none"], 1, "c-none"),
        (["review", "show", "c-none"], 1, "c-none"),
        (["users", "add", "x", "--role", "king"], 1, "king"),
        (["policies", "import", "/no/such.pdf"], 1, "/no/such.pdf"),
        (["policies", "import", "x.txt", "--lob", "moon"], 1, "moon"),
        (["policies", "criteria", "none"], 1, "none"),
    ],
)
def test_a_failure_is_one_line_that_names_the_fault(
    shell: CommandLine, arguments: list[str], code: int, said: str
) -> None:
    assert said in shell.run(*arguments, code=code)


def test_a_bad_setting_is_named_and_its_value_is_not_shown(shell: CommandLine) -> None:
    shell.settings["COUNTERSIGN_APPROVAL_HOURS"] = "s3cret"
    shown = shell.run("review", "list", code=1)
    assert "COUNTERSIGN_APPROVAL_HOURS" in shown
    assert "s3cret" not in shown


def test_only_an_admin_adds_users_after_the_first(shell: CommandLine) -> None:
    shell.run("users", "add", "ann", "--role", "admin")
    shell.run("users", "add", "bob", "--role", "viewer", "--as", "ann")
    assert "only an admin" in shell.run("users", "add", "eve", "--role", "admin", "--as", "bob", code=1)
    shell.run("users", "add", "eve", "--role", "admin", code=1)


def test_one_changed_byte_fails_the_proof_and_names_the_entry(shell: CommandLine, tmp_path: Path) -> None:
    shell.run("authorize", COMPLETE, "--out", tmp_path / "out")
    shell.run("audit", "verify")
    with sqlite3.connect(tmp_path / "home" / "countersign.db") as database:
        (leaf,) = database.execute("SELECT leaf FROM audit_entries WHERE sequence = 3").fetchone()
        database.execute("UPDATE audit_entries SET leaf = ? WHERE sequence = 3", (leaf.replace("agent", "agenu"),))
    assert "entry 3" in shell.run("audit", "verify", code=1)


def test_a_folder_with_nothing_readable_is_one_clear_line(shell: CommandLine, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "broken.json").write_text('{"resourceType": "Patient", ', "utf-8")
    (bad / "noise.bin").write_bytes(bytes(range(256)))
    shown = shell.run("authorize", bad, "--out", tmp_path / "out", code=1)
    assert len(shown.strip().splitlines()) == 1
