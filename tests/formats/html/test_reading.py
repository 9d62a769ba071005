"""Web pages to text: what a reader sees, in order, and what a reader does not see, said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import UnreadableFile
from formats.html.reading import numeral, read_html

TAGS = ("<p>", "</p>", "<td>", "<li>", "<ol>", "</ol>", "<b hidden>", "<br>")


def page(body: str, style: str = "") -> bytes:
    return (
        f"<!doctype html><html><head><title>t</title><style>{style}</style></head><body>{body}</body></html>".encode()
    )


def hidden(body: str, style: str = "") -> list[tuple[str, str]]:
    read = read_html(page(body, style), "f.html")
    return [(read.text[run.start : run.end].strip(), run.reason) for run in read.hidden]


def test_headings_lists_and_tables_keep_their_order_and_labels() -> None:
    body = (
        "<h1>Visit</h1><p>SpO2&nbsp;86&#37; at\n rest</p><ol><li>first<ol type=a><li>inner<li>other</ol><li>second</ol>"
        "<ul><li>dot</ul><table><tr><th>Test<th>Value<tr><td>AHI<td>11.2</table>last"
    )
    assert read_html(page(body), "f.html").text == (
        "# Visit\n\nSpO2\xa086% at rest\n\n1. first\n  a. inner\n  b. other\n2. second\n\n- dot\n\n"
        "| Test | Value |\n| AHI | 11.2 |\n\nlast\n"
    )


def test_boxes_of_a_form_say_whether_they_are_ticked() -> None:
    body = (
        "<div><input type=checkbox checked>Homebound</div><div><input type=checkbox>Drives</div><input value='MRN 7'>"
    )
    assert read_html(page(body), "f.html").text == "[X] Homebound\n[ ] Drives\nMRN 7\n"


def test_lines_of_a_preformatted_note_stay() -> None:
    assert read_html(page("<pre>BP  148/86\nHR  70</pre>"), "f.html").text == "BP  148/86\nHR  70\n"


@pytest.mark.parametrize(
    ("body", "style", "reason"),
    [
        ("<p style='display:none'>X</p>", "", "display: none"),
        ("<p style='DISPLAY : None !important'>X</p>", "", "display: none"),
        ("<p style='visibility:hidden'>X</p>", "", "visibility: hidden"),
        ("<p hidden>X</p>", "", "marked hidden"),
        ("<p class=a>X</p>", ".a{display:none}", "display: none"),
        ("<p class='b a'>X</p>", "p.a , h1 {color: #fff}", "same colour as its background"),
        ("<p id=q>X</p>", "/* x */ #q{opacity:0}", "fully transparent"),
        ("<p style='color:white'>X</p>", "", "same colour as its background"),
        ("<p style='color:rgb(252, 252, 252)'>X</p>", "", "same colour as its background"),
        ("<font color='#ffffff'>X</font>", "", "same colour as its background"),
        ("<table><tr><td bgcolor=black style='color:#000'>X</table>", "", "same colour as its background"),
        ("<div style='background:#123456'><b style='color:#123456'>X</b></div>", "", "same colour as its background"),
        ("<p style='font-size:0'>X</p>", "", "too small to be seen"),
        ("<p style='font-size:1px'>X</p>", "", "too small to be seen"),
        ("<p style='position:absolute;left:-9999px'>X</p>", "", "outside the page"),
        ("<p style='text-indent:-5000px'>X</p>", "", "outside the page"),
        ("<p style='height:0;overflow:hidden'>X</p>", "", "in a box of no size"),
        ("<noscript>X</noscript>", "", "shown only where scripts are off"),
        ("<div style='display:none'><p><b>X</b></p></div>", "", "display: none"),
    ],
)
def test_what_a_reader_does_not_see_is_kept_and_reported(body: str, style: str, reason: str) -> None:
    assert hidden(f"seen {body} seen", style) == [("X", reason)]


@pytest.mark.parametrize(
    "body",
    [
        "<p style='color:white;background:#003'>X</p>",
        "<p style='color:#777'>X</p>",
        "<p style='font-size:8px'>X</p>",
        "<p style='opacity:.5'>X</p>",
        "<p style='display:block'>X</p>",
        "<p style='left:-3px'>X</p>",
        "<div style='visibility:hidden'><p style='visibility:visible'>X</p></div>",
        "<div style='background:#000;color:#fff'><p>X</p></div>",
    ],
)
def test_what_a_reader_sees_is_not_called_hidden(body: str) -> None:
    assert hidden(body) == []


def test_scripts_styles_and_comments_are_no_text() -> None:
    body = "a<script>alert('x')</script><!-- note --><style>p{}</style><svg><text>s</text></svg>b"
    assert read_html(page(body), "f.html").text == "ab\n"


def test_the_encoding_is_the_one_the_page_names() -> None:
    content = "<html><head><meta charset='iso-8859-1'></head><body>café</body></html>".encode("latin-1")
    assert read_html(content, "f.html").text == "café\n"


@pytest.mark.parametrize("content", [b"<html></html>", b"<html><body> <script>1</script></body></html>"])
def test_a_page_without_text_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="without text"):
        read_html(content, "f.html")


def test_a_page_nested_without_end_is_read_or_refused() -> None:
    read = read_html(page("seen" + "<div>" * 5000 + "deep" + "</div>" * 5000), "f.html")
    assert read.text.startswith("seen")


def test_numerals_are_those_of_lists() -> None:
    assert [numeral(n, "i") for n in (1, 4, 9, 14, 49)] == ["i", "iv", "ix", "xiv", "xlix"]
    assert [numeral(2, "a"), numeral(3, "A"), numeral(27, "a"), numeral(0, "i")] == ["b", "C", "27", "0"]


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=200),
    st.lists(st.sampled_from(["<p>", "</p>", "<td>", "<li>", "<ol>", "</ol>", "<b hidden>", "<br>"])),
)
def test_offsets_hold_for_any_page(words: str, tags: list[str]) -> None:
    try:
        read = read_html(page("x" + "".join(tag + words for tag in tags)), "f.html")
    except UnreadableFile:
        return
    assert [(page.start, page.end) for page in read.pages][0][0] == 0
    assert read.pages[-1].end == len(read.text)
    assert all(0 <= run.start < run.end <= len(read.text) for run in read.hidden)
