"""The bare shop that the city is measured against: the same work with nothing around it.

One Flask app, Flask-SQLAlchemy's ORM and Jinja with autoescape; no login, no translation, no
permissions. Its checkout writes the rows of ours by hand-written SQL in as many transactions.
bench/README.md says how it is run and why it stays as it is.

    BARE_DATABASE_URL=postgresql+psycopg://…  python bench/bare.py fill
    gunicorn --chdir bench --workers 2 --worker-class gthread --threads 8 'bare:create_app()'
"""

import hashlib
import itertools
import json
import os
import random
import secrets
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask, abort, jsonify, render_template, request
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PRODUCTS: Final = 10_000
CATEGORIES: Final = 20
DEPARTURES: Final = 40
PAGE_ROWS: Final = 24
HOLD_MINUTES: Final = 15
_ROOT: Final = Path(__file__).resolve().parent.parent
_DEFAULT_URL: Final = f"sqlite:///{_ROOT / 'var' / 'bench' / 'bare.sqlite3'}"


@dataclass(frozen=True)
class Shape:
    """How many rows a checkout writes beside its fixed ones; `BARE_SHAPE` (JSON) sets them to ours.

    Fixed, in the first transaction: two conditional updates (stock, capacity), a stock hold and a
    capacity hold a line, the claim. In the second: an order group, and for each order the order, its
    lines with their bookings, a payment; stock and holds move on, the claim gets its answer.
    """

    lines: int = 1  # of one order, each with its own product and booking
    ledger_entries: int = 4
    records_first: int = 0  # rows of any other kind (audit, outbox, events) in the first transaction
    records_second: int = 3
    extra_transactions: int = 0  # each writes one record and commits

    @classmethod
    def from_environment(cls) -> "Shape":
        """Read `BARE_SHAPE`, a JSON object of these fields."""
        return cls(**json.loads(os.environ.get("BARE_SHAPE", "{}")))


# -- Tables ------------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    """Plain declarative models."""


db = SQLAlchemy(model_class=Base)
BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Category(Base):
    """One of twenty."""

    __tablename__ = "category"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str]


class Product(Base):
    """A listing with stock, flat."""

    __tablename__ = "product"
    __table_args__ = (
        sa.Index("ix_product_newest", "listed_at", "id"),
        sa.Index("ix_product_category_newest", "category_id", "listed_at", "id"),
        sa.CheckConstraint("on_hand - allocated - held >= 0", name="ck_product_available"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("category.id"))
    sku: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    origin: Mapped[str]
    currency: Mapped[str]
    price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    moq: Mapped[int]
    carton_units: Mapped[int]
    gross_grams: Mapped[int] = mapped_column(sa.BigInteger)
    on_hand: Mapped[int] = mapped_column(sa.BigInteger)
    allocated: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    held: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    listed_at: Mapped[datetime]


class Departure(Base):
    """A lorry with capacity in four dimensions."""

    __tablename__ = "departure"
    __table_args__ = (
        sa.CheckConstraint("grams >= 0 AND cm3 >= 0 AND ldm_mm >= 0 AND pallets >= 0", name="ck_departure_free"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    grams: Mapped[int] = mapped_column(sa.BigInteger)
    cm3: Mapped[int] = mapped_column(sa.BigInteger)
    ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    pallets: Mapped[int] = mapped_column(sa.BigInteger)


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(name, Base.metadata, sa.Column("id", BigKey, primary_key=True, autoincrement=False), *columns)


def _number(name: str, *, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=False, index=index)


def _text(name: str, *, unique: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(200), nullable=False, unique=unique)


_table("claim", _text("key", unique=True), _text("body_hash"), sa.Column("answer", sa.Text))
_table("stock_hold", _number("claim_id", index=True), _number("product_id"), _number("quantity"), _text("state"))
_table(
    "capacity_hold",
    _number("claim_id", index=True),
    _number("departure_id", index=True),
    *map(_number, ("grams", "cm3", "ldm_mm", "pallets")),
    _text("state"),
)
_table("order_group", _number("claim_id", index=True), _number("buyer_id", index=True), _text("placed_at"))
_table(
    "order",
    _text("reference", unique=True),
    *(_number(name, index=True) for name in ("group_id", "buyer_id", "merchant_id")),
    _text("currency"),
    _number("total_minor"),
    _text("terms"),
    _text("state"),
    _text("placed_at"),
)
_table(
    "order_line",
    *(_number(name, index=True) for name in ("order_id", "product_id")),
    *map(_number, ("quantity", "price_minor", "total_minor")),
    _text("state"),
)
_table(
    "booking",
    _text("reference", unique=True),
    *(_number(name, index=True) for name in ("line_id", "departure_id")),
    *map(_number, ("grams", "cm3", "ldm_mm", "pallets")),
    _text("state"),
)
_table("payment", _number("order_id", index=True), _text("rail"), _text("currency"), _number("minor"), _text("state"))
_table("ledger_entry", _number("transfer_id", index=True), _text("account"), _text("currency"), _number("minor"))
_table("record", _number("subject_id", index=True), _text("kind"), _text("body"), _text("at"))


# -- Pages -------------------------------------------------------------------------------------------

TEMPLATES: Final = {
    "base.html": """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{% block title %}Bare{% endblock %}</title></head>
<body><header><a href="/">Bare</a><form action="/search"><input name="q" aria-label="Search"></form></header>
<main>{% block main %}{% endblock %}</main></body></html>""",
    "rows.html": """<ul>{% for product in products %}
<li><a href="/products/{{ product.id }}"><strong>{{ product.name }}</strong></a>
<span>{{ product.sku }}</span> <span>{{ product.origin }}</span>
<span>{{ product.currency }} {{ "%d.%02d"|format(product.price_minor // 100, product.price_minor % 100) }}</span>
<span>from {{ product.moq }} pieces, {{ product.carton_units }} a carton</span>
<small>{{ product.description[:70] }}</small></li>{% endfor %}
</ul>""",
    "list.html": """{% extends "base.html" %}{% block main %}
<nav>{% for category in categories %}<a href="/?category={{ category.id }}">{{ category.name }}</a>
{% endfor %}</nav>{% include "rows.html" %}{% endblock %}""",
    "search.html": """{% extends "base.html" %}{% block title %}{{ words }}{% endblock %}{% block main %}
<h1>{{ words }}</h1>{% include "rows.html" %}{% endblock %}""",
    "product.html": """{% extends "base.html" %}{% block title %}{{ product.name }}{% endblock %}{% block main %}
<h1>{{ product.name }}</h1><p>{{ product.description }}</p>
<dl><dt>SKU</dt><dd>{{ product.sku }}</dd><dt>Origin</dt><dd>{{ product.origin }}</dd>
<dt>Price</dt><dd>{{ product.currency }}
{{ "%d.%02d"|format(product.price_minor // 100, product.price_minor % 100) }}</dd>
<dt>Minimum</dt><dd>{{ product.moq }}</dd><dt>Packing</dt><dd>{{ product.carton_units }} a carton,
{{ product.gross_grams // 1000 }} kg</dd>
<dt>In stock</dt><dd>{{ product.on_hand - product.allocated - product.held }}</dd></dl>{% endblock %}""",
}


def create_app(url: str | None = None) -> Flask:
    """Build the app on `BARE_DATABASE_URL`, or on a SQLite file under var/bench."""
    app = Flask(__name__)
    app.jinja_loader = DictLoader(TEMPLATES)
    address = sa.make_url(url or os.environ.get("BARE_DATABASE_URL", _DEFAULT_URL))
    pool = {"pool_size": int(os.environ.get("BARE_POOL", "8")), "max_overflow": 0}
    if address.get_backend_name() == "sqlite":
        Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
        pool["connect_args"] = {"timeout": 30, "isolation_level": None}
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = pool
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
    _add_routes(app, Shape.from_environment())
    return app


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Give SQLite the durability and locking that the city gives it."""

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _add_routes(app: Flask, shape: Shape) -> None:
    @app.get("/")
    def list_page() -> str:
        newest = sa.select(Product).order_by(Product.listed_at.desc(), Product.id.desc()).limit(PAGE_ROWS)
        category = request.args.get("category", type=int)
        if category is not None:
            newest = newest.where(Product.category_id == category)
        products = db.session.scalars(newest).all()
        categories = db.session.scalars(sa.select(Category).order_by(Category.id)).all()
        return render_template("list.html", products=products, categories=categories)

    @app.get("/products/<int:key>")
    def product_page(key: int) -> str:
        return render_template("product.html", product=db.session.get(Product, key) or abort(404))

    @app.get("/search")
    def search_page() -> str:
        words = request.args.get("q", "")
        if db.engine.dialect.name != "postgresql":
            abort(501, "The bare search is PostgreSQL's; run it there.")
        query = sa.func.plainto_tsquery("simple", words)
        tokens = sa.literal_column("product.tokens")
        ranked = (
            sa.select(Product)
            .where(tokens.op("@@")(query))
            .order_by(sa.func.ts_rank(tokens, query).desc(), Product.id)
            .limit(PAGE_ROWS)
        )
        return render_template("search.html", products=db.session.scalars(ranked).all(), words=words)

    @app.post("/checkout")
    def checkout() -> Any:
        wanted = request.get_json()
        try:
            return jsonify(place_order(wanted, request.headers.get("Idempotency-Key", ""), shape)), 201
        except sa.exc.IntegrityError:
            abort(409, "This key is being worked on.")

    @app.get("/totals")
    def totals() -> Any:
        """Tell what a check of the run compares: orders placed, stock taken, anything oversold."""
        row = db.session.execute(sa.text(_TOTALS)).one()
        return jsonify(row._asdict())


# -- Checkout ----------------------------------------------------------------------------------------

_COUNTER: Final = itertools.count()
_TOTALS: Final = """
SELECT (SELECT count(*) FROM "order") AS orders, (SELECT coalesce(sum(quantity), 0) FROM order_line) AS sold,
       coalesce(sum(allocated), 0) AS allocated, coalesce(sum(held), 0) AS held,
       coalesce(sum(CASE WHEN on_hand < allocated + held THEN 1 ELSE 0 END), 0) AS oversold
FROM product"""
_TAKE_STOCK: Final = sa.text("""
UPDATE product SET held = held + :quantity
WHERE id = :product AND on_hand - allocated - held >= :quantity RETURNING price_minor, currency, gross_grams""")
_TAKE_CAPACITY: Final = sa.text("""
UPDATE departure SET grams = grams - :grams, cm3 = cm3 - :cm3, ldm_mm = ldm_mm - :ldm_mm, pallets = pallets - :pallets
WHERE id = :departure AND grams >= :grams AND cm3 >= :cm3 AND ldm_mm >= :ldm_mm AND pallets >= :pallets""")
_STOCK_MOVES_ON: Final = sa.text("""
UPDATE product SET held = held - :quantity, allocated = allocated + :quantity WHERE id = :product""")
_ANSWERED: Final = sa.text("UPDATE claim SET answer = :answer WHERE id = :claim")
_REPLAY: Final = sa.text("SELECT answer FROM claim WHERE key = :key")


def _insert(table: str) -> sa.TextClause:
    columns = Base.metadata.tables[table].columns.keys()
    names, values = ", ".join(columns), ", ".join(f":{column}" for column in columns)
    return sa.text(f'INSERT INTO "{table}" ({names}) VALUES ({values})')


_INSERTS: Final = {name: _insert(name) for name in Base.metadata.tables}
_HOLD_ENDS: Final = {
    "stock_hold": sa.text("UPDATE stock_hold SET state = 'taken' WHERE claim_id = :claim"),
    "capacity_hold": sa.text("UPDATE capacity_hold SET state = 'taken' WHERE claim_id = :claim"),
}


def place_order(wanted: dict[str, Any], key: str, shape: Shape) -> dict[str, Any]:
    """Sell `wanted` (products, quantity, departure, buyer) once a key; the second call gets the first answer.

    409 when stock or capacity is short; then nothing is written.
    """
    moment = datetime.now(UTC).isoformat()
    claim = _new_id()
    products = sorted(wanted["products"][: shape.lines])
    with _writing() as connection:
        answered = connection.execute(_REPLAY, {"key": key}).scalar_one_or_none()
        if answered:
            return json.loads(answered)
        lines = _hold(connection, claim, key, wanted, products, moment, shape)
    for _ in range(shape.extra_transactions):
        with _writing() as connection:
            _records(connection, claim, 1, moment)
    with _writing() as connection:
        return _sell(connection, claim, wanted, lines, moment, shape)


def _hold(
    connection: sa.Connection,
    claim: int,
    key: str,
    wanted: dict[str, Any],
    products: list[int],
    moment: str,
    shape: Shape,
) -> list[dict[str, Any]]:
    """First transaction: claim the key, hold stock and capacity; hot rows last, in the order of their ids."""
    quantity = wanted["quantity"]
    until = (datetime.fromisoformat(moment) + timedelta(minutes=HOLD_MINUTES)).isoformat()
    _put(
        connection,
        "claim",
        id=claim,
        key=key,
        body_hash=hashlib.sha256(json.dumps(wanted).encode()).hexdigest(),
        answer=None,
    )
    _records(connection, claim, shape.records_first, moment)
    lines = []
    for product in products:
        _put(
            connection,
            "stock_hold",
            id=_new_id(),
            claim_id=claim,
            product_id=product,
            quantity=quantity,
            state=f"live until {until}",
        )
        row = connection.execute(_TAKE_STOCK, {"product": product, "quantity": quantity}).one_or_none()
        if row is None:
            abort(409, "Not enough stock.")
        lines.append({"product": product, "price": row.price_minor, "currency": row.currency} | _load(row, quantity))
    total = {name: sum(line[name] for line in lines) for name in ("grams", "cm3", "ldm_mm", "pallets")}
    departure = wanted["departure"]
    for line in lines:
        load = {name: line[name] for name in total}
        _put(
            connection,
            "capacity_hold",
            id=_new_id(),
            claim_id=claim,
            departure_id=departure,
            **load,
            state=f"live until {until}",
        )
    if connection.execute(_TAKE_CAPACITY, total | {"departure": departure}).rowcount != 1:
        abort(409, "The lorry is full.")
    return lines


def _sell(
    connection: sa.Connection,
    claim: int,
    wanted: dict[str, Any],
    lines: list[dict[str, Any]],
    moment: str,
    shape: Shape,
) -> dict[str, Any]:
    """Second transaction: the order with all that belongs to it; holds become allocations and bookings."""
    group, order, quantity, buyer = _new_id(), _new_id(), wanted["quantity"], wanted["buyer"]
    currency, total = lines[0]["currency"], sum(line["price"] * quantity for line in lines)
    reference = f"ORD-{secrets.token_hex(6)}"
    _put(connection, "order_group", id=group, claim_id=claim, buyer_id=buyer, placed_at=moment)
    _put(
        connection,
        "order",
        id=order,
        reference=reference,
        group_id=group,
        buyer_id=buyer,
        merchant_id=lines[0]["product"] % 40,
        currency=currency,
        total_minor=total,
        terms="FCA Chongqing, 100 % on acceptance",
        state="placed",
        placed_at=moment,
    )
    for line in lines:
        _sell_line(connection, order, line, quantity, wanted["departure"])
    _put(connection, "payment", id=_new_id(), order_id=order, rail="card", currency=currency, minor=total, state="held")
    _enter(connection, order, currency, total, shape.ledger_entries)
    _records(connection, order, shape.records_second, moment)
    for statement in _HOLD_ENDS.values():
        connection.execute(statement, {"claim": claim})
    answer = {"order": reference, "total_minor": total, "currency": currency}
    connection.execute(_ANSWERED, {"claim": claim, "answer": json.dumps(answer)})
    for line in lines:
        connection.execute(_STOCK_MOVES_ON, {"product": line["product"], "quantity": quantity})
    return answer


def _sell_line(connection: sa.Connection, order: int, line: dict[str, Any], quantity: int, departure: int) -> None:
    key = _new_id()
    _put(
        connection,
        "order_line",
        id=key,
        order_id=order,
        product_id=line["product"],
        quantity=quantity,
        price_minor=line["price"],
        total_minor=line["price"] * quantity,
        state="open",
    )
    _put(
        connection,
        "booking",
        id=_new_id(),
        reference=f"BKG-{secrets.token_hex(6)}",
        line_id=key,
        departure_id=departure,
        **{name: line[name] for name in ("grams", "cm3", "ldm_mm", "pallets")},
        state="held",
    )


def _enter(connection: sa.Connection, order: int, currency: str, total: int, entries: int) -> None:
    """Write balanced pairs of ledger entries under one transfer."""
    sides = itertools.cycle((("provider", total), ("buyer", -total)))
    rows = [
        {"id": _new_id(), "transfer_id": order, "account": account, "currency": currency, "minor": minor}
        for account, minor in itertools.islice(sides, entries)
    ]
    if rows:
        connection.execute(_INSERTS["ledger_entry"], rows)


def _records(connection: sa.Connection, subject: int, count: int, moment: str) -> None:
    rows = [
        {"id": _new_id(), "subject_id": subject, "kind": "order.placed", "body": '{"by": 1}', "at": moment}
        for _ in range(count)
    ]
    if rows:
        connection.execute(_INSERTS["record"], rows)


def _put(connection: sa.Connection, table: str, **values: Any) -> None:
    connection.execute(_INSERTS[table], values)


def _load(row: sa.Row[Any], quantity: int) -> dict[str, int]:
    grams = row.gross_grams * quantity
    return {"grams": grams, "cm3": grams * 4, "ldm_mm": grams // 2_000, "pallets": 1 + grams // 500_000}


def _writing() -> Any:
    """Open one write transaction; on SQLite the lock is taken at its beginning."""
    return db.engine.execution_options(writing=True).begin()


def _new_id() -> int:
    """Make a 63-bit id that grows with time, as the city's UUIDv7 do; no two of one millisecond are the same."""
    own = (os.getpid() & 0x3F) << 16 | next(_COUNTER) & 0xFFFF
    return (time.time_ns() // 1_000_000) << 22 & 0x7FFF_FFFF_FFFF_FFFF | own


# -- Data --------------------------------------------------------------------------------------------

_GOODS: Final = (
    "durian", "dragon fruit", "cashew", "robusta coffee", "jasmine rice", "rubber sheet", "rattan chair",
    "latex pillow", "brake pad", "spark plug", "laptop battery", "LED lamp", "wall tile", "door hinge",
    "hot-pot seasoning", "motorcycle chain", "coconut oil", "black pepper", "tapioca starch", "silk scarf",
)  # fmt: skip
_QUALITIES: Final = ("frozen", "dried", "export grade", "organic", "industrial", "premium", "bulk", "retail packed")
_ORIGINS: Final = ("CN", "VN", "TH", "LA", "KH", "MM", "MY", "SG", "ID", "PH", "BN")
_WORDS: Final = (
    "packed", "in", "cartons", "on", "pallets", "ready", "for", "scheduled", "lorry", "with", "moisture", "control",
    "labels", "two", "languages", "inspection", "report", "available", "request", "from", "bonded", "hub", "lead",
    "time", "agreed", "per", "order", "minimum", "one", "carton",
)  # fmt: skip


def fill(products: int = PRODUCTS) -> None:
    """Make the tables anew and fill them with the same products every time."""
    dice = random.Random(20160428)
    Base.metadata.drop_all(db.engine)
    Base.metadata.create_all(db.engine)
    with _writing() as connection:
        connection.execute(sa.insert(Category), [{"id": n, "name": _GOODS[n - 1]} for n in range(1, CATEGORIES + 1)])
        connection.execute(
            sa.insert(Departure),
            [
                {"id": n, "grams": 10**15, "cm3": 10**16, "ldm_mm": 10**12, "pallets": 10**9}
                for n in range(1, DEPARTURES + 1)
            ],
        )
        for start in range(1, products + 1, 1_000):
            numbers = range(start, min(start + 1_000, products + 1))
            connection.execute(sa.insert(Product), [_product(dice, number) for number in numbers])
        if db.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("""
                ALTER TABLE product ADD COLUMN tokens tsvector
                GENERATED ALWAYS AS (to_tsvector('simple', name || ' ' || description)) STORED""")
            connection.exec_driver_sql("CREATE INDEX ix_product_tokens ON product USING gin (tokens)")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _product(dice: random.Random, number: int) -> dict[str, Any]:
    category = number % CATEGORIES + 1
    return {
        "id": number,
        "category_id": category,
        "sku": f"SKU-{number:06}",
        "name": f"{dice.choice(_QUALITIES).capitalize()} {_GOODS[category - 1]} {number}",
        "description": " ".join(dice.choices(_WORDS, k=40)),
        "origin": dice.choice(_ORIGINS),
        "currency": dice.choice(("CNY", "THB", "USD")),
        "price_minor": dice.randrange(100, 1_000_000),
        "moq": dice.choice((1, 10, 50, 100)),
        "carton_units": dice.choice((6, 12, 24)),
        "gross_grams": dice.randrange(50, 5_000),
        "on_hand": 1_000_000,
        "listed_at": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(minutes=number),
    }


if __name__ == "__main__":
    if sys.argv[1:2] != ["fill"]:
        sys.exit("usage: python bench/bare.py fill [PRODUCTS]")
    with create_app().app_context():
        fill(int(sys.argv[2]) if len(sys.argv) > 2 else PRODUCTS)
        print(f"filled {db.engine.url.render_as_string()}")
