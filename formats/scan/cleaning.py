"""What a fax machine adds is taken away before reading: specks that touch no letter, and ruled lines."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy import ndimage

INK_BELOW = 128
_SPECK_DOTS = 6
_NEAR_DOTS = 9
"""A decimal point or the dot of an i stands nearer than this to its letter at 200 dots an inch."""
_LONG = 150
_SHORT_LONG = 60
_THIN = 40
_SLENDER, _VERY_SLENDER = 8, 12
_SOFTEN = 0.8

Ink = NDArray[np.bool_]


def ink_of(page: Image.Image) -> Ink:
    """Which dots are dark."""
    dark: Ink = np.asarray(page) < INK_BELOW
    return dark


def cleaned(page: Image.Image) -> Image.Image:
    """The page without specks and rules, its edges softened, which tesseract reads better than stairs."""
    unwanted = _specks_and_rules(ink_of(page))
    grey = np.where(unwanted, np.uint8(255), np.asarray(page))
    return Image.fromarray(grey).filter(ImageFilter.GaussianBlur(_SOFTEN))


def _specks_and_rules(ink: Ink) -> Ink:
    labels, count = ndimage.label(ink, structure=np.ones((3, 3)))
    if count == 0:
        return np.zeros_like(ink)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    small = sizes <= _SPECK_DOTS
    rule = _rules(labels, sizes)
    letters = ~small & ~rule
    letters[0] = False
    beside = ndimage.maximum_filter(letters[labels].astype(np.uint8), size=2 * _NEAR_DOTS + 1) > 0
    touches = np.bincount(labels[beside], minlength=count + 1) > 0
    drop = (small & ~touches) | rule
    drop[0] = False
    unwanted: Ink = drop[labels]
    return unwanted


def _rules(labels: NDArray[np.int32], sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Lines and frames: long, thin and made of a single stroke."""
    found = np.zeros(len(sizes), dtype=np.bool_)
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        height, width = place[0].stop - place[0].start, place[1].stop - place[1].start
        long, thin = max(height, width), min(height, width)
        stroke = long > _LONG and thin < _THIN and long > _SLENDER * thin
        stroke |= long > _SHORT_LONG and long > _VERY_SLENDER * thin
        frame = thin > _LONG and sizes[number] < _SLENDER * (height + width)
        found[number] = stroke or frame
    return found
