"""Pictures are decoded and written anew: what comes out is pixels, nothing that the camera or an attacker added."""

import io
import threading
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

from marketplace.files import rules
from marketplace.files.rules import WIDTHS, MediaType
from marketplace.kernel.errors import DomainError, Refused

_FORMATS: Final = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.WEBP: "WEBP"}
# Of 256 greys; squares that differ by less are one colour and the noise of its compression.
_PLAIN: Final = 16
# A decoded picture of the largest size takes 160 MB, so few are in work at once in one process.
_AT_WORK: Final = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Rendition:
    """The WebP bytes of one nominal width."""

    width: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture, upright, with its renditions."""

    content: bytes
    width: int
    height: int
    renditions: tuple[Rendition, ...]


def clean(content: bytes, kind: MediaType, *, field: str = "file") -> Picture:
    """Decode a picture within the pixel limit and write it anew without any metadata; Refused when it is none."""
    try:
        with _AT_WORK, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _clean(content, kind, field)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        accepted = f"up to {rules.LARGEST_PICTURE // 1_000_000} megapixels"
        raise Refused.field(field, "picture_pixels", accepted) from None
    except DomainError:
        raise
    except Exception:  # noqa: BLE001  Pillow's decoders meet broken files with errors of almost any class
        raise Refused.field(field, "picture_broken", "JPG, PNG, WEBP") from None


def difference_hash(content: bytes) -> int | None:
    """Return the 64 bits of a stored picture's difference hash, None for one too plain to be recognised.

    Each bit tells whether one of 9 × 8 grey squares is lighter than its right neighbour, so size, compression and
    brightness hardly matter (N. Krawetz, "Kind of Like That", 2013).
    """
    with _AT_WORK, Image.open(io.BytesIO(content)) as opened:
        white = Image.new("RGB", opened.size, "white")
        shown = opened.convert("RGBA")
        white.paste(shown, mask=shown.getchannel("A"))
    grey = list(white.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes())
    if max(grey) - min(grey) < _PLAIN:
        return None
    bits = 0
    for place in range(64):
        left = place // 8 * 9 + place % 8
        bits |= (grey[left] > grey[left + 1]) << place
    return bits


def _clean(content: bytes, kind: MediaType, field: str) -> Picture:
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as opened:
        rules.check_pixels(*opened.size, field=field)
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    picture = _in_plain_colours(upright, kind)
    picture.info.clear()  # comments, profiles and text chunks would be written again
    return Picture(
        _written(picture, _FORMATS[kind]),
        picture.width,
        picture.height,
        tuple(Rendition(width, _narrowed(picture, width)) for width in WIDTHS),
    )


def _in_plain_colours(picture: Image.Image, kind: MediaType) -> Image.Image:
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    if kind is MediaType.JPEG or not has_alpha:
        return picture.convert("RGB")
    return picture.convert("RGBA")


def _narrowed(picture: Image.Image, width: int) -> bytes:
    if picture.width <= width:
        return _written(picture, "WEBP")
    height = max(1, round(picture.height * width / picture.width))
    return _written(picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0), "WEBP")


def _written(picture: Image.Image, format: str) -> bytes:
    target = io.BytesIO()
    match format:
        case "JPEG":
            picture.save(target, format, quality=90, optimize=True, progressive=True)
        case "PNG":
            picture.save(target, format)
        case _:
            picture.save(target, format, quality=80, method=4)
    return target.getvalue()
