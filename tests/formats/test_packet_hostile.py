"""Input that is broken, huge or meant to harm: every packet is still a PDF that says what it was given."""

import random
from io import BytesIO

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from cases.criteria import CriteriaResult, GapAdvice, Judgement, Op, PolicySpan, State, TreeStatus
from cases.evidence import Assertion, Defect, Evidence, Fact, Finding, Origin, Role, Span
from cases.ids import CaseId, ConceptId, DocumentId, FactId
from cases.packet import (
    ChartCitation,
    ChartExtract,
    Letter,
    LetterPoint,
    PacketContent,
    PolicyCitation,
    Sentence,
    SentenceKind,
)
from formats.packet_pdf import render_packet
from tests.formats.oxygen_packet import (
    CONTENT,
    GASES,
    GASES_DOC,
    GASES_PDF,
    NOTE_TEXT,
    PAGE_ONE,
    PAGE_TWO,
    POLICY,
    RESULT,
    document,
    highlight,
    leaf,
    pdf_document,
    pdf_of,
)

STRANGE = DocumentId("strange")


def everywhere(text: str) -> PacketContent:
    """A packet with this text in every field that takes text."""
    stored = document(STRANGE, text, text, source=text)
    span = Span(document_id=STRANGE, start=0, end=len(text), quote=text)
    fact = Fact(
        id=FactId("f"), concept=ConceptId("c"), statement=text, assertion=Assertion.AFFIRMED, origin=Origin.PROSE,
        span=span, context=span,
    )  # fmt: skip
    evidence = Evidence(fact=fact, role=Role.CONSIDERED, findings=(Finding(defect=Defect.STALE, detail=text),))
    policy = POLICY.model_copy(update={"number": text, "title": text})
    rule = PolicySpan(start=0, end=1, quote=text)
    open_leaf = leaf(
        "leaf", text, State.INSUFFICIENT, reason=text, looked_for=text, evidence=(evidence,), policy_span=rule,
        gap=GapAdvice(document=text, holder=text, dated=text),
    )  # fmt: skip
    root = Judgement(
        id="root", op=Op.ALL, statement=text, state=State.ERROR, confidence=0, reason=text, children=(open_leaf,)
    )
    cited = (ChartCitation(span=span, source=text), PolicyCitation(policy=policy, span=rule))
    sentence = Sentence(kind=SentenceKind.EVIDENCE, text=text, citations=cited)
    uncited = Sentence(kind=SentenceKind.EVIDENCE, text=text, citations=())
    letter = Letter(
        date=text, sender=(text,), recipient=(text,), subject=(text,), salutation=text,
        points=(LetterPoint(heading=text, sentences=(sentence, uncited)),), closing=text, signer=text, signer_npi=text,
    )  # fmt: skip
    marked = ((0, len(text)), (-5, 3), (len(text), len(text) + 9), (9, 2))
    return PacketContent(
        case_id=CaseId(text), title=text, cover=((text, text),), flags=(text,), summary=(sentence, uncited),
        criteria=CriteriaResult(
            tree_id="t", policy=policy, status=TreeStatus.DRAFT, draft_reasons=(text,), root=root
        ),
        letter=letter, drafted_at=CONTENT.drafted_at, watermark=text,
        extracts=(
            ChartExtract(number=1, document=stored, highlights=marked),
            ChartExtract(number=2, document=stored, highlights=marked, pdf_pages=(1,)),
        ),
    )  # fmt: skip


def pages_of(content: PacketContent, sources: dict[DocumentId, bytes]) -> list[str]:
    rendered = render_packet(content, sources)
    with pypdfium2.PdfDocument(rendered.pdf) as shown:
        pages = [" ".join(page.get_textpage().get_text_range().split()) for page in shown]
    assert len(pages) == rendered.pages
    return pages


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b> <a href='http://x/'>l</a> &amp; &lt; <para> <br/> <img src='/etc/passwd'/> <x attr=>",
        "x" * 10_000,
        " " * 10_000,
        "\u00a0" * 3_000,
        "word " * 1_000,
        "line\n" * 60,
        "".join(map(chr, range(33))) + "\x7f\x85\u2028\u200b\u202e\ufeff\uffff",
        "תאריך הבדיקה " * 40,
        "中文報告" * 40,
        "<i>" * 40 + "&" * 40 + "]]>-->",
        "",
    ],
    ids=["markup", "long", "spaces", "no breaks", "words", "lines", "controls", "RTL", "CJK", "unclosed", "empty"],
)
def test_no_text_breaks_a_packet(text: str) -> None:
    pages = pages_of(everywhere(text), {STRANGE: b"%PDF-1.4 junk"})
    assert f"of {len(pages)}" in pages[-1]
    assert "its stored text is printed instead of its pages." in pages[-1] or len(pages) > 8


def test_markup_is_shown_and_never_read() -> None:
    markup = "<b>bold</b> <a href='http://evil.example/'>l</a> &amp;"
    content = everywhere(markup)
    pages = pages_of(content, {})
    assert f"! {markup}" in pages[0]
    assert sum(page.count(markup) for page in pages) > 20
    for page in PdfReader(BytesIO(render_packet(content, {}).pdf)).pages:
        assert all("/A" not in annotation.get_object() for annotation in page.annotations or [])


def test_long_quotes_are_cut_where_one_can_see_it_and_stand_whole_in_their_enclosure() -> None:
    text = " ".join(f"w{number}" for number in range(1_200))
    joined = " ".join(pages_of(everywhere(text), {}))
    assert "further characters]”" in joined
    assert joined.count("w1199") >= 2


@given(text=st.text(max_size=60))
@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.too_slow])
def test_any_short_text_makes_a_packet(text: str) -> None:
    assert pages_of(everywhere(text), {})


def test_three_hundred_enclosures_each_start_where_the_list_says() -> None:
    texts = [document(DocumentId(f"n{n}.txt"), f"Note {n}", NOTE_TEXT[: 200 * (n % 14 + 1)]) for n in range(200)]
    scans = [pdf_document([PAGE_ONE, PAGE_TWO], DocumentId(f"s{n}.pdf"), f"Test {n}") for n in range(100)]
    extracts = [
        *(ChartExtract(number=n, document=one) for n, one in enumerate(texts, start=1)),
        *(
            ChartExtract(number=n, document=one, pdf_pages=(2,), highlights=highlight(one, "PaO2 52 mm Hg"))
            for n, one in enumerate(scans, start=201)
        ),
    ]
    content = CONTENT.model_copy(update={"extracts": tuple(extracts)})
    rendered = render_packet(content, {one.id: GASES_PDF for one in scans})
    assert len(rendered.enclosures) == 300
    with pypdfium2.PdfDocument(rendered.pdf) as shown:
        for one in rendered.enclosures[::23]:
            assert one.starts_on is not None
            text = shown[one.starts_on - 1].get_textpage().get_text_range()
            assert f"Enclosure {one.number}, page 1 of" in text
            assert one.title in text


def test_deep_tree_keeps_its_words_on_the_page() -> None:
    node = leaf("deepest", "The deepest statement", State.MET)
    for level in range(80):
        node = Judgement(id=str(level), op=Op.ANY, statement="Group", state=State.MET, confidence=1, children=(node,))
    content = CONTENT.model_copy(update={"criteria": RESULT.model_copy(update={"root": node})})
    rendered = render_packet(content, {})
    with pypdfium2.PdfDocument(rendered.pdf) as shown:
        text = ""
        for page in shown:
            text_page = page.get_textpage()
            text += text_page.get_text_range()
            for index in range(text_page.count_rects()):
                left, _, right, _ = text_page.get_rect(index)
                assert 60 < left < right < 552
    assert "The deepest statement" in " ".join(text.split())


def test_no_damage_to_a_source_breaks_the_packet() -> None:
    chance = random.Random(240)
    extract = ChartExtract(
        number=1, document=GASES_DOC, pdf_pages=(2,), highlights=highlight(GASES_DOC, "PaO2 52 mm Hg")
    )
    content = CONTENT.model_copy(update={"extracts": (extract,), "criteria": None, "letter": None, "summary": ()})
    for _ in range(20):
        damaged = bytearray(GASES_PDF)
        for _ in range(chance.choice((1, 5, 40))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert "Enclosure 1, page 1 of 1" in pages_of(content, {GASES: bytes(damaged)})[-1]


@pytest.mark.parametrize("size", ["0 0 0 0", "0 0 1e9 1e9", "0 0 0.5 792", "612 792 0 0", "0 0 x y"])
def test_page_of_no_usable_size_is_enclosed_or_printed(size: str) -> None:
    broken = pdf_of([PAGE_TWO]).replace(b"[ 0 0 612 792 ]", f"[ {size} ]".encode())
    assert broken.count(size.encode()) == 1
    source = pdf_document([PAGE_TWO], GASES, "Gas")
    content = CONTENT.model_copy(
        update={"extracts": (ChartExtract(number=1, document=source, pdf_pages=(1,)),), "criteria": None}
    )
    assert "Enclosure 1, page 1 of 1" in pages_of(content, {GASES: broken})[-1]
