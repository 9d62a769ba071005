"""Exports of the coverage database become policies; what is none is refused by name."""

import json
from datetime import date

import pytest

from cases.errors import UnreadableFile
from knowledge.coverage_exports import read_export

CSV = (
    "NCD_mnl_sect,NCD_mnl_sect_title,NCD_efctv_dt,NCD_impltn_dt,NCD_vrsn_num,itm_srvc_desc,indctn_lmtn\n"
    "7.1,Desk Lamps,2020-02-03 00:00:00,2020-03-04,2,<p>A lamp.</p>,"
    '"<p>Covered when:</p><ul><li>dark</li><li>late</li></ul>"\n'
    ",,,,,,\n"
)


def test_a_row_is_a_determination_with_dates_and_lists() -> None:
    (policy,) = read_export(CSV.encode(), "ncd.csv")
    assert (policy.doc_id, policy.number, policy.title, policy.version) == ("ncd-7.1", "NCD 7.1", "Desk Lamps", "2")
    assert (policy.effective, policy.implementation) == (date(2020, 2, 3), date(2020, 3, 4))
    assert "Indications and Limitations of Coverage\n\nCovered when:" in policy.text
    assert "<" not in policy.text
    assert policy.is_ncd


def test_records_of_a_json_export() -> None:
    record = {"lcd_id": "L99999", "title": "Lamps", "rev_eff_date": "01/02/2024", "indication": "Covered at night."}
    (policy,) = read_export(json.dumps({"meta": 1, "data": [record, {"x": 1}]}).encode(), "lcd.json")
    assert (policy.doc_id, policy.effective, policy.is_ncd) == ("l99999", date(2024, 1, 2), False)


@pytest.mark.parametrize(
    ("content", "file"), [(b"a,b\n1,2\n", "x.csv"), (b"{]", "x.json"), (b"[]", "x.json"), (b"", "x.csv")]
)
def test_what_is_no_export_is_refused_by_name(content: bytes, file: str) -> None:
    with pytest.raises(UnreadableFile, match=file):
        read_export(content, file)
