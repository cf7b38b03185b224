"""A market, and a way to bring a workbook in without a browser."""

import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from flask import Flask

from marketplace.catalog.imports import flows, queries, services
from marketplace.catalog.imports.present import drafts_by_sku
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.edge.acts.imports import called, explain
from marketplace.files import flows as files
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from tests import factories
from tests.factories import Market
from tests.support.invariants import fresh


@dataclass
class Desk:
    """A merchant's desk where workbooks are brought in."""

    app: Flask
    market: Market

    @property
    def store(self) -> Any:
        return self.app.extensions["city.store"]

    def begin(self, content: bytes, name: str = "list.xlsx", **options: Any) -> UUID:
        actor = self.market.merchant.actor
        file_id = self.file(content, name)
        with unit_of_work() as session:
            return services.begin(
                session, actor=actor, file_id=file_id, options=services.Options(**options), now=clock.now()
            )

    def file(self, content: bytes, name: str) -> UUID:
        return files.upload(
            actor=self.market.merchant.actor,
            stream=io.BytesIO(content),
            declared_name=name,
            purpose=Purpose.WORKBOOK,
            store=self.store,
            now=clock.now(),
        )

    def run(self, import_id: UUID) -> queries.ImportView:
        flows.run(import_id, store=self.store, explain=explain, called=called)
        return self.view(import_id)

    def bring(self, content: bytes, name: str = "list.xlsx", **options: Any) -> queries.ImportView:
        return self.run(self.begin(content, name, **options))

    def view(self, import_id: UUID) -> queries.ImportView:
        session = fresh()
        return queries.get_import(session, company_id=self.market.merchant.company, import_id=import_id)

    def rows(self, view: queries.ImportView) -> tuple[queries.RowView, ...]:
        return queries.rows(reading(), import_id=view.id, size=20_000).items

    def errors(self, view: queries.ImportView) -> list[dict[str, str]]:
        return [{error.field: error.code for error in row.errors} for row in self.rows(view) if row.errors]

    def draft(self, sku: str) -> ListingDraft | None:
        session = fresh()
        found = drafts_by_sku(session, company_id=self.market.merchant.company, skus=[sku])
        return found[sku][1] if sku in found else None

    def given_back(self, view: queries.ImportView) -> list[list[Any]]:
        content = flows.errors_of(reading(), import_id=view.id, store=self.store)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        return [[cell.value for cell in line] for line in sheet.iter_rows()]


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, factories.open_market(app))
