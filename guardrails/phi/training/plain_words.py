"""Words that are nobody's name: general vocabulary, made-up brands and acronyms, in the shapes that look like names."""

from functools import cache
from random import Random

from guardrails.phi.gazetteer.lexicon import family_names, given_names, medicine, places
from guardrails.phi.tagger.features import fold
from guardrails.phi.training.vectors import model_folder

_FEWEST_LETTERS = 3
_GENERIC_ENDS = (
    "mab", "zumab", "limab", "tinib", "ciclib", "parib", "gliptin", "gliflozin", "glutide", "pril", "sartan", "olol",
    "statin", "azole", "mycin", "cillin", "floxacin", "vir", "tegravir", "setron", "triptan", "gepant", "pam", "tidine",
    "prazole", "oxetine", "afil", "osin", "dronate", "cept", "kinra", "platin", "taxel", "rubicin", "trexate", "mide",
)  # fmt: skip
_BRAND_ENDS = (
    "va", "ra", "za", "vy", "xa", "la", "da", "ta", "zi", "qo", "ris", "tas", "vo", "lex", "mya", "ity", "ence", "ia",
    "ix", "or", "ana", "eris", "isa", "eno", "yx", "ax",
)  # fmt: skip
_MIDDLES = (
    "a",
    "e",
    "i",
    "o",
    "u",
    "li",
    "ra",
    "ve",
    "to",
    "ne",
    "xa",
    "zi",
    "pra",
    "lo",
    "mi",
    "ty",
    "ri",
    "sta",
    "cu",
)
_STARTS = (
    "B", "C", "D", "F", "G", "J", "K", "L", "M", "N", "P", "R", "S", "T", "V", "X", "Z", "Tr", "Pr", "Br", "Gl", "Cr",
    "Ad", "Al", "Ev", "Ib", "Or", "Op", "En", "Ul", "Vy", "Xe", "Ze", "Qu", "Sk", "St", "Ta", "Ri", "Lu",
)  # fmt: skip


@cache
def vocabulary() -> tuple[str, ...]:
    """Whole words of all-MiniLM-L6-v2's vocabulary that stand on none of our lists of names and places."""
    place = places()
    listed = {
        fold(part)
        for words in (*given_names().values(), *family_names().values(), place["us_cities"], place["world_cities"])
        for word in words
        for part in word.split()
    }
    pieces = (model_folder() / "vocab.txt").read_text(encoding="utf-8").split("\n")
    return tuple(
        word
        for word in pieces
        if len(word) >= _FEWEST_LETTERS and word.isascii() and word.isalpha() and word not in listed
    )


def frequent_words() -> tuple[str, ...]:
    """The first half of the vocabulary, which is in order of how often a word is met."""
    words = vocabulary()
    return words[: len(words) // 2]


class PlainWords:
    """Draws words and phrases that name nobody."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._words = frequent_words()
        self._drugs = medicine()["drugs"]

    def word(self) -> str:
        return self._random.choice(self._words)

    def phrase(self) -> str:
        return " ".join(self.word() for _ in range(self._random.randint(2, 6)))

    def heading(self) -> str:
        """One to three words with capitals, as headings, forms and titles have them."""
        words = [self.word() for _ in range(self._random.randint(1, 3))]
        return " ".join(word.upper() if self._random.random() < 0.3 else word.title() for word in words)

    def key(self) -> str:
        """A field's name as systems write it."""
        words = [self.word() for _ in range(self._random.randint(1, 2))]
        style = self._random.random()
        if style < 0.3:
            return "_".join(words)
        if style < 0.5:
            return "".join(word.title() for word in words)
        return "-".join(words).upper() if style < 0.75 else " ".join(words)

    def acronym(self) -> str:
        letters = "".join(self._random.choice("ABCDEFGHILMNOPRSTUV") for _ in range(self._random.randint(2, 5)))
        return letters + (str(self._random.randint(1, 9)) if self._random.random() < 0.15 else "")

    def drug(self) -> str:
        """A listed drug, or one made up in the form of a generic or a brand."""
        random = self._random
        roll = random.random()
        if roll < 0.6:
            drug = random.choice(self._drugs)
            return drug.title() if random.random() < 0.2 else drug.upper() if random.random() < 0.05 else drug
        stem = random.choice(_STARTS) + "".join(random.choice(_MIDDLES) for _ in range(random.randint(1, 3)))
        if roll < 0.8:
            generic = stem.lower() + random.choice(_GENERIC_ENDS)
            return generic.title() if random.random() < 0.2 else generic
        return stem + random.choice(_BRAND_ENDS)
