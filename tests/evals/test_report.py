"""The report stands by itself, tells nothing of held-out items, and its bundle notices every change."""

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from cases.errors import StoreDamaged, UnreadableFile
from evals.bench_room import Bench
from evals.bundle import verify_bundle
from evals.command import report_again, write_files
from evals.controls import read_controls, stand
from evals.gates import read_gates
from evals.report.page import report_html
from evals.results import RunResult
from evals.run import run_suites
from evals.suites.denials import deadlines
from evals.suites.index import SUITES, shipped
from runtime.settings import Settings
from tests.evals.planted_faults import a_day_later

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def run(bench: Bench) -> RunResult:
    late = deadlines.task(deadlines.DeadlineParts(reckon=a_day_later))
    return run_suites([late, shipped("denials"), shipped("authority"), shipped("gate")], bench, read_gates())


@pytest.fixture
def folder(run: RunResult, tmp_path: Path) -> Path:
    write_files(tmp_path, run, Settings(home=tmp_path / "home"))
    return tmp_path


def test_the_page_stands_by_itself_and_says_what_holds_the_release_back(run: RunResult) -> None:
    page = report_html(run, read_controls())
    assert "Held back" in page
    assert "too late" in page
    assert not re.search(r"""(?:src|href)=["'](?!#)|url\(|@import|<script""", page)
    sealed = [one for suite in run.suites for one in suite.items if one.sealed and not one.passed]
    assert sealed
    assert not [one.id for one in sealed if f">{one.id}<" in page]


def test_made_again_from_its_record_it_is_the_same_page(folder: Path) -> None:
    before = (folder / "report.html").read_text("utf-8")
    assert report_again(folder).read_text("utf-8") == before


@pytest.mark.parametrize("name", ["results.json", "report.html", "junit.xml", "bundle.json"])
def test_a_changed_file_is_noticed(folder: Path, name: str) -> None:
    assert verify_bundle(folder)
    path = folder / name
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), text, count=1), "utf-8")
    assert path.read_text("utf-8") != text
    with pytest.raises(StoreDamaged):
        verify_bundle(folder)


def test_a_folder_without_a_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"bundle\.json"):
        verify_bundle(tmp_path)


def test_controls_name_suites_that_ship_and_an_untested_one_is_told(run: RunResult) -> None:
    controls = read_controls()
    assert {name for one in controls.controls for name in one.suites} <= set(SUITES)
    standing = {one.control.id: one.standing for one in stand(controls, run)}
    assert {"untested", "failed", "not run", "passed"} <= set(standing.values())
    assert {one.id for one in controls.controls if not one.suites} == {
        name for name, word in standing.items() if word == "untested"
    }
    assert standing["cms-0057-f"] == "failed"


@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
def test_in_a_browser_it_fits_a_phone_and_asks_for_nothing(folder: Path) -> None:
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(message.text))
        page.goto((folder / "report.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.locator("svg.bar").count() > 10
        browser.close()
    assert len(asked) == 1
    assert json.loads((folder / "results.json").read_text("utf-8"))["verdict"] == "failed"
