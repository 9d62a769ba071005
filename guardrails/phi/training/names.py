"""Made-up people: names of many language backgrounds in the forms and the bad spellings that charts hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from guardrails.phi.gazetteer.lexicon import family_names, given_names
from guardrails.phi.tagger.features import fold

_PAIRED = {
    "english": ("english_f", "english_m", "nicknames", "african_american"),
    "irish_scottish_welsh": ("irish_scottish_welsh", "english_f", "english_m"),
    "hispanic": ("hispanic_f", "hispanic_m"),
    "german": ("german", "english_m", "english_f"),
    "finnish_baltic": ("finnish", "estonian_latvian_lithuanian"),
    "greek": ("albanian_greek",),
    "balkan": ("balkan", "albanian_greek"),
    "arabic": ("arabic_m", "arabic_f"),
    "persian_turkish": ("persian_turkish_central_asian",),
    "indian": ("indian_m", "indian_f"),
    "pakistani_bengali_nepali_lankan": ("bengali_pakistani_nepali_lankan", "arabic_m", "arabic_f"),
    "vietnamese_southeast_asian": ("vietnamese_thai_khmer_hmong_lao",),
    "filipino_indonesian_pacific": ("filipino", "indonesian_malay_pacific", "hispanic_f"),
    "haitian_caribbean": ("caribbean_haitian", "french"),
    "native_american": ("native_american", "english_f", "english_m"),
}
_ENGLISH_SHARE = 0.30
_OTHER_SCRIPT = (
    ("Александр Петров", "Мария Иванова", "Олена Шевченко", "Дмитрий Соколов", "Ирина", "Кузнецов"),
    ("Γιώργος Παπαδόπουλος", "Ελένη Νικολάου", "Μαρία", "Κώστας Γεωργίου"),
    ("王伟", "李娜", "张敏", "陈静", "佐藤健", "田中裕子", "김민준", "이서연"),
    ("محمد علي", "فاطمة حسن", "דוד כהן", "שרה לוי", "राज पटेल", "ประเสริฐ"),
)
_NEAR = dict(zip("abcdefghijklmnopqrstuvwxyz", "sneifghjokplnmopwtyryvexzs", strict=True))
_OCR = (
    ("l", "1"),
    ("o", "0"),
    ("i", "1"),
    ("rn", "m"),
    ("m", "rn"),
    ("e", "c"),
    ("s", "5"),
    ("b", "6"),
    ("li", "h"),
    ("O", "0"),
    ("O", "0"),
    ("I", "1"),
    ("I", "l"),
    ("S", "5"),
    ("B", "8"),
    ("E", "3"),
)


@dataclass(frozen=True)
class Person:
    """One person's parts; `given` and `middle` are as written, `family` may hold several words."""

    given: str
    middle: str
    family: str


class People:
    """Draws people. `held_out` names backgrounds that are never drawn, so that others' names can be judged on them."""

    def __init__(self, random: Random, held_out: Sequence[str] = ()) -> None:
        self._random = random
        families = family_names()
        self._backgrounds = [name for name in families if name not in held_out]
        self._givens = given_names()
        self._families = families

    def person(self) -> Person:
        """Someone of one background, now and then of two, now and then with a name nobody has."""
        random = self._random
        background = "english" if random.random() < _ENGLISH_SHARE else random.choice(self._backgrounds)
        if background not in self._backgrounds:
            background = random.choice(self._backgrounds)
        other = background if random.random() < 0.85 else random.choice(self._backgrounds)
        family = self._family(other)
        if random.random() < 0.06:
            family = f"{family}{random.choice('--- ')}{self._family(background)}"
        given = self._given(background)
        if random.random() < 0.04:
            given = f"{given}{random.choice(' -')}{self._given(background)}"
        return Person(given, self._given(background), family)

    def given(self) -> str:
        return self.person().given

    def family(self) -> str:
        return self.person().family

    def _given(self, background: str) -> str:
        lists = _PAIRED.get(background, (background,))
        return self._drawn(self._givens[self._random.choice([name for name in lists if name in self._givens])])

    def _family(self, background: str) -> str:
        return self._drawn(self._families[background])

    def _drawn(self, names: Sequence[str]) -> str:
        """A listed name, or one spliced from the head of one and the tail of another."""
        random = self._random
        name = random.choice(names)
        if random.random() < 0.25 and len(name) > 3:
            tail = random.choice(names)
            if len(tail) > 3:
                name = name[: random.randint(2, len(name) - 1)] + tail[random.randint(1, len(tail) - 2) :].lower()
        if random.random() < 0.25:
            name = _plain(name)
        return name


def _plain(name: str) -> str:
    return "".join(fold(c).upper() if c.isupper() else fold(c) for c in name)


def other_script(random: Random) -> str:
    """A name in Cyrillic, Greek, Chinese, Korean, Arabic, Hebrew, Devanagari or Thai letters."""
    return random.choice(random.choice(_OTHER_SCRIPT))


def misspelt(name: str, random: Random) -> str:
    """One slip of a finger: a letter lost, doubled, swapped or taken for its neighbour."""
    at = random.randrange(1, max(2, len(name) - 1))
    letter = name[at : at + 1]
    slips: Sequence[Callable[[], str]] = (
        lambda: name[:at] + name[at + 1 :],
        lambda: name[:at] + letter + name[at:],
        lambda: name[: at - 1] + name[at : at + 1] + name[at - 1 : at] + name[at + 1 :],
        lambda: name[:at] + _NEAR.get(letter, letter) + name[at + 1 :],
    )
    return random.choice(slips)() if len(name) > 3 else name


def ocr_broken(name: str, random: Random) -> str:
    """What a scanner makes of it: letters for digits, two letters for one, a gap in the middle."""
    if random.random() < 0.2 and len(name) > 5:
        at = random.randrange(2, len(name) - 2)
        return f"{name[:at]} {name[at:]}"
    right, wrong = random.choice([slip for slip in _OCR if slip[0] in name] or [("", "")])
    return name.replace(right, wrong, 1) if right else name


def full_name(person: Person, random: Random) -> str:
    """The whole name in one of the orders and shortenings people use."""
    given, middle, family = person.given, person.middle, person.family
    initial, second = given[:1], middle[:1]
    forms = (
        (30, f"{given} {family}"),
        (8, f"{given} {second}. {family}"),
        (6, f"{given} {second} {family}"),
        (4, f"{given} {middle} {family}"),
        (7, f"{initial}. {family}"),
        (2, f"{initial}.{second}. {family}"),
        (3, f"{initial}. {second}. {family}"),
        (3, f"{initial} {family}"),
        (8, f"{given} {family[:1]}."),
        (2, f"{given} {family[:1]}"),
        (7, last_first(person, random)),
        (2, f"{family} {given}"),
        (1, f"{family} {given} {second}"),
        (2, f"{given} {family} {random.choice(('Jr.', 'Sr.', 'III', 'II', 'Jr'))}"),
        (1, f'{given} "{middle[:4]}" {family}'),
        (1, f"{given} ({middle}) {family}"),
        (1, f"{initial}.{family[:1]}."),
        (5, family),
        (5, given),
    )
    weights, texts = zip(*forms, strict=True)
    chosen: str = random.choices(texts, weights)[0]
    return chosen


def last_first(person: Person, random: Random) -> str:
    """`Last, First`, with or without the middle name or its initial."""
    tail = random.choice(("", "", f" {person.middle[:1]}", f" {person.middle[:1]}.", f" {person.middle}"))
    comma = random.choice((", ", ", ", ", ", ",", " , "))
    return f"{person.family}{comma}{person.given}{tail}"


def disguised(name: str, random: Random) -> str:
    """The name as it stands, in capitals, in small letters, misspelt or broken by a scanner."""
    roll = random.random()
    if roll < 0.82:
        return name
    if roll < 0.89:
        return name.upper()
    if roll < 0.94:
        return name.lower()
    return misspelt(name, random) if roll < 0.985 else ocr_broken(name, random)
