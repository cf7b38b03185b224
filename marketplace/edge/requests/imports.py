"""What merchants send with a workbook, and why it may be refused."""

from typing import Annotated, Any

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.catalog.rules.imported import Outcome
from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Tick, blank_is_none

Optional = Annotated[Line | None, BeforeValidator(blank_is_none)]


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


class Rows(Request):
    """Which rows of an import are shown."""

    outcome: Annotated[Outcome | None, BeforeValidator(blank_is_none)] = None
    cursor: Optional = None


class Paged(Request):
    """Which page of a list is shown."""

    cursor: Optional = None


messages.register(
    errors={
        "sheet_rows": _("Too many rows: at most %(accepted)s in one file."),
        "sheet_columns": _("Too many columns: at most %(accepted)s."),
        "sheet_memory": _("This file unpacks to more than a price list: at most %(accepted)s."),
        "import_failed": _("This file could not be read; the import says why. There are no rows to give back."),
        "import_clean": _("Every row is good: there is nothing to give back."),
    },
    fields={
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
        "sku_twice": _("This article number stands in row %(row)s already."),
        "weights_tiny": _("The weights look a thousand times too small (%(grams)s g in the middle). Are they in kg?"),
        "weights_huge": _("The weights look a thousand times too large (%(grams)s g in the middle). Are they in g?"),
        "packing_partial": _("The carton is not known whole, so freight cannot be told. Missing: %(accepted)s."),
        "lead_days_unused": _("Goods that lie ready are sold from stock; the lead time is not used."),
        "price_rises": _("A larger quantity costs more apiece than a smaller one. Check the prices."),
    },
)
