"""How long it has been: the day since when a finding lasts, and what stands around a treatment's name of its run."""

import re
from datetime import date, timedelta

from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.numbers import NUMBER_WORD, number_of
from agents.reading.rules_reader.partial_dates import ANY_DAY, BEGUN, SINCE, Run, day_of, run_in
from agents.reading.rules_reader.treatment_course import outcomes_in
from cases.evidence import Course, Setting

_D = ANY_DAY.pattern
_N = rf"(?:\d{{1,3}}|{NUMBER_WORD})"
_UNIT = r"(?:weeks?|wks?|months?|mos?)\b"
_FIRM = r"(?<!about )(?<!almost )(?<!nearly )(?<!under )(?<!approximately )(?<!roughly )"
_DAYS = {"w": 7, "m": 30, "d": 1}
_SINCE_THEN = re.compile(
    r"\b(?:from that (?:day|time|moment|morning|evening)(?: on)?|(?:ever )?since (?:then|that (?:day|time))|ever since|"
    r"since (?:the )?(?:beginning|start|outset|onset)|"
    r"from then on)\b",
    re.IGNORECASE,
)
_ONSET_LINE = re.compile(rf"(?:^|\n)\W*(?:date of )?onset(?: date)?(?:\s?:\s{{0,4}}|\s)(?P<first>{_D})", re.IGNORECASE)
_LASTS = re.compile(
    rf"\b(?:for|x|lasting|over|going on)\s?(?:(?:at least|more than|over|the|well over)\s){{0,2}}(?:(?:past|last)\s)?"
    rf"(?P<a>{_N})\+?[ -]?(?P<u>{_UNIT})|{_FIRM}\b(?P<b>{_N})[ -](?P<v>{_UNIT})"
    r"(?= (?:history|hx|h/o|now\b|duration|in duration|and counting|"
    r"of (?:[\w-]+ ){0,4}(?:pain|symptoms?|sciatica|radic\w+|tingling|numbness|LBP|ache)))",
    re.IGNORECASE,
)
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:took|taken|taking|takes|tried|tries|on \w+ \d|therap\w+|PT|mg|exercis\w+|HEP|chiro\w*|inject\w*|relief|"
    r"better|gone|free|work|resolved|improv\w+|rest(?:ed)?|brace|visits?|sessions?|surgery|return\w*|recur\w*|ago|"
    r"on and off|off and on|intermittent\w*|comes and goes|episod\w+|flare\w*|"
    r"(?:every|each)(?! day)|then|until|previous\w*|prior|last time)\b",
    re.IGNORECASE,
)
_TAKEN_BEHIND = (
    r",?\s(?:(?:he|she|they|I|we|pt|the patient|patient)\s)?(?:(?:has|had|was|were)\s)?(?:\w+ly\s)?"
    r"(?:took|taken|taking|used|using|tried|on|given|had|received)\s(?:[\w-]+\s){0,2}$"
)
_RUN_BEFORE = re.compile(
    rf"\b(?:from |between )?(?P<first>{_D})\s?(?:to|until|till|through|thru|and|-|–)\s?(?P<last>{_D}){_TAKEN_BEHIND}",
    re.IGNORECASE,
)
_HOW = (
    r"(?:(?:trial|course|daily|oral|scheduled|regular|steady|full[- ]dose|prescription|high[- ]dose|nightly|generic|"
    r"OTC|of|continuous|consistent|uninterrupted|around[- ]the[- ]clock|twice[- ]daily|bid|tid|the|her|his|"
    r"\d{1,4} ?mg),?\s){0,6}$"
)
_LENGTH_BEFORE = re.compile(
    rf"{_FIRM}\b(?P<n>{_N})[ -](?P<u>days?|{_UNIT})\s(?:trial |course )?of\s{_HOW}|"
    rf"\bfor (?P<m>{_N}) (?P<v>days?\b|{_UNIT}),?\s(?:he|she|they|pt|the patient)\s(?:has |had )?"
    r"(?:took|taken|used|tried)\s(?:[\w-]+\s){0,2}$",
    re.IGNORECASE,
)
_TELLS_OUTCOME = re.compile(
    r"\W*(?:(?:it|this|that|these|the (?:drug|pills?|medicine|medication|tablets?))\s(?:\w+ly )?"
    r"(?:did|had|has|gave|was|made|only|never|hardly|barely|helped|failed|provided|brought|caused|upset)|"
    r"no|little|minimal|none|did not|did nothing|didn't|without|hardly|barely|zero|ineffective|failed|poor|nothing)\b",
    re.IGNORECASE,
)
_OTHER_CARE = re.compile(
    r"\b(?:therap\w+|PT|mg|inject\w*|exercis\w+|physio\w*|blocks?|surgery|red flags?|fever)\b", re.IGNORECASE
)
_SHORT = 90
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def lasting(note: Note, sentence: Sentence) -> tuple[Course | None, int | None]:
    """Since when a finding lasts, as its sentence says, or one that it refers to; nothing if it went away between."""
    first = _begun(note, sentence)
    if first is None or note.written is None or first > note.written or _broken(note, sentence, first):
        return None, None
    return Course(starts=first), (note.written - first).days


def _begun(note: Note, sentence: Sentence) -> date | None:
    text = note.text
    begun = BEGUN.search(text, sentence.start, sentence.end)
    if begun is not None:
        return day_of(begun["since"] or begun["quit"], note.written, late=True)
    found = None
    if _SINCE_THEN.search(text, sentence.start, sentence.end):
        before = [one for one in note.paragraphs[sentence.paragraph] if one.end <= sentence.start][-2:]
        starts = [match for one in before for match in SINCE.finditer(text, one.start, one.end)]
        found = starts[0] if len(starts) == 1 else None
    if found is None:
        around = note.paragraphs[sentence.paragraph] or [sentence]
        lines = [*_ONSET_LINE.finditer(note.layout.lines, max(0, around[0].start - 1), around[-1].end)]
        found = lines[0] if len(lines) == 1 and sentence.paragraph >= 0 else None
    if found is not None:
        return day_of(found["first"], note.written, late=True)
    length = _LASTS.search(text, sentence.start, sentence.end)
    if length is None or note.written is None or _OF_SOMETHING_ELSE.search(text, sentence.start, sentence.end):
        return None
    days = _days(length["a"] or length["b"], length["u"] or length["v"])
    return note.written - timedelta(days=days) if days else None


def _days(count: str, unit: str) -> int | None:
    number = number_of(count)
    return int(number) * _DAYS[unit[0].lower()] if number is not None else None


def _broken(note: Note, sentence: Sentence, first: date) -> bool:
    """Whether the paragraph says that it went away in between, so that its beginning gives no length.

    What a sentence tells of a year before it began does not break it.
    """
    block = [one for one in note.paragraphs[sentence.paragraph] if one.block == sentence.block] or [sentence]
    since = [one for one in block if not _of_before(note.text[one.start : one.end], first)] or [sentence]
    around = note.text[since[0].start : since[-1].end]
    spans = [match.span() for match in note.cues["broken_since"].finditer(around)]
    return any(
        not re.search(r"\b(?:no|not|never|without)\b[^.;]{0,20}$", around[:start])
        and not any(
            one.start <= since[0].start + start < one.end
            for one in block
            if _of_before(note.text[one.start : one.end], first)
        )
        for start, _ in spans
    )


def _of_before(words: str, first: date) -> bool:
    years = [int(year) for year in _YEAR.findall(words)]
    return bool(years) and max(years) < first.year


def with_words_before(course: Course, days: int | None, before: str, note: Note) -> tuple[Course, int | None]:
    """A treatment's course, its run taken from the words right before its name where those behind it give none."""
    if days is not None or course.starts or course.ends or note.cues["not_regular"].search(before):
        return course, days
    run = _run_before(before, note.written)
    if run.first and run.last:
        return course.model_copy(update={"starts": run.first, "ends": run.last}), (run.last - run.first).days
    length = _LENGTH_BEFORE.search(before)
    if length is None:
        return course, days
    return course, _days(length["n"] or length["m"], length["u"] or length["v"])


def _run_before(before: str, written: date | None) -> Run:
    found = _RUN_BEFORE.search(before)
    if found is None:
        return Run(None, None)
    run = run_in(f"{found['first']} to {found['last']}", written)
    return run if run.first and run.last and run.first <= run.last else Run(None, None)


def with_outcome_after(course: Course, note: Note, sentence: Sentence) -> Course:
    """A course whose sentence does not say how it came out, with what a short next sentence says of it."""
    if course.outcomes:
        return course
    after = next((one for one in note.paragraphs[sentence.paragraph] if one.start >= sentence.end), None)
    if after is None or after.block != sentence.block or after.end - after.start > _SHORT:
        return course
    words = note.text[after.start : after.end]
    if not _TELLS_OUTCOME.match(words) or _OTHER_CARE.search(words):
        return course
    return course.model_copy(update={"outcomes": outcomes_in(words, note.cues)})


def fasted_before(note: Note, sentence: Sentence) -> frozenset[Setting]:
    """That blood was drawn fasting, as the sentence before or the head of a laboratory's report states."""
    before = [one for one in note.paragraphs[sentence.paragraph] if one.end <= sentence.start][-1:]
    said = note.text[before[0].start : before[0].end] if before else ""
    if note.cues["fasting_state"].search(said):
        return frozenset({Setting.FASTING})
    dated = any(words.day != note.written for words in note.dates_in(sentence.start, sentence.end))
    head = note.cues["fasting_head"].search(note.frame.head) and not note.cues["not_fasting"].search(note.frame.head)
    return frozenset({Setting.FASTING}) if head and not dated else frozenset()
