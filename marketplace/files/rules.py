"""What is accepted for which purpose, told by the bytes themselves."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused, TooLarge

MEGABYTE: Final = 1024 * 1024
LARGEST_PICTURE: Final = 40_000_000  # pixels, read from the header before anything is decoded
WIDTHS: Final = (320, 800, 1600)
_NAME_LETTERS: Final = 120


class MediaType(StrEnum):
    """The kinds of bytes that are stored."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    CSV = "text/csv"
    ZIP = "application/zip"
    M4A = "audio/mp4"
    MP3 = "audio/mpeg"
    OGG = "audio/ogg"
    WAV = "audio/wav"
    XML = "application/xml"
    OFD = "application/ofd"


PICTURES: Final = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.WEBP})
_SCANS: Final = PICTURES | {MediaType.PDF}
VOICES: Final = frozenset({MediaType.M4A, MediaType.MP3, MediaType.OGG, MediaType.WAV})
ENDINGS: Final = {
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.WEBP: "webp",
    MediaType.PDF: "pdf",
    MediaType.XLSX: "xlsx",
    MediaType.DOCX: "docx",
    MediaType.CSV: "csv",
    MediaType.ZIP: "zip",
    MediaType.M4A: "m4a",
    MediaType.MP3: "mp3",
    MediaType.OGG: "ogg",
    MediaType.WAV: "wav",
    MediaType.XML: "xml",
    MediaType.OFD: "ofd",
}


class Purpose(StrEnum):
    """What a file is for."""

    ANY = "any"  # handed in before it is known what for
    PICTURE = "picture"
    LICENCE = "licence"
    SLIP = "slip"
    SCAN = "scan"
    SEAL = "seal"
    EVIDENCE = "evidence"
    OFFICIAL_INVOICE = "official_invoice"
    WORKBOOK = "workbook"
    PICTURES = "pictures"
    DOCUMENT = "document"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many bytes of which kinds."""

    size: int
    kinds: frozenset[MediaType]

    @property
    def accepted(self) -> str:
        """Name what is accepted, for people: ``JPG, PNG, WEBP up to 10 MB``."""
        endings = ", ".join(ENDINGS[kind].upper() for kind in MediaType if kind in self.kinds)
        return f"{endings} up to {self.size // MEGABYTE} MB"


LIMITS: Final[dict[Purpose, Limit]] = {
    Purpose.ANY: Limit(20 * MEGABYTE, frozenset(MediaType) - {MediaType.ZIP, MediaType.XML, MediaType.OFD}),
    Purpose.PICTURE: Limit(10 * MEGABYTE, PICTURES),
    Purpose.LICENCE: Limit(10 * MEGABYTE, _SCANS),
    Purpose.SLIP: Limit(10 * MEGABYTE, _SCANS),
    Purpose.SCAN: Limit(20 * MEGABYTE, _SCANS),
    Purpose.SEAL: Limit(2 * MEGABYTE, PICTURES),
    Purpose.EVIDENCE: Limit(20 * MEGABYTE, _SCANS | VOICES | {MediaType.DOCX, MediaType.XLSX, MediaType.CSV}),
    # What the states' systems give out: a page to read, the data, the Chinese layout file (GB/T 33190).
    Purpose.OFFICIAL_INVOICE: Limit(10 * MEGABYTE, frozenset({MediaType.PDF, MediaType.XML, MediaType.OFD})),
    Purpose.WORKBOOK: Limit(20 * MEGABYTE, frozenset({MediaType.XLSX, MediaType.CSV})),
    Purpose.PICTURES: Limit(30 * MEGABYTE, frozenset({MediaType.ZIP})),
    # Made by the city itself, not handed in.
    Purpose.DOCUMENT: Limit(30 * MEGABYTE, frozenset({MediaType.PDF})),
    Purpose.EXPORT: Limit(30 * MEGABYTE, frozenset({MediaType.CSV, MediaType.XLSX, MediaType.PDF})),
}
# Archives come with an import alone, which looks into them.
HANDED_IN: Final = frozenset(Purpose) - {Purpose.DOCUMENT, Purpose.EXPORT, Purpose.PICTURES}


_WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls")
_FEWEST_MARKS: Final = 2  # a price list has three columns at least


def serves(wanted: Purpose, *, purpose: Purpose, media_type: str, size: int) -> bool:
    """Tell whether a stored file can be used for a purpose: handed in for it, or for any and within its limits."""
    limit = LIMITS[wanted]
    return purpose is wanted or (purpose is Purpose.ANY and media_type in limit.kinds and size <= limit.size)


def media_type(content: bytes) -> MediaType | None:
    """Tell the kind of some bytes by their own marks, never by a name; None for a kind we do not take."""
    marks = {
        b"\xff\xd8\xff": MediaType.JPEG,
        b"\x89PNG\r\n\x1a\n": MediaType.PNG,
        b"%PDF-": MediaType.PDF,
    }
    for mark, kind in marks.items():
        if content.startswith(mark):
            return kind
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12])
    if (voice := _voice(content)) is not None:
        return voice
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return MediaType.CSV if _is_text(content) else None


_RIFF: Final = {b"WEBP": MediaType.WEBP, b"WAVE": MediaType.WAV}
# What telephones record voices in; the same containers hold films, which are not taken.
_VOICE_BRANDS: Final = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"3gp4", b"3gp5")
_FILM_TRACK: Final = re.compile(rb"hdlr.{8}vide", re.DOTALL)
_OGG_VOICES: Final = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_ID3_VERSIONS: Final = (2, 3, 4)
_LAYER_3, _NO_RATE, _BAD_RATE = 0b01, 0b11, (0, 15)


def _voice(content: bytes) -> MediaType | None:
    """Tell a recording by its container: MPEG-4 or Ogg without a film in it, or MPEG-1/2 audio layer III."""
    if content[4:8] == b"ftyp" and content[8:12] in _VOICE_BRANDS and not _FILM_TRACK.search(content):
        return MediaType.M4A
    if content.startswith(b"OggS\0") and any(mark in content[:128] for mark in _OGG_VOICES):
        return MediaType.OGG
    return MediaType.MP3 if _is_mp3(content[:4]) else None


def _is_mp3(head: bytes) -> bool:
    """Tell whether bytes begin with an ID3 tag or the header of a frame of layer III."""
    if head[:3] == b"ID3":
        return head[3:] != b"" and head[3] in _ID3_VERSIONS
    if len(head) < len(b"head") or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # eleven bits are set
        return False
    version, layer, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 2 & 3
    return version != 1 and layer == _LAYER_3 and rate != _NO_RATE and head[2] >> 4 not in _BAD_RATE


def _office(content: bytes) -> MediaType | None:
    # The names of a zip's members are never compressed, so nothing is unpacked to tell.
    if b"[Content_Types].xml" not in content:
        return None
    if b"xl/workbook" in content:
        return MediaType.XLSX
    return MediaType.DOCX if b"word/document" in content else None


def _is_text(content: bytes) -> bool:
    if not content or (b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return False
    # HTML and XML would be read as such by a careless program.
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return False
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def check(purpose: Purpose, content: bytes, *, field: str = "file") -> MediaType:
    """Return the kind of a file that fits its purpose; TooLarge or Refused naming what would be accepted."""
    limit = LIMITS[purpose]
    if len(content) > limit.size:
        raise too_large(purpose)
    if not content:
        raise Refused.field(field, "file_empty", limit.accepted)
    kind = media_type(content)
    # Any other ZIP is one only where an archive is asked for.
    if kind is None and MediaType.ZIP in limit.kinds and content.startswith(b"PK\x03\x04"):
        kind = MediaType.ZIP
    if kind is None:
        kind = next(
            (each for each in (MediaType.XML, MediaType.OFD) if each in limit.kinds and _is(each, content)), None
        )
    if kind is None or kind not in limit.kinds:
        raise Refused.field(field, "file_kind", limit.accepted)
    return kind


def _is(kind: MediaType, content: bytes) -> bool:
    """Tell whether bytes are an invoice's data or layout file; these are taken where they are asked for alone."""
    if kind is MediaType.OFD:
        return content.startswith(b"PK\x03\x04") and b"OFD.xml" in content
    # A document type may name files of the reader's machine and grow without end: no invoice has one.
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<?xml") and b"<!DOCTYPE" not in content and b"<!ENTITY" not in content


def too_large(purpose: Purpose) -> TooLarge:
    """Return the refusal of a file that has more bytes than its purpose takes."""
    return TooLarge("file_too_large", limit=LIMITS[purpose].size, accepted=LIMITS[purpose].accepted)


def check_pixels(width: int, height: int, *, field: str = "file") -> None:
    """Refuse a picture by the size in its header, before it is decoded."""
    if width < 1 or height < 1 or width * height > LARGEST_PICTURE:
        accepted = f"up to {LARGEST_PICTURE // 1_000_000} megapixels"
        raise Refused.field(field, "picture_pixels", accepted, width=width, height=height)


def check_name(declared: str, kind: MediaType, content: bytes, *, purpose: Purpose) -> None:
    """Refuse bytes that are named a workbook and are neither that nor a table of text, which is read by any name."""
    if purpose is not Purpose.WORKBOOK or kind is not MediaType.CSV or not declared.lower().endswith(_WORKBOOKS):
        return
    lines = content[:65_536].replace(b"\0", b"").splitlines()
    if not any(line.count(mark) >= _FEWEST_MARKS for line in lines for mark in (b",", b";", b"\t", b"|")):
        raise Refused.field("file", "no_workbook", "a workbook (XLSX) or a table of text (CSV)")


def shown_name(declared: str, kind: MediaType) -> str:
    """Return the name a file is shown and saved under: no folder, no control letters, the ending of its kind."""
    last = re.split(r"[\\/]", declared)[-1]
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in last).split())
    stem = clean.rpartition(".")[0] or clean
    stem = stem.strip(". ")[: _NAME_LETTERS - 5] or "file"
    return f"{stem}.{ENDINGS[kind]}"


def path_of(sha256: str) -> str:
    """Return where bytes lie in the store; ValueError for anything but a hash."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        msg = "not a SHA-256 in hex"
        raise ValueError(msg)
    return f"{sha256[:2]}/{sha256}"
