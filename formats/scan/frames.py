"""Image files to upright pages in grey: every page of a TIFF, bounded before anything is unpacked."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.Image import Resampling

from cases.errors import UnreadableFile

MAX_PAGES = 200
"""Of one scan; a fax of a whole chart is seldom above a hundred."""
MAX_PIXELS = 60_000_000
"""Of one page; Letter at 600 dots an inch has 34 million."""
_FORMATS = ("TIFF", "PNG", "JPEG")
_LEAST_SIDE = 40
_SQUARE_WITHIN = 0.2
_LOW_RESOLUTION = 140
_RESOLUTION = 200
_INTERPRETATIONS = {"I;16", "I;16B", "I", "F"}
_FAULTS = (OSError, ValueError, SyntaxError, EOFError, OverflowError, KeyError, TypeError)


@dataclass(frozen=True)
class Frame:
    """A page as a grey picture with square dots; `image` is None where `lost` says why there is none."""

    number: int
    image: Image.Image | None
    lost: str = ""


def frame_count(content: bytes, file: str) -> int:
    """How many pages an image file has. Raises UnreadableFile where it is none that we read, or has too many."""
    with _opened(content, file) as image:
        try:
            with _quietly():
                count = getattr(image, "n_frames", 1)
        except (Image.DecompressionBombError, *_FAULTS) as error:
            raise UnreadableFile(file, "is a damaged image", fix="scan or send the page again") from error
    if not 1 <= count <= MAX_PAGES:
        raise UnreadableFile(file, f"has {count} pages; 1 to {MAX_PAGES} are read", fix="split the file")
    return int(count)


def frames(content: bytes, file: str) -> Iterator[Frame]:
    """The pages one after another, so that only those in work are unpacked."""
    count = frame_count(content, file)
    with _opened(content, file) as image:
        for number in range(1, count + 1):
            yield _frame(image, number)


@contextmanager
def _opened(content: bytes, file: str) -> Iterator[Image.Image]:
    try:
        with _quietly():
            image = Image.open(BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableFile(file, f"has a page of more than {MAX_PIXELS} dots", fix="scan it at 300 dpi") from error
    except (UnidentifiedImageError, *_FAULTS) as error:
        raise UnreadableFile(file, "is a damaged image", fix="scan or send the page again") from error
    with image:
        yield image


@contextmanager
def _quietly() -> Iterator[None]:
    """Pillow warns of what it then reads or refuses; either way we say it ourselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _frame(image: Image.Image, number: int) -> Frame:
    try:
        with _quietly():
            image.seek(number - 1)
            width, height = image.size
            if width * height > MAX_PIXELS:
                return Frame(number, None, f"has more than {MAX_PIXELS} dots; scan it at 300 dpi")
            if min(width, height) < _LEAST_SIDE:
                return Frame(number, None, "is too small to hold text")
            return Frame(number, _square(_grey(image), image.info.get("dpi")))
    except Image.DecompressionBombError:
        return Frame(number, None, f"has more than {MAX_PIXELS} dots; scan it at 300 dpi")
    except _FAULTS:
        return Frame(number, None, "is damaged")


def _grey(image: Image.Image) -> Image.Image:
    """The page as seen: turned as its tag says, on white where it is transparent."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode in _INTERPRETATIONS:
        upright = ImageOps.autocontrast(upright.convert("F").convert("L"))
    if "A" in upright.getbands() or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        upright = Image.alpha_composite(paper, seen)
    return upright.convert("L")


def _square(image: Image.Image, dpi: object) -> Image.Image:
    """With as many dots to the inch down as across (a standard fax has half), and enough of them to read by."""
    across, down = _resolution(dpi)
    scale_x = scale_y = 1.0
    if across and down and abs(across / down - 1) > _SQUARE_WITHIN:
        scale_x, scale_y = (1.0, across / down) if across > down else (down / across, 1.0)
    if 0 < max(across, down) < _LOW_RESOLUTION:
        more = _RESOLUTION / max(across, down)
        scale_x, scale_y = scale_x * more, scale_y * more
    if (scale_x, scale_y) == (1.0, 1.0):
        return image
    size = round(image.width * scale_x), round(image.height * scale_y)
    return image.resize(size, Resampling.BICUBIC) if 0 < size[0] * size[1] <= MAX_PIXELS else image


def _resolution(dpi: object) -> tuple[float, float]:
    """Dots to the inch across and down; zeros where the file does not say, or says what no scanner does."""
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return 0.0, 0.0
    across, down = float(dpi[0]), float(dpi[1])
    return (across, down) if all(50 <= value <= 2400 for value in (across, down)) else (0.0, 0.0)
