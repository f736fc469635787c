"""Small pictures on which a resize without antialiasing goes visibly wrong."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def _noise(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """1/f noise, the spectrum of photos: float [height, width, 3] in 0…1."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    falloff = 1 / np.maximum(np.hypot(fy, fx), 1 / max(width, height))
    planes = []
    for _ in range(3):
        spectrum = np.fft.fft2(rng.standard_normal((height, width))) * falloff
        plane = np.real(np.fft.ifft2(spectrum))
        planes.append((plane - plane.min()) / np.ptp(plane))
    return np.stack(planes, axis=-1)


def _shapes(image: Image.Image, rng: np.random.Generator, count: int) -> None:
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        x, y = rng.integers(0, image.width), rng.integers(0, image.height)
        w, h = rng.integers(6, image.width // 3), rng.integers(6, image.height // 3)
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        box = (int(x), int(y), int(x + w), int(y + h))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(box, fill=colour)


def _zone_plate(size: int) -> Image.Image:
    """Rings that get finer towards the edge, up to the finest that pixels hold."""
    axis = np.arange(size) - size / 2
    phase = np.pi / size * (axis[:, None] ** 2 + axis[None, :] ** 2)
    grey = np.round((0.5 + 0.5 * np.cos(phase)) * 15) * 17
    # One colour a half: a swapped channel shows.
    left = axis[None, :] < 0
    planes = [grey, np.where(left, grey, 255 - grey), np.full_like(grey, 64)]
    return Image.fromarray(np.stack(planes, axis=-1).astype(np.uint8))


def write_images(folder: Path) -> list[Path]:
    """Writes a wide PNG, a tall JPEG and a square PNG; the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20250312)

    # 16 levels a channel keep the file small.
    wide = Image.fromarray((np.round(_noise(rng, 320, 200) * 15) * 17).astype(np.uint8))
    _shapes(wide, rng, 12)
    tall = Image.fromarray((_noise(rng, 121, 300) * 255).astype(np.uint8))
    _shapes(tall, rng, 9)

    paths = [folder / "wide.png", folder / "tall.jpg", folder / "rings.png"]
    wide.save(paths[0], optimize=True)
    # Full chroma: how decoders fill in subsampled colour is not what is tested.
    tall.save(paths[1], quality=90, subsampling=0)
    _zone_plate(150).save(paths[2], optimize=True)
    return paths
