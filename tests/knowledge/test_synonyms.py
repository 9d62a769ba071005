"""Other words for the same: the listed ones, the ones a text defines, and none by chance."""

import pytest

from knowledge.payer_directory import shipped_directory
from knowledge.payer_mentions import payers_asked
from knowledge.question_words import asked, codes_in, day_in, holds
from knowledge.synonyms import SaidOtherwise, Synonyms, definitions_in, shipped_synonyms


@pytest.mark.parametrize(
    ("question", "said", "other"),
    [
        ("CPAP for OSA", "OSA", "obstructive sleep apnea"),
        ("tka and BMI", "TKA", "total knee arthroplasty"),
        ("Humira for RA", "Humira", "adalimumab"),
        ("is a bladder pacemaker paid", "bladder pacemaker", "sacral nerve stimulation"),
        ("MS and IVIG", "MS", "multiple sclerosis"),
    ],
)
def test_a_term_is_found_in_any_case_and_the_longest_first(question: str, said: str, other: str) -> None:
    found = {term.said.casefold(): term.others for term in shipped_synonyms().in_question(question)}
    assert other in found[said.casefold()]


@pytest.mark.parametrize(("question", "said"), [("a pet at home", "PET"), ("ms smith", "MS"), ("set of rules", "SET")])
def test_an_abbreviation_that_is_a_word_must_be_in_capitals(question: str, said: str) -> None:
    assert said not in {term.said for term in shipped_synonyms().in_question(question)}


def test_each_word_is_read_once() -> None:
    listed = Synonyms([SaidOtherwise("home oxygen", ("LTOT",)), SaidOtherwise("oxygen", ("O2",))], ())
    assert [term.said for term in listed.in_question("home oxygen or oxygen")] == ["home oxygen", "oxygen"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("treatment of obstructive sleep apnea (OSA) at home", {"OSA": "obstructive sleep apnea"}),
        ("Centers for Medicare & Medicaid Services and home blood pressure (HBP)", {"HBP": "home blood pressure"}),
        ("a low-dose computed tomography (LDCT) scan", {"LDCT": "low-dose computed tomography"}),
        ("as the manual says (ABC)", {}),
    ],
)
def test_definitions_are_read_where_the_initials_agree(text: str, expected: dict[str, str]) -> None:
    assert definitions_in(text) == expected


def test_defined_abbreviations_are_read_both_ways() -> None:
    listed = Synonyms((), ()).with_definitions({"XYZ": "xenon yoke zone"})
    assert listed.in_question("XYZ") == (SaidOtherwise("xyz", ("xenon yoke zone",)),)
    assert listed.in_question("xenon yoke zone") == (SaidOtherwise("xenon yoke zone", ("XYZ",)),)


@pytest.mark.parametrize(
    ("question", "payers", "rest_lacks"),
    [
        ("Harborline member, BMI 43", ["harborline-erisa"], "Harborline"),
        ("was on Medicare, switched to Brightwater in Jan", ["brightwater-commercial"], "Medicare"),
        ("Centers for Medicare & Medicaid Services oxygen", ["cms"], "Centers"),
        ("Medicare Supplement lamps", [], "nothing"),
        ("formerly Brightwater", ["brightwater-commercial"], "Brightwater"),
    ],
)
def test_the_payer_a_question_is_about(question: str, payers: list[str], rest_lacks: str) -> None:
    found = payers_asked(shipped_directory(), question)
    assert [payer.id for payer in found.payers] == payers
    assert rest_lacks not in found.rest


def test_a_question_of_nothing_but_a_name_keeps_its_words() -> None:
    assert payers_asked(shipped_directory(), "Brightwater").rest == "Brightwater"


@pytest.mark.parametrize(
    ("question", "number", "exclusion"),
    [("how many visits", True, False), ("what is excluded", False, True), ("which patients", False, False)],
)
def test_what_a_question_is_after(question: str, number: bool, exclusion: bool) -> None:
    assert asked(question) == (number, exclusion)


def test_what_a_sentence_holds_under_its_heading() -> None:
    found = holds("No more than 2 visits are covered.", "C. Nationally Non-Covered Indications")
    assert (found.numbers, found.exclusion, found.coverage, found.description) == (1, True, False, False)
    assert holds("Effective 01-02-2020, see §240.2.", "A. General").numbers == 0
    assert holds("Lamps shine.", "A. General").description


def test_codes_and_the_one_day_in_a_question() -> None:
    assert codes_in("E0601 or e0601, 27447?") == ("E0601", "27447")
    assert str(day_in("on 3/4/2026 for MRI")) == "2026-03-04"
    assert day_in("between 3/4/2026 and 2026-05-01") is None
    assert day_in("11/10") is None
