"""The 278 response: each line's decision, the event's where no line has one, errors, and what is refused."""

from datetime import UTC, date, datetime

import pytest

from cases.decision import ReviewAction
from cases.errors import UnreadableFile
from formats.x12.review_response import read_278_responses

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ISA = (
    "ISA*00*          *00*          *ZZ*SYNPAYER       *ZZ*SYNCLINIC      *261124*0930*^*00501*000000001*0*T*:~"
    "GS*HI*SYNPAYER*SYNCLINIC*20261124*0930*1*X*005010X217~"
)
HEAD = [
    "ST*278*0001*005010X217", "BHT*0007*11*TX-4471*20261124*0930*18", "HL*1**20*1",
    "NM1*X3*2*NORTHLAKE ADVANTAGE*****PI*NL01", "HL*2*1*21*1", "NM1*1P*1*LINDQVIST*AMARA****XX*1234567893",
    "HL*3*2*22*1", "NM1*IL*1*BAPTISTE*LEON****MI*NLA5510477", "HL*4*3*EV*1", "TRN*2*TX-4471*9123456789",
]  # fmt: skip
DENIED = ["HL*5*4*SS*0", "HCR*A3**50", "MSG*THE RECORD DOES NOT SHOW MEDICAL NECESSITY", "SV1*HC:E1390"]
MODIFIED = ["HL*6*4*SS*0", "HCR*A6*NL-PA-9", "DTP*472*RD8*20261201-20261231", "SV1*HC:E0431", "HSD*VS*4"]


def interchange(*body: str, head: list[str] | None = None) -> bytes:
    segments = [*(HEAD if head is None else head), *body]
    whole = [*segments, f"SE*{len(segments) + 1}*0001", "GE*1*1", "IEA*1*000000001"]
    return (ISA + "~".join(whole) + "~").encode()


def test_each_line_keeps_its_own_decision() -> None:
    (found,) = read_278_responses(interchange(*DENIED, *MODIFIED), "278", NOW)
    first, second = found.answer.items
    assert (first.action, first.sequence, first.reason_codes) == (ReviewAction.NOT_CERTIFIED, 1, ("50",))
    assert first.notes == ("THE RECORD DOES NOT SHOW MEDICAL NECESSITY",)
    assert (second.action, second.sequence, second.authorization_number) == (ReviewAction.MODIFIED, 2, "NL-PA-9")
    assert (second.authorized_from, second.authorized_to) == (date(2026, 12, 1), date(2026, 12, 31))
    assert second.authorized_codes[0].code == "E0431"
    assert (found.numbers, found.member_id, found.payer) == (("TX-4471",), "NLA5510477", "NORTHLAKE ADVANTAGE")


def test_the_event_decides_where_no_line_does() -> None:
    (found,) = read_278_responses(interchange("HCR*A4"), "278", NOW)
    assert [(item.sequence, item.action) for item in found.answer.items] == [(0, ReviewAction.PENDED)]


def test_an_error_is_no_decision_and_an_unknown_action_is_kept_as_sent() -> None:
    (failed,) = read_278_responses(interchange("AAA*N**33*C"), "278", NOW)
    assert (failed.answer.items, len(failed.answer.errors)) == ((), 1)
    (odd,) = read_278_responses(interchange("HCR*Z9"), "278", NOW)
    assert (odd.answer.items[0].action, odd.answer.items[0].action_code) == (None, "Z9")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (interchange(), "HCR"),
        (interchange("HCR*A1", head=[one.replace("BHT*0007*11", "BHT*0007*13") for one in HEAD]), "BHT02"),
        (interchange("HCR*A1").replace(b"ST*278", b"ST*835"), "ST01"),
        (interchange("HCR*A1").replace(b"SE*", b"SE*9"), "envelope"),
    ],
)
def test_what_is_no_answer_is_refused(content: bytes, place: str) -> None:
    with pytest.raises(UnreadableFile, match=place):
        read_278_responses(content, "278", NOW)
