"""Tables of notes written out: by side, by date and by attribute; what is no table gives nothing."""

import pytest

from agents.reading.rules_reader.table_rows import row_sentences


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "EXAM            RIGHT       LEFT\n  Drawer        positive    negative\n",
            ["EXAM Drawer RIGHT: positive", "EXAM Drawer LEFT: negative"],
        ),
        (
            "Test         10/02/2026    03/01/2026    Reference\nSodium       141 mmol/L    139 mmol/L    135 - 145\n",
            ["Sodium 10/02/2026: 141 mmol/L", "Sodium 03/01/2026: 139 mmol/L"],
        ),
        (
            "Item       Result      Collected     Status\nFerritin   80 ng/mL    09/01/2026    Final\n",
            ["Ferritin, 80 ng/mL, Collected 09/01/2026, Status Final"],
        ),
        ("       | 12/06/2022 | 12/20/2022\nSpO2 (%)| 90 | 86\n", ["SpO2 12/06/2022: 90 %", "SpO2 12/20/2022: 86 %"]),
        ("Patient: Roe, Jane     DOB: 01/02/1950     MRN: 77\nDate: 10/02/2026      Provider: A. Bee\n", []),
        ("STEP 1   AT REST\n   SpO2  90 %     HR  85     RR  20\n", []),
        (
            "item     seen              outcome\ncane     in the hall       unsafe\nwalker   front wheeled     falls\n",
            ["cane, seen in the hall, outcome unsafe", "walker, seen front wheeled, outcome falls"],
        ),
        (
            "            07/16 post-op   07/19 latest\ntransfers   max assist      mod assist\n"
            "gait        unable          min assist\n",
            [
                "transfers 07/16: max assist",
                "transfers 07/19: mod assist",
                "gait 07/16: unable",
                "gait 07/19: min assist",
            ],
        ),
        (
            "               11/24/26     12/01/26\nIgA mg/dL        --          182         entered in error\n"
            "IgG mg/dL        --          640         final\n",
            [
                "IgA mg/dL 11/24/26: --, entered in error",
                "IgA 12/01/26: 182 mg/dL, entered in error",
                "IgG mg/dL 11/24/26: --, final",
                "IgG 12/01/26: 640 mg/dL, final",
            ],
        ),
        ("gas          SpO2 %\nroom air     84\n3 L/min      91\n", ["room air, SpO2 84 %", "3 L/min, SpO2 91 %"]),
        ("He walked.  Then he sat.\nNothing else.\n", []),
    ],
)
def test_rows_are_written_out_with_their_heads(text: str, rows: list[str]) -> None:
    assert [row.text for row in row_sentences(text)] == rows


def test_each_piece_stands_where_it_says() -> None:
    text = "EXAM            RIGHT       LEFT\n  Drawer        positive    negative\n"
    for row in row_sentences(text):
        for piece in row.pieces:
            words = piece.words.strip(" :,")
            assert text[piece.source :].lstrip().startswith(words)
