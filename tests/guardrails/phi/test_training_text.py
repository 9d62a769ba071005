"""The documents that the tagger is trained on: whole marks, known types, and other people in them at every reading."""

import re
from pathlib import Path
from random import Random

import pytest

import guardrails.phi.training.written as written
from guardrails.phi.spans import PhiType
from guardrails.phi.tagger.network import Tag
from guardrails.phi.training.marked_text import MARK, Marked, documents
from guardrails.phi.training.slots import Slots

FOLDER = Path(written.__file__).parent / "written"
FILES = sorted(FOLDER.glob("*.txt"))
TYPES = {kind.value for kind in PhiType} | {"ORG", "GPE", "WEEKDAY"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_marks_are_whole_and_of_known_types(path: Path) -> None:
    held = list(documents(path.read_text("utf-8")))
    assert len(held) > 100
    for document in held:
        assert re.findall(r"[«»‹›]", MARK.sub("", document.body)) == [], document.body[:80]
        assert {found["type"] for found in MARK.finditer(document.body) if found["type"]} <= TYPES


def test_nobody_is_asked_twice_to_judge_and_to_train() -> None:
    """No document that judges the guard stands among those it is trained on."""
    judged = Path(__file__).resolve().parents[2] / "labels" / "phi" / "marked"
    folders = (judged, Path(__file__).resolve().parent / "marked")
    judging = {
        one.body
        for folder in folders
        for path in folder.glob("*sight.txt")
        for one in documents(path.read_text("utf-8"))
    } | {one.body for path in judged.glob("*.txt") for one in documents(path.read_text("utf-8"))}
    training = {one.body for path in FILES for one in documents(path.read_text("utf-8"))}
    assert judging
    assert judging & training == set()


def test_a_document_is_read_with_other_people_numbers_and_places_of_the_same_form() -> None:
    body = (
        "Re: «NAME:OKAFOR, Ngozi B.» MRN «MRN:KH-004417» at «STREET:12 Alder Court»; "
        "‹eponym:Crohn› stays. Ngozi: «NAME:Ngozi»."
    )
    random = Random(5)
    maker = written.Written(random, Slots(random))
    readings = [maker.pieces(Marked("letter", "test", (), body)) for _ in range(20)]
    for pieces in readings:
        tags = [tag for _, tag in pieces if tag is not Tag.OTHER]
        assert tags == [Tag.NAME, Tag.NUMBER, Tag.STREET, Tag.NAME]
        names = [text for text, tag in pieces if tag is Tag.NAME]
        assert re.fullmatch(r"[^a-z]+, \S.* [A-Z]\.", names[0])
        assert names[0].split(", ")[1].split(" ")[0].lower() == names[1].lower()
        assert re.fullmatch(r"[A-Z]{2}-\d{6}", next(text for text, tag in pieces if tag is Tag.NUMBER))
    assert len({"".join(text for text, _ in pieces) for pieces in readings}) > 10
