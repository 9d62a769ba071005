"""X12 as it is sent: any delimiters, any line breaks; and what does not agree, said."""

import pytest

from cases.errors import UnreadableFile
from formats.x12.segments import faults, plain, read_interchange, reference, segment

ISA = "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PLAN           *261102*0930*^*00501*000000007*0*T*:~"
BODY = (
    "GS*HI*CLINIC*PLAN*20261102*0930*7*X*005010X217~ST*278*0001~BHT*0007*13*A*20261102*0930~SE*3*0001~"
    "GE*1*7~IEA*1*000000007~"
)


def test_segments_come_with_their_elements_and_line_breaks_do_not_matter() -> None:
    for text in (ISA + BODY, (ISA + BODY).replace("~", "~\r\n   "), "\ufeff" + ISA + "\n" + BODY):
        interchange = read_interchange(text.encode(), "f")
        assert [s.name for s in interchange.segments] == ["ISA", "GS", "ST", "BHT", "SE", "GE", "IEA"]
        assert faults(interchange) == ()


def test_delimiters_are_those_the_isa_names() -> None:
    other = (ISA + BODY).replace("*", "|").replace(":", ">").replace("~", "'")
    interchange = read_interchange(other.encode(), "f")
    assert (interchange.component, interchange.components("HC>E0424")) == (">", ("HC", "E0424"))
    assert next(interchange.named("BHT")).at(3) == "A"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("SE*3*", "SE*9*"), "SE01 says 9 segments, there are 3"),
        (("GE*1*7", "GE*1*8"), "GS and GE have different control numbers"),
        (("IEA*1*000000007", "IEA*1*000000008"), "ISA and IEA have different control numbers"),
        (("IEA*1*000000007~", ""), "ISA and IEA do not enclose it"),
    ],
)
def test_an_envelope_that_does_not_agree_is_said(change: tuple[str, str], fault: str) -> None:
    assert fault in faults(read_interchange((ISA + BODY).replace(*change).encode(), "f"))


@pytest.mark.parametrize("content", [b"", b"ISA*00", b"HL7", ISA[:90].encode() + b"x" * 40, b"ISA" + b"a" * 200])
def test_what_is_no_interchange_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="ISA"):
        read_interchange(content, "f")


def test_text_is_written_without_delimiters_and_numbers_as_they_are() -> None:
    assert plain("Åse  O*Brien~\n", 60) == "ASE O BRIEN"
    assert plain("abcdef", 3) == "ABC"
    assert reference("1f-2a*~:", 50) == "1f-2a"
    assert segment("UM", "HS", "", "1", "", "") == "UM*HS**1~"
