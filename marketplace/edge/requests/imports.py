"""What merchants send with a workbook, and why it may be refused."""

from typing import Annotated, Any

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.catalog.rules.imported import Outcome
from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Tick, Whole, blank_is_none, clean_text

Optional = Annotated[Line | None, BeforeValidator(blank_is_none)]


# An empty cell is a value, too.
Cell = Annotated[str, BeforeValidator(clean_text, json_schema_input_type=str), Field(max_length=10_000)]


class Upload(Request):
    """How a workbook is read; ``mapping`` is JSON by our column, ``submit`` hands new listings in for review."""

    sheet: Optional = None
    mapping: Annotated[str | None, Field(max_length=20_000), BeforeValidator(blank_is_none)] = None
    dry_run: Tick = False
    submit: Tick = True


class UploadQuery(Request):
    """What of this may stand in the address of a call as well."""

    sheet: Optional = None
    dry_run: Tick = False
    submit: Tick = True


class Columns(Request):
    """Which headers of a workbook are which columns of ours, as in ``mapping`` of an import."""

    mapping: dict[Line, Any] = Field(min_length=1, max_length=60)


class Retry(Request):
    """How a mended file of bad rows is brought in."""

    dry_run: Tick = False


class MendedRow(Request):
    """A bad row by its number in the sheet, and its cells by our columns as they are mended; empty empties a cell."""

    row: Annotated[Whole, Field(ge=1, le=10_000_000)]
    cells: dict[Line, Cell] = Field(max_length=60)


class Mended(Request):
    """Bad rows of an import with some of their cells changed; those rows alone are run."""

    rows: list[MendedRow] = Field(min_length=1, max_length=200)
    dry_run: Tick = False


class Rows(Request):
    """Which rows of an import are shown."""

    outcome: Annotated[Outcome | None, BeforeValidator(blank_is_none)] = None
    cursor: Optional = None


class Paged(Request):
    """Which page of a list is shown."""

    cursor: Optional = None


messages.register(
    errors={
        "fitment_articles": _("An article of this sheet is not there any more, so nothing was written. Try again."),
        "sheet_rows": _("Too many rows: at most %(accepted)s in one file."),
        "sheet_columns": _("Too many columns: at most %(accepted)s."),
        "sheet_memory": _("This file unpacks to more than a price list: at most %(accepted)s."),
        "archive_large": _("This ZIP unpacks to more than pictures: at most %(accepted)s."),
        "import_failed": _("This file could not be read; the import says why. There are no rows to give back."),
        "import_clean": _("Every row is good: there is nothing to give back."),
    },
    fields={
        "fitment_header": _("No row with the headers was found. The sheet needs these columns: %(accepted)s."),
        "fitment_large": _("This sheet is too large: %(accepted)s."),
        "fitment_empty": _("There is nothing below the headers. Write %(accepted)s."),
        "fitment_article": _("You have no listing with this article number."),
        "workbook": _("Hand in a workbook: %(accepted)s."),
        "sheet_unreadable": _("This file cannot be read. Save it anew as %(accepted)s."),
        "no_workbook": _(
            "This is no workbook that can be read, though its name says so. Save it anew as %(accepted)s."
        ),
        "sheet_empty": _("There is no sheet with cells in it."),
        "csv_broken": _("The quotes or delimiters of this table do not match up. Save it anew as %(accepted)s."),
        "csv_encoding": _("The letters of this table cannot be read: save it as UTF-8, GB 18030 or UTF-16."),
        "header_missing": _("No row of headers was found. Name the columns, in any order: %(accepted)s."),
        "mapping": _("The mapping cannot be read: %(accepted)s."),
        "mapping_header": _("No row has all the headers that the mapping names: %(accepted)s."),
        "column_twice": _("Two columns mean the same; the first is read, this one is not: %(accepted)s."),
        "formula_empty": _(
            "This cell holds a formula whose value is not stored. Save the workbook in a sheet program or write it."
        ),
        "number": _("“%(text)s” is no number. Write %(accepted)s."),
        "number_ambiguous": _("“%(text)s” can be read in two ways. Write one of: %(accepted)s."),
        "price": _("Write a price %(accepted)s."),
        "currency_differs": _("The price is written in %(written)s, the row says %(accepted)s."),
        "measure": _("“%(unit)s” is no unit of this column. Use one of: %(accepted)s."),
        "carton_lwh": _("Write the size of the carton as %(accepted)s."),
        "sku_landed": _("This article went in with row %(row)s of the list that these rows are of."),
        "sku_twice": _("This article number stands in row %(row)s already."),
        "sku_first": _("The first row of this article is not in order, so its further prices have to wait for it."),
        "list_cell": _("Write each entry so, several parted by semicolons: %(accepted)s."),
        "sku_unknown": _("You have no listing with this article number; prices and stock alone make no new one."),
        "pictures_many": _("Too many pictures: %(accepted)s."),
        "picture_source": _("“%(text)s” names no picture. Write %(accepted)s."),
        "picture_missing": _("There is no file “%(text)s” in the ZIP."),
        "archive_broken": _("This ZIP cannot be read. Hand in %(accepted)s."),
        "archive_locked": _("This ZIP asks for a password. Hand in %(accepted)s."),
        "archive_nested": _("There is an archive in this archive. Hand in %(accepted)s."),
        "url_kind": _("Pictures are fetched from %(accepted)s."),
        "url_inside": _("This address is none of the public network, so it is not fetched."),
        "url_redirects": _("This address leads on and on: %(accepted)s."),
        "url_status": _("The address answered with %(status)s instead of a picture."),
        "url_failed": _("The address does not answer. Try again later."),
        "url_large": _("The file is too large: %(accepted)s."),
        "url_slow": _("The address answers too slowly. Try again later."),
        "file_too_large": _("The file is too large: %(accepted)s."),
        "row_short": _("This row has %(cells)s cells, the headers are %(columns)s: what is missing is left as it is."),
        "row_not_bad": _("This is none of the rows that need mending."),
        "mended_before": _("Row %(row)s went in before; nothing was done."),
        "price_jumps": _("The price moves by more than 30 %%; the city looks at it once it is up."),
        "weights_tiny": _("The weights look a thousand times too small (%(grams)s g in the middle). Are they in kg?"),
        "weights_huge": _("The weights look a thousand times too large (%(grams)s g in the middle). Are they in g?"),
        "packing_partial": _("The carton is not known whole, so freight cannot be told. Missing: %(accepted)s."),
        "lead_days_unused": _("Goods that lie ready are sold from stock; the lead time is not used."),
        "price_rises": _("A larger quantity costs more apiece than a smaller one. Check the prices."),
    },
)
