"""What people do all day, in a real browser before the real server, with a payer in its own process."""

import base64
import hashlib
import re
from pathlib import Path

from playwright.sync_api import expect

from cases.case import Case
from runtime import case_store, review_store, work_store
from tests.browser.conftest import Clinic, Open


def digest_of_ready(clinic: Clinic, case: Case) -> str:
    box = clinic.server.box()
    with box.database.read() as transaction:
        submission = work_store.newest_submission(transaction, case.id)
    box.database.close()
    assert submission is not None
    return submission.digest


def test_from_the_link_to_the_receipt(clinic: Clinic, case: Case, signed_in: Open) -> None:
    page = signed_in(clinic.server, "rhea")
    page.get_by_role("link", name=case.patient.full_name).click()
    expect(page.get_by_role("heading", name="Read it and decide")).to_be_visible()

    page.locator(".tree a[data-criterion]", has_text="A treating practitioner read the result").click()
    pane = page.locator("#evidence")
    expect(pane.get_by_role("heading", name="A treating practitioner read the result")).to_be_visible()
    quote = pane.locator(".card.chosen blockquote").inner_text()
    assert pane.locator("mark#hit").inner_text() in quote

    page.get_by_role("link", name="Edit letter").click()
    field = page.get_by_label("Sentence 2 of A treating practitioner read the result")
    field.fill(f"As noted: {field.input_value()}")
    expect(page.locator("[data-changes]")).to_have_text("1 sentence changed.")
    page.get_by_label("Why you change it").fill("reads better")
    page.get_by_role("button", name="Save the letter").click()
    expect(page.get_by_text("The edited letter is kept")).to_be_visible()
    expect(page.get_by_role("button", name="Approve and send")).to_be_visible(timeout=30_000)

    page.get_by_role("link", name="See what the edit changed").click()
    expect(page.locator("ins")).to_contain_text("As noted")
    expect(page.get_by_text("reads better")).to_be_visible()
    page.go_back()

    effect = page.locator(".effect strong").inner_text()
    assert re.fullmatch(r"Sends \d+ pages to Northlake Advantage by PAS\.", effect)
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_role("heading", name="Schedule the service")).to_be_visible(timeout=30_000)
    expect(page.locator(".receipt")).to_contain_text("Rhea Lund")
    shown = page.locator(".receipt .digest").inner_text()

    assert clinic.accepted(shown) == 1
    assert shown == digest_of_ready(clinic, case)


def test_without_scripts_the_decision_is_made_all_the_same(clinic: Clinic, case: Case, signed_in: Open) -> None:
    page = signed_in(clinic.server, "rhea", width=320, scripts=False)
    page.get_by_role("link", name=case.patient.full_name).click()
    page.locator(".tree a[data-criterion]").last.click()
    expect(page.locator("#evidence h2")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_text("Approved", exact=True).first).to_be_visible()
    for _ in range(40):
        page.reload()
        if page.locator(".receipt").count():
            break
        page.wait_for_timeout(500)
    expect(page.locator(".receipt")).to_be_visible()
    assert clinic.accepted(digest_of_ready(clinic, case)) == 1


def test_of_two_reviewers_the_second_is_told_and_loses_no_word(clinic: Clinic, case: Case, signed_in: Open) -> None:
    address = f"{clinic.server.address}/panel/cases/{case.id}"
    first, second = signed_in(clinic.server, "rhea"), signed_in(clinic.server, "tom")
    first.goto(address)
    second.goto(address)
    second.keyboard.press("r")
    second.keyboard.type("The wrong concentrator was ordered.")
    first.get_by_role("button", name="Approve and send").click()
    expect(first.locator(".receipt")).to_be_visible(timeout=30_000)
    second.get_by_role("button", name="Return it, send nothing").click()
    expect(second.get_by_role("alert")).to_contain_text("Nothing was decided")
    expect(second.locator("textarea").first).to_have_value("The wrong concentrator was ordered.")
    assert clinic.accepted(digest_of_ready(clinic, case)) == 1


def test_words_typed_outlive_a_crash_of_the_server_and_an_edit_of_another(
    clinic: Clinic, case: Case, signed_in: Open
) -> None:
    address = f"{clinic.server.address}/panel/cases/{case.id}/letter"
    mine, others = signed_in(clinic.server, "ines"), signed_in(clinic.server, "rhea")
    mine.goto(address)
    mine.get_by_label("Closing").fill("With warm regards,")
    expect(mine.locator("[data-kept]")).to_have_text("Your words are kept.")
    clinic.server.kill()
    mine.get_by_label("Why you change it").fill("kinder")
    expect(mine.locator("[data-kept]")).to_contain_text("The server did not answer")
    clinic.server.start()
    mine.goto(address)
    expect(mine.get_by_label("Closing")).to_have_value("With warm regards,")

    others.goto(address)
    others.get_by_label("Closing").fill("Yours sincerely,")
    others.get_by_label("Why you change it").fill("shorter")
    others.get_by_role("button", name="Save the letter").click()
    expect(others.get_by_role("button", name="Approve and send")).to_be_visible(timeout=30_000)

    mine.get_by_label("Why you change it").fill("kinder")
    mine.get_by_role("button", name="Save the letter").click()
    expect(mine.get_by_role("alert")).to_contain_text("The letter was not changed")
    expect(mine.locator(".diff ins")).to_contain_text("With warm regards,")
    expect(mine.get_by_label("Closing")).to_have_value("Yours sincerely,")


def test_a_page_that_lies_open_learns_that_the_case_has_changed(clinic: Clinic, case: Case, signed_in: Open) -> None:
    page = signed_in(clinic.server, "rhea")
    page.clock.install()
    page.goto(f"{clinic.server.address}/panel/cases/{case.id}")
    box = clinic.server.box()
    with box.database.begin() as transaction:
        case_store.save(transaction, case_store.get(transaction, case.id), box.clock.now())
    box.database.close()
    page.clock.run_for(16_000)
    expect(page.locator("#stale")).to_be_visible()


def test_a_session_that_ends_leaves_the_page_and_its_words(clinic: Clinic, case: Case, signed_in: Open) -> None:
    page = signed_in(clinic.server, "ines")
    page.goto(f"{clinic.server.address}/panel/cases/{case.id}/letter")
    page.context.clear_cookies()
    page.get_by_label("Closing").fill("With warm regards,")
    expect(page.locator("[data-kept]")).to_contain_text("Your session has ended")
    expect(page.get_by_label("Closing")).to_have_value("With warm regards,")


def test_what_was_approved_is_what_the_pages_showed(clinic: Clinic, case: Case, signed_in: Open) -> None:
    page = signed_in(clinic.server, "rhea")
    page.goto(f"{clinic.server.address}/panel/cases/{case.id}/packet")
    source = page.locator(".sheet img").first.get_attribute("src") or ""
    box = clinic.server.box()
    with box.database.read() as transaction:
        submission = work_store.newest_submission(transaction, case.id)
        assert review_store.reviews_of(transaction, case.id) == ()
    box.database.close()
    assert submission is not None
    assert f"/packet/{hashlib.sha256(submission.packet_pdf).hexdigest()}/" in source
    assert base64.b64encode(submission.packet_pdf) in submission.bundle


def test_a_document_handed_in_is_read_and_the_case_worked_again(
    clinic: Clinic, case: Case, signed_in: Open, tmp_path: Path
) -> None:
    page = signed_in(clinic.server, "ines")
    note = tmp_path / "addendum.txt"
    note.write_text(f"Visit note\nPatient: {case.patient.full_name}\nDate: 11/08/2026\nShe sleeps well.\n", "utf-8")
    page.goto(f"{clinic.server.address}/panel/cases/{case.id}/documents")
    page.get_by_label("File").set_input_files(note)
    page.get_by_role("button", name="Add it to the chart").click()
    expect(page.locator("[data-told]")).to_contain_text("Handed in")
    for _ in range(40):
        page.reload()
        if page.get_by_role("link", name="addendum.txt").count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_role("link", name="addendum.txt")).to_be_visible()


def test_what_only_a_person_can_settle_is_answered_with_the_charts_words(clinic: Clinic, signed_in: Open) -> None:
    page = signed_in(clinic.server, "ines")
    page.get_by_role("link", name="Curtis Dale").first.click()
    page.locator(".tree a[data-criterion]", has_text="name the same knee").click()
    form = page.locator(".answer-form")
    form.get_by_label("Yes").check()
    form.get_by_label("Document you read it in").select_option("knee-films.pdf")
    form.get_by_label("The words there").fill("words that nobody wrote")
    form.get_by_label("What you read there").fill("Film and order are of the left knee.")
    page.locator(".tree a[data-criterion]").first.click()
    expect(page.locator(".toast")).to_contain_text("Record your answer first")
    expect(form.get_by_label("The words there")).to_have_value("words that nobody wrote")
    form.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_role("alert")).to_contain_text("they do not stand in this document")
    expect(page.get_by_label("What you read there")).to_have_value("Film and order are of the left knee.")
    page.get_by_label("The words there").fill("Kellgren-Lawrence grade 3 to 4")
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text("Your answer is kept")).to_be_visible()
    row = page.locator(".tree a[data-criterion]", has_text="name the same knee")
    expect(row).to_contain_text("Yes: Film and order are of the left knee.", timeout=30_000)
    expect(row.locator(".chip")).to_have_text("Met")
