"""Read what countries ask of goods."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from marketplace.customs.models import Restriction
from marketplace.customs.rules import Measure, Rule, blocks, prefixes
from marketplace.customs.rules.sheet import Key, key_of
from marketplace.kernel.editions import kept_each
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_id, page_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class RestrictionRow:
    """A restriction by its id."""

    id: UUID
    rule: Rule

    @property
    def stamp(self) -> tuple[object, ...]:
        """What a page shows of it, to tell whether it shows something else now."""
        rule = self.rule
        words = tuple(sorted(rule.texts.items()))
        return (self.id, rule.measure, words, rule.source, rule.source_url, rule.checked_on)


def restrictions(
    session: Session, *, country: str | None = None, cursor: str | None = None, size: int = PAGE
) -> Page[RestrictionRow]:
    """Return all that is written down, of one country if it is named, the latest first."""
    wanted = sa.select(Restriction).order_by(Restriction.id.desc()).limit(size + 1)
    if country:
        wanted = wanted.where(Restriction.country == country)
    if cursor:
        wanted = wanted.where(Restriction.id < decode_id(cursor))
    return page_of([_row(row) for row in session.scalars(wanted)], size, lambda row: (str(row.id),))


def known(session: Session, *, rules: Collection[Rule]) -> dict[Key, Rule]:
    """Return the rules that are kept under what these are known by."""
    keys = {key_of(rule) for rule in rules}
    found = (_row(row).rule for row in session.scalars(about(rules)))
    return {key: rule for rule in found if (key := key_of(rule)) in keys}


def about(rules: Collection[Rule]) -> sa.Select[Restriction]:
    """Return what selects the restrictions of these rules' countries and prefixes, in order of id."""
    countries, named = {rule.country for rule in rules}, {rule.hs_prefix for rule in rules}
    wanted = sa.select(Restriction).where(Restriction.country.in_(countries), Restriction.hs_prefix.in_(named))
    return wanted.order_by(Restriction.id)


def all_rules(session: Session, *, country: str | None = None) -> Iterator[Rule]:
    """Yield every rule, of one country if it is named, in the order in which people look them up."""
    order = (Restriction.country, Restriction.hs_prefix, Restriction.measure, Restriction.valid_from)
    wanted = sa.select(Restriction).order_by(*order).execution_options(yield_per=500)
    for row in session.scalars(wanted.where(Restriction.country == country) if country else wanted):
        yield _row(row).rule


def restriction(session: Session, *, restriction_id: UUID) -> RestrictionRow:
    """Return one restriction."""
    row = session.get(Restriction, restriction_id)
    if row is None:
        raise NotFound("restriction")
    return _row(row)


def asked(
    session: Session, *, country: str, hs_codes: Collection[str], day: date
) -> dict[str, tuple[RestrictionRow, ...]]:
    """Return what a destination asks of goods on a day, by HS code: prohibitions first; codes without are left out."""
    found = asked_of(session, goods={(country, code) for code in hs_codes}, day=day)
    return {code: rows for (_, code), rows in found.items()}


def asked_of(
    session: Session, *, goods: Collection[tuple[str, str]], day: date
) -> dict[tuple[str, str], tuple[RestrictionRow, ...]]:
    """Return what is asked of goods by destination and HS code on a day, in one question; prohibitions come first."""
    return kept_each(("asked", day), goods, lambda missing: _read_asked(session, missing, day))


def _read_asked(
    session: Session, goods: Collection[tuple[str, str]], day: date
) -> dict[tuple[str, str], tuple[RestrictionRow, ...]]:
    given = {
        "countries": list({country for country, _ in goods}),
        "prefixes": list({prefix for _, code in goods for prefix in prefixes(code)}),
        "day": day,
    }
    found = sorted(
        map(_row, session.execute(_ASKED, given)), key=lambda row: row.rule.measure is not Measure.PROHIBITED
    )
    by_goods = {
        (country, code): tuple(
            row for row in found if row.rule.country == country and code.startswith(row.rule.hs_prefix)
        )
        for country, code in goods
    }
    return {key: rules for key, rules in by_goods.items() if rules}


def banned(session: Session, *, goods: Mapping[UUID, tuple[str, str]], day: date) -> set[UUID]:
    """Return those of these goods, each by destination and HS code, that the destination lets nobody bring in."""
    found = asked_of(session, goods=set(goods.values()), day=day)
    return {key for key, each in goods.items() if blocks(row.rule.measure for row in found.get(each, ()))}


def is_asked(hs_code: InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """Tell, as a column for whoever reads goods, whether any country asks anything of this code on any day.

    Of most goods nobody asks anything: their pages need not ask what it is.
    """
    return sa.exists().where(hs_code.startswith(Restriction.hs_prefix)).correlate(hs_code.class_)


def restricted(session: Session, *, hs_codes: Collection[str], day: date) -> frozenset[str]:
    """Return those of these codes of which some destination asks anything, or lets nothing in."""
    wanted = {prefix for code in hs_codes for prefix in prefixes(code)}
    rows = sa.select(Restriction.hs_prefix).where(Restriction.hs_prefix.in_(wanted), _holds(day)).distinct()
    known = tuple(session.scalars(rows))
    return frozenset(code for code in hs_codes if code.startswith(known)) if known else frozenset()


def _holds(day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    ends = sa.or_(Restriction.valid_to.is_(None), Restriction.valid_to >= day)
    return sa.and_(Restriction.valid_from <= day, ends)


# Every look at goods for a destination asks this.
_ASKED: Final = (
    sa.select(
        Restriction.id,
        Restriction.country,
        Restriction.hs_prefix,
        Restriction.measure,
        Restriction.texts,
        Restriction.source,
        Restriction.source_url,
        Restriction.valid_from,
        Restriction.valid_to,
        Restriction.checked_on,
    )
    .where(
        Restriction.country.in_(sa.bindparam("countries", expanding=True)),
        Restriction.hs_prefix.in_(sa.bindparam("prefixes", expanding=True)),
        _holds(sa.bindparam("day", type_=sa.Date)),
    )
    .order_by(Restriction.hs_prefix, Restriction.measure)
)


def _row(row: Any) -> RestrictionRow:
    return RestrictionRow(
        row.id,
        Rule(
            row.country,
            row.hs_prefix,
            row.measure,
            row.texts,
            row.source,
            row.source_url,
            row.valid_from,
            row.valid_to,
            row.checked_on,
        ),
    )
