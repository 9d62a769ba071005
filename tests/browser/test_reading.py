"""Reading and finding: keys, evidence boxed on its page, questions, searches; on one server that nobody changes."""

import re

from playwright.sync_api import expect

from tests.browser.clinic_server import ClinicServer
from tests.browser.conftest import Open

_EDGES = """pane => {
  const of = one => pane.querySelector(one)?.getBoundingClientRect();
  const paper = of('.paper img'), box = of('.boxes rect');
  return paper?.width && box?.width ? [paper.left, box.left, box.right, paper.right] : null;
}"""


def test_quoted_words_of_a_pdf_are_boxed_on_its_page(standing: ClinicServer, signed_in: Open) -> None:
    page = signed_in(standing, "ines")
    page.get_by_role("link", name="Kirsten").first.click()
    page.locator(".tree a[data-criterion]", has_text="A diagnosis of chronic migraine").click()
    pane = page.locator("#evidence")
    pane.locator(".cards a[data-evidence]", has_text="page 1").first.click()
    box, picture = pane.locator(".boxes rect").first, pane.locator(".paper img")
    expect(box).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") == 1000
    for _ in range(50):  # the pane may be drawn anew while it is measured: both are measured at one moment
        if (edges := pane.evaluate(_EDGES)) is not None:
            break
        page.wait_for_timeout(100)
    assert edges is not None
    paper_left, left, right, paper_right = edges
    assert paper_left <= left < right <= paper_right


def test_everything_can_be_done_by_key(standing: ClinicServer, signed_in: Open) -> None:
    page = signed_in(standing, "rhea")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".lines a[data-row]").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search patient, code, payer, member or case")).to_be_focused()
    page.goto(f"{standing.address}/panel/cases/{standing.case('awaiting_review').id}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve and send")).to_be_focused()
    page.keyboard.press("r")
    expect(page.get_by_label("Why it is returned")).to_be_focused()
    page.keyboard.type("jake? a/r")
    expect(page.get_by_label("Why it is returned")).to_have_value("jake? a/r")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    before = page.locator("#evidence h2").inner_text()
    page.keyboard.press("j")
    expect(page.locator("#evidence h2")).not_to_have_text(before)
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Edit the letter")).to_be_visible()


def test_single_keys_can_be_turned_off(standing: ClinicServer, signed_in: Open) -> None:
    page = signed_in(standing, "rhea")
    page.keyboard.press("?")
    page.get_by_label("Turn single keys off in this browser").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    expect(page.get_by_label("Search patient, code, payer, member or case")).not_to_be_focused()


def test_a_question_leads_to_its_passage_marked_in_the_policy(standing: ClinicServer, signed_in: Open) -> None:
    page = signed_in(standing, "ines")
    page.goto(f"{standing.address}/panel/cases/{standing.case('awaiting_review').id}/ask")
    page.get_by_label("Your question").fill("What saturation at rest is needed?")
    page.get_by_role("button", name="Ask", exact=True).click()
    turn = page.locator('.turn[data-status="done"]')
    expect(turn.locator(".mark-chip").first).to_be_visible(timeout=30_000)
    expect(page.locator("[data-chat-live]")).to_contain_text("Answered")
    quote = turn.locator(".sentences li span").first.inner_text().strip("“”")
    turn.locator(".mark-chip").first.click()
    expect(page.locator("mark").first).to_be_visible()
    marked = page.locator("mark").all_inner_texts()
    plain = re.sub(r"^\s*(?:#+|>)\s+", "", quote, flags=re.M)
    assert "".join("".join(marked).split()) == "".join(plain.split())


def test_a_search_leaves_no_name_in_the_address(standing: ClinicServer, signed_in: Open) -> None:
    family = standing.case("awaiting_review").patient.family
    page = signed_in(standing, "ines", width=320)
    page.get_by_label("Search patient, code, payer, member or case").fill(family.lower())
    page.keyboard.press("Enter")
    expect(page.locator(".line")).to_have_count(1)
    assert family.lower() not in page.url.lower()


def test_on_a_narrow_screen_a_criterion_opens_as_a_page_with_a_way_back(
    standing: ClinicServer, signed_in: Open
) -> None:
    page = signed_in(standing, "ines", width=320)
    page.goto(f"{standing.address}/panel/cases/{standing.case('awaiting_review').id}")
    expect(page.locator(".evidence-pane")).to_be_hidden()
    page.locator(".tree a[data-criterion]").nth(2).click()
    expect(page).to_have_url(re.compile(r"/evidence/"))
    page.get_by_role("link", name="Case of").click()
    expect(page.get_by_role("heading", name="Read it and decide")).to_be_visible()


def test_a_viewer_sees_numbers_and_no_patient(standing: ClinicServer, signed_in: Open) -> None:
    page = signed_in(standing, "vic")
    expect(page.get_by_role("heading", name="How much there is")).to_be_visible()
    assert standing.case("awaiting_review").patient.family not in page.content()


def test_names_are_hidden_while_another_window_is_in_front_where_asked(standing: ClinicServer, signed_in: Open) -> None:
    page = signed_in(standing, "ines")
    page.goto(f"{standing.address}/panel/settings")
    page.get_by_label("Hide patients’ data while another window is in front").check()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{standing.address}/panel")
    page.evaluate("dispatchEvent(new Event('blur'))")
    assert "blur" in page.locator(".phi").first.evaluate("node => getComputedStyle(node).filter")


def test_a_view_is_saved_and_found_again(standing: ClinicServer, signed_in: Open) -> None:
    page = signed_in(standing, "ines")
    page.get_by_role("link", name=re.compile("Waiting for documents")).click()
    page.get_by_text("Saved views").click()
    page.get_by_label("Name for these filters").fill("Morning round")
    page.get_by_role("button", name="Save view").click()
    page.goto(f"{standing.address}/panel")
    page.get_by_text("Saved views").click()
    page.get_by_role("link", name="Morning round").click()
    expect(page.locator(".filters a[aria-current]")).to_contain_text("Waiting for documents")
