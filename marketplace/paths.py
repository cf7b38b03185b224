"""Where the checkout keeps what is not Python: the city runs from an editable install."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
TEMPLATES: Final = ROOT / "templates"
STATIC: Final = ROOT / "static"
MIGRATIONS: Final = ROOT / "migrations"
TRANSLATIONS: Final = ROOT / "marketplace" / "translations"
FONTS: Final = ROOT / "var" / "fonts"
