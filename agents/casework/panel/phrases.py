"""Two turns of phrase that pages, timelines and answers share."""


def plural(count: int, one: str, many: str = "") -> str:
    """`1 page`, `14 pages`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def sentence(code: str) -> str:
    """A short name without a row in the tables, as words."""
    words = code.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}."
