"""The multipart bodies of calls that take a file, as the document describes them."""

from typing import Annotated

from pydantic import BaseModel, WithJsonSchema

Bytes = Annotated[bytes, WithJsonSchema({"type": "string", "format": "binary"})]
MaybeBytes = Annotated[bytes | None, WithJsonSchema({"type": "string", "format": "binary"})]


class FileForm(BaseModel):
    """A file, and what it is for: any, picture, licence, slip, scan, seal, evidence, official_invoice or workbook."""

    file: Bytes
    purpose: str = "any"


class SlipForm(BaseModel):
    """The slip of a transfer: PDF, JPG, PNG or WEBP up to 10 MB."""

    file: Bytes


class RetryForm(BaseModel):
    """The file of an import's bad rows, mended."""

    file: Bytes


class SheetForm(BaseModel):
    """A sheet: XLSX or CSV up to 20 MB."""

    file: Bytes


class ListForm(BaseModel):
    """A list that companies, people or goods are compared with, as XLSX or CSV, its kind and name."""

    file: Bytes
    kind: str
    name: str


class StatementForm(BaseModel):
    """A bank's statement: CAMT.053, MT940 or CSV up to 5 MB; the rest is for CSV alone.

    Account and currency say which account it is of, ``mapping`` is JSON of our columns to the bank's headers (kept for
    the next), ``opening`` the balance before the first row where the table has no column of balances.
    """

    file: Bytes
    account: str | None = None
    currency: str | None = None
    mapping: str | None = None
    opening: str | None = None


class PicturesForm(BaseModel):
    """A ZIP of pictures in the place of the one that was handed in."""

    pictures: MaybeBytes = None


class WorkbookForm(BaseModel):
    """A workbook (XLSX) or table (CSV) with the sheet to read, the mapping as JSON, and 0 to keep drafts.

    ``pictures`` is a ZIP beside it. A ZIP as the file brings pictures alone, to the articles that they are named after.
    """

    file: Bytes
    pictures: MaybeBytes = None
    mapping: str | None = None
    sheet: str | None = None
    submit: str | None = None
