"""The fax machine's own line: kept as words, and never the date of a note."""

from datetime import date
from pathlib import Path

import pytest

from formats.chart_folder import read_chart
from formats.scan.transcript import Word
from formats.scan.transmission import transmission_last
from tests.formats.scan.paper import faxed, printed, tiff
from tests.formats.test_email import PATIENT


def line(number: int, top: int, text: str) -> list[Word]:
    return [
        Word(text=word, left=10 + 50 * at, top=top, width=40, height=20, confidence=0.9, line=number, block=number)
        for at, word in enumerate(text.split())
    ]


@pytest.mark.parametrize(
    ("said", "moved"),
    [
        ("11/13/2026 14:22 FROM: KANDIYOHI SLEEP 5550175 TO: 5550142 P.02/04", True),
        ("SCAN 11/16/2026 09:03 PG 1/2", True),
        ("2026-11-13 09:01 Fax 555-0142 page 3", True),
        ("Date of visit: 11/05/2026 Seen by: Thea Lindgren", False),
        ("Visit 11/05/2026 09:30", False),
        ("Kandiyohi Sleep Center", False),
    ],
)
def test_only_a_line_with_day_time_and_sender_at_the_top_is_moved(said: str, moved: bool) -> None:
    words = [*line(0, 10, said), *line(1, 300, "The note itself")]
    order = [word.text for word in transmission_last(words, 2200)]
    assert (order[:3] == ["The", "note", "itself"]) is moved
    assert sorted(order) == sorted(word.text for word in words)
    assert not transmission_last(line(0, 900, said), 2200)[0].line > 0


def test_each_page_of_a_fax_has_its_own_date_and_none_the_faxs(tmp_path: Path) -> None:
    def page(*lines: str) -> list[str]:
        return ["", "", "Patient: Alan Quinn    DOB: 03/04/1957", *lines]

    (tmp_path / "p.json").write_text(PATIENT)
    pages = [
        page("Date: 11/13/2026", "Pages including this one: 3"),
        page("Study date: 10/27/2026", "Apnea hypopnea index 11.2 per hour"),
        page("Apnea hypopnea index was discussed."),
    ]
    sheets = [faxed(printed(*lines), seed=number) for number, lines in enumerate(pages)]
    (tmp_path / "fax.tif").write_bytes(tiff(sheets))
    chart, _ = read_chart([tmp_path])
    dated = [(d.id, d.dated, [p.number for p in d.pages]) for d in chart.documents if d.pages]
    assert dated == [("fax.tif#p1", date(2026, 11, 13), [1]), ("fax.tif#p2-3", date(2026, 10, 27), [2, 3])]
