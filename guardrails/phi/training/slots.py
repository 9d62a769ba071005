"""What fills the slots of a carrier: people, places, dates, numbers and words of medicine, each with its tag."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from guardrails.phi.gazetteer.lexicon import listed, medicine, places, read_kinds
from guardrails.phi.tagger.network import Tag
from guardrails.phi.training.names import People, disguised, full_name, last_first, other_script
from guardrails.phi.training.plain_words import PlainWords

_WORDS = Path(__file__).parent / "templates" / "words.txt"
_DATE_FORMS = (
    "%m/%d/%Y", "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%B %d, %Y", "%b %d, %Y", "%d %b %Y", "%d-%b-%Y",
    "%m-%d-%Y", "%b %d",
    "%m/%d", "%Y%m%d", "%A, %B %d, %Y", "%B %Y", "%d.%m.%Y", "%b %d '%y",
)  # fmt: skip
_TOWN_ENDS = (
    "ville", "ton", "burg", "field", "ford", "wood", "dale", "port", "mont", "stad", "by", "hausen", "dorf",
    "berg", "ice", "ovo",
    "grad", "pura", "abad", "nagar", "gawa", "shima", "yama", "lahti", "järvi", "koski", "vik", "sund", "haven",
    "minster", "bury",
    "ham", "wick", "mouth", "chester", "court", "ville-sur-Mer", "etto", "ano", "ella", "illas", "ejo", "inha",
    "ów", "owice",
)  # fmt: skip
_NUMBER_FORMS = (
    "########", "######", "#######", "##########", "@@######", "@@-######", "@#######", "###-##-####",
    "####-####", "@@@########",
    "#########", "@-######", "###-###-###", "@@##-####-#", "MRN-######", "#####", "@##@-@@#-@@##",
)  # fmt: skip
_PHONE_FORMS = (
    "(###) ###-####",
    "###-###-####",
    "###.###.####",
    "### ### ####",
    "+1 ### ### ####",
    "1-###-###-####",
    "###-####",
)

_DOSES = (5, 10, 20, 25, 40, 50, 81, 100, 200, 325, 500)
_TOWN_HEADS = ("North", "West", "New", "Fort", "Lake", "Mount", "Port", "San", "El", "Saint", "Bad", "Villa")
_MAIL_HOSTS = ("example.com", "gmail.com", "yahoo.com", "mercyhealth.org", "outlook.com", "clinic.net")
_BOXES = ("PO Box", "P.O. Box", "P O Box", "Box", "RR 2 Box", "HC 61 Box")
_GLUED_WAYS = listed("straße strasse gasse weg gatan vägen gade vej katu tie straat laan plein")

Filled = tuple[str, Tag]


class Slots:
    """Fills one slot at a time; the same random source gives the same text."""

    def __init__(self, random: Random, held_out: Sequence[str] = ()) -> None:
        self._random = random
        self._people = People(random, held_out)
        self._words = read_kinds(_WORDS)
        self._places = places()
        self._plain_words = PlainWords(random)
        self._makers: Mapping[str, Callable[[], Filled]] = {
            "N": lambda: (self._name(full_name(self._people.person(), random)), Tag.NAME),
            "LF": lambda: (self._name(last_first(self._people.person(), random)), Tag.NAME),
            "F": lambda: (self._name(self._people.given()), Tag.NAME),
            "L": lambda: (self._name(self._people.family()), Tag.NAME),
            "EPL": lambda: (self._name(self._word("eponym_name")), Tag.NAME),
            "NW": lambda: (self._name(self._word("nameword")), Tag.NAME),
            "I": lambda: (random.choice("ABCDEFGHJKLMNPRSTW"), Tag.NAME),
            "C": lambda: (disguised(self._city(), random), Tag.CITY),
            "S": lambda: (disguised(self._street(), random), Tag.STREET),
            "FS": lambda: (disguised(self._foreign_street(), random), Tag.STREET),
            "FAC": lambda: (self._facility(), Tag.FACILITY),
            "ORG": lambda: (self._company(), Tag.COMPANY),
            "DATE": lambda: (self._date(), Tag.DATE),
            "PH": lambda: (_digits(random.choice(_PHONE_FORMS), random), Tag.NUMBER),
            "ID": lambda: (_digits(random.choice(_NUMBER_FORMS), random), Tag.NUMBER),
            "MRN": lambda: (_digits(random.choice(_NUMBER_FORMS), random), Tag.NUMBER),
            "ZIP": lambda: (_digits(random.choice(("#####", "#####", "#####-####")), random), Tag.NUMBER),
            "EM": lambda: (self._email(), Tag.NUMBER),
        }
        self._plain: Mapping[str, Callable[[], str]] = {
            "ST": lambda: random.choice(self._places["state_codes"]),
            "STATE": lambda: random.choice(self._places["us_states"]),
            "CTRY": lambda: random.choice(self._places["countries"]),
            "CRED": lambda: self._word("credential"),
            "REL": lambda: self._word("relation"),
            "SPEC": lambda: self._word("specialty"),
            "DX": lambda: self._word(random.choice(("diagnosis", "diagnosis", "eponym_phrase"))),
            "SX": lambda: self._word("symptom"),
            "SX0": lambda: self._word("body"),
            "TEST": lambda: self._word("test"),
            "PROC": lambda: self._word("procedure"),
            "ITEM": lambda: self._word("item"),
            "EPO": lambda: self._word("eponym_phrase"),
            "EPG": self._coined_eponym,
            "CW": lambda: self._plain_words.word().title(),
            "ACR": self._plain_words.acronym,
            "LAB": lambda: self._word("lab"),
            "DRUG": self._plain_words.drug,
            "ABB": lambda: self._word("abbreviation") if random.random() < 0.8 else self._plain_words.acronym(),
            "VER": lambda: self._word("shorthand"),
            "UNIT": lambda: self._word("hospital_unit"),
            "DEV": lambda: self._word("device"),
            "W": self._plain_words.word,
            "WS": self._plain_words.phrase,
            "HEAD": self._plain_words.heading,
            "KEY": self._plain_words.key,
            "DOSE": lambda: f"{random.choice(_DOSES)} {random.choice(('mg', 'mcg', 'units', 'mL'))}",
            "AGE": lambda: str(random.randint(18, 89)),
            "SMALL": lambda: str(random.randint(1, 9)),
            "NUM": lambda: _digits(random.choice(("####", "#####", "##########")), random),
            "YEAR": lambda: str(random.randint(1950, 2026)),
            "TIME": lambda: (
                random.choice(("%02d:%02d", "%d:%02d", "%02d%02d")) % (random.randint(0, 23), random.randint(0, 59))
            ),
            "BP": lambda: f"{random.randint(95, 180)}/{random.randint(50, 105)}",
            "CPT": lambda: _digits("#####", random),
            "HCPCS": lambda: random.choice("AEGJKLQ") + _digits("####", random),
            "ICD": lambda: random.choice("ACEFGHIJKMNRSZ") + _digits("##.#", random),
            "NDC": lambda: _digits("#####-####-##", random),
            "POL": lambda: random.choice(("L", "A", "NCD ", "CPB ", "MP-")) + _digits("####", random),
        }

    def fill(self, slot: str) -> Filled:
        """Text and tag for a slot. Raises KeyError for a slot that no carrier may use."""
        maker = self._makers.get(slot)
        return maker() if maker else (self._plain[slot](), Tag.OTHER)

    def knows(self, slot: str) -> bool:
        return slot in self._makers or slot in self._plain

    def _word(self, kind: str) -> str:
        return self._random.choice(self._words[kind])

    def _coined_eponym(self) -> str:
        """A finding, device or scale that bears somebody's name: it is the noun that tells, as no list is complete."""
        random = self._random
        name = self._people.family()
        if random.random() < 0.35:
            name = f"{name}-{self._people.family()}"
        nouns = medicine()["eponym_nouns"]
        return f"{name}{random.choice((' ', ' ', chr(39) + 's '))}{random.choice(nouns)}"

    def _name(self, name: str) -> str:
        return other_script(self._random) if self._random.random() < 0.004 else disguised(name, self._random)

    def _city(self) -> str:
        random = self._random
        roll = random.random()
        if roll < 0.5:
            return random.choice(self._places["us_cities"])
        if roll < 0.75:
            return random.choice(self._places["world_cities"])
        if roll < 0.8:
            return f"{random.choice(_TOWN_HEADS)} {self._people.family()}"
        stem = random.choice((self._people.family(), self._people.given(), random.choice(self._places["street_names"])))
        town = stem[: random.randint(3, 6)] + random.choice(_TOWN_ENDS)
        return (
            town
            if random.random() < 0.85
            else f"{town} {random.choice(('Heights', 'Falls', 'Springs', 'Park', 'Beach', 'Creek'))}"
        )

    def _street(self) -> str:
        random = self._random
        roll = random.random()
        if roll < 0.06:
            return f"{random.choice(_BOXES)} {random.randint(1, 9999)}"
        stem = random.choice(self._places["street_names"])
        if random.random() < 0.3:
            stem = random.choice((self._people.family(), self._people.given(), f"{random.randint(2, 120)}th"))
        way = f"{stem} {random.choice(self._places['street_suffixes'])}{random.choice(('', '', '', '.'))}"
        head = random.choice(("", "", "", "N ", "S. ", "East ", "W. ", "NW ", "Old "))
        tail = random.choice(
            (
                "",
                "",
                "",
                f", Apt {random.randint(1, 40)}{random.choice('ABC')}",
                f" Suite {random.randint(100, 900)}",
                f" #{random.randint(1, 99)}",
                f", Unit {random.randint(1, 30)}",
            )
        )
        number = (
            f"{random.randint(1, 19999)}{random.choice(('', '', '', '', 'A', '-12', ' 1/2'))} "
            if random.random() < 0.93
            else ""
        )
        return f"{number}{head}{way}{tail}"

    def _foreign_street(self) -> str:
        random = self._random
        if random.random() < 0.25:
            return self._street()
        word = random.choice(self._places["foreign_street"])
        stem = random.choice((self._people.family(), self._people.given(), random.choice(self._places["street_names"])))
        number = str(random.randint(1, 399))
        middle = random.choice(("", "", " del", " de la", " di", " van", " da", " des"))
        glued = f"{stem}{word.lower()}" if word.lower() in _GLUED_WAYS else f"{word}{middle} {stem}"
        forms = (
            f"{glued} {number}",
            f"{number} {glued}",
            f"{glued}, {number}",
            f"{random.randint(100, 99999)} {glued} {number}",
        )
        unit = random.choice(
            (
                "",
                "",
                "",
                f" Apt. {random.randint(1, 999)}",
                f" Suite {random.randint(1, 999)}",
                f"/{random.randint(1, 20)}",
                f"\n Suite {random.randint(1, 999)}",
            )
        )
        return random.choice(forms) + unit

    def _facility(self) -> str:
        random = self._random
        name = random.choice((self._word("facname"), self._word("facname"), self._city(), self._people.family()))
        text = f"{name} {self._word('facword')}" if random.random() < 0.85 else self._word("facname")
        return text.upper() if random.random() < 0.05 else text

    def _company(self) -> str:
        random = self._random
        roll = random.random()
        if roll < 0.5:
            return self._word("org")
        if roll < 0.8:
            stem = random.choice((self._people.family(), random.choice(self._places["street_names"]), self._city()))
            return f"{stem} {self._word('orgword')}"
        if roll < 0.9:
            return f"{self._people.family()}, {self._people.family()} and {self._people.family()}"
        stems = self._places["street_names"]
        return (random.choice(stems) + random.choice(stems).lower()).replace(" ", "")

    def _date(self) -> str:
        random = self._random
        day = date(1926, 1, 1) + timedelta(days=random.randrange(36_700))
        return day.strftime(random.choice(_DATE_FORMS))

    def _email(self) -> str:
        person = self._people.person()
        user = (
            self._random.choice((f"{person.given}.{person.family}", f"{person.given[:1]}{person.family}", person.given))
            .lower()
            .replace(" ", "")
        )
        return f"{user}@{self._random.choice(_MAIL_HOSTS)}"


def _digits(form: str, random: Random) -> str:
    return "".join(
        random.choice("0123456789") if c == "#" else random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") if c == "@" else c
        for c in form
    )
