"""Labelled photos and the pixels that the image tower expects."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

# As the weights were trained: (value - 127) / 128, and 32 pixels of margin cut off around.
MEAN, STD, MARGIN = 127 / 255, 128 / 255, 32
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def list_photos(folder):
    """(path, WordNet id, name) of each `n01234567_the_name.jpg`, sorted by file name."""
    photos = []
    for path in sorted(Path(folder).iterdir()):
        if path.suffix.lower() in _SUFFIXES:
            wnid, name = path.stem.split("_", 1)
            photos.append((path, wnid, name.replace("_", " ")))
    if not photos:
        raise ValueError(f"{folder} holds no photo named like n01234567_the_name.jpg")
    return photos


def read_pixels(path, side):
    """float32 [3,side,side]: shortest side to `side`+margin (bicubic), centre cut, normalised."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    scale = (side + MARGIN) / min(image.size)
    image = image.resize([round(d * scale) for d in image.size], Image.Resampling.BICUBIC)
    left, top = ((d - side) // 2 for d in image.size)
    image = image.crop((left, top, left + side, top + side))
    values = np.asarray(image, np.float32) / 255
    return ((values - MEAN) / STD).transpose(2, 0, 1).astype(np.float32)
