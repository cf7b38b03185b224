"""Render a message in its reader's language; read the inbox that the members of a company share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from marketplace import paths
from marketplace.accounts.models import Person
from marketplace.accounts.rules.handovers import Item, Kind
from marketplace.kernel import figures, languages
from marketplace.kernel.actor import Actor
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.notices.models import InboxMatter, InboxSeen, WeekLetter
from marketplace.notices.rules import TOLD, MatterState, News, grouped
from marketplace.reports.week.rules import LetterDay

# People choose a language, catalogues are in a script.
_CATALOGUES: Final = {"zh": "zh_Hans"}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: what messages call the city, and the address that their links begin with."""

    name: str
    url: str


def renderer(sender: Sender) -> Callable[[str, str, Mapping[str, Any]], tuple[str, str]]:
    """Return how this city renders a message: template, language and values to subject and body."""

    def render(template: str, locale: str, context: Mapping[str, Any]) -> tuple[str, str]:
        # A link leads to the page in the letter's language.
        city = replace(sender, url=sender.url + languages.prefix(locale))
        written = {name: _written(value, locale) for name, value in context.items()}
        text = _environment(locale).get_template(f"{template}.txt").render(city=city, language=locale, **written)
        subject, _, body = text.partition("\n")
        return subject.strip(), body.strip() + "\n"

    return render


def _written(value: Any, locale: str) -> Any:
    """Write amounts of money as the letter's language does, those in lists too; every other fact stays."""
    if isinstance(value, list):
        return [_written(each, locale) for each in value]
    if isinstance(value, dict):
        return {name: _written(each, locale) for name, each in value.items()}
    return grouped(value, _CATALOGUES.get(locale, locale)) if isinstance(value, str) else value


@cache
def _environment(locale: str) -> Environment:
    # Messages are plain text: escaping would show entities to the reader.
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES / "email"),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["number"] = lambda exact: figures.number(exact, _CATALOGUES.get(locale, locale))
    translations: NullTranslations = Translations.load(str(paths.TRANSLATIONS), [_CATALOGUES.get(locale, locale)])
    environment.install_gettext_translations(translations, newstyle=True)  # pyrefly: ignore[missing-attribute]
    return environment


PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A matter of a company: the news with its facts, where it stands and who has it (None: nobody)."""

    id: UUID
    news: News
    facts: Mapping[str, Any]
    state: MatterState
    person_id: UUID | None
    person: str
    at: datetime
    changed_at: datetime


def inbox(
    session: Session,
    *,
    actor: Actor,
    state: MatterState | None = None,
    mine: bool = False,
    cursor: str | None = None,
) -> Page[MatterRow]:
    """Return what the actor may read of his company's inbox, newest first; ``mine``: what he has in hand alone."""
    query = _matters(actor).order_by(InboxMatter.id.desc()).limit(PAGE + 1)
    if state is not None:
        query = query.where(InboxMatter.state == state)
    if mine:
        query = query.where(InboxMatter.person_id == actor.person, InboxMatter.state == MatterState.TAKEN)
    if cursor:
        query = query.where(InboxMatter.id < decode_id(cursor))
    found = [
        MatterRow(
            id=row.id,
            news=row.news,
            facts=row.facts,
            state=row.state,
            person_id=row.person_id,
            person=row.person or "",
            at=row.at,
            changed_at=row.changed_at,
        )
        for row in session.execute(query)
    ]
    return page_of(found, PAGE, lambda row: (row.id.hex,))


def unread(session: Session, *, actor: Actor) -> int:
    """Count what came for the actor since he last looked, and nobody is done with."""
    seen = (
        sa.select(InboxSeen.matter_id)
        .where(InboxSeen.company_id == actor.company, InboxSeen.person_id == actor.person)
        .scalar_subquery()
    )
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(InboxMatter)
            .where(
                InboxMatter.company_id == actor.company,
                InboxMatter.news.in_(readable(actor)),
                InboxMatter.state != MatterState.DONE,
                sa.or_(seen.is_(None), InboxMatter.id > seen),
            )
        )
        or 0
    )


def readable(actor: Actor) -> tuple[News, ...]:
    """Return the news that a member is told of, by his rights."""
    return tuple(news for news, permission in TOLD.items() if actor.may(permission))


def held(session: Session, company_id: UUID, person_id: UUID) -> list[Item]:
    """Return the matters that a person has in hand for a company."""
    found = session.execute(
        sa.select(InboxMatter.id, InboxMatter.at).where(
            InboxMatter.company_id == company_id,
            InboxMatter.person_id == person_id,
            InboxMatter.state == MatterState.TAKEN,
        )
    )
    return [Item(Kind.MATTER, row.id, row.at.date().isoformat()) for row in found]


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the matters that a person took, earliest first, and of which companies the week is sent."""
    mine = sa.select(InboxMatter.id, InboxMatter.company_id, InboxMatter.news, InboxMatter.state, InboxMatter.at)
    sent = sa.select(WeekLetter.company_id, WeekLetter.day, WeekLetter.told_week)
    return {
        "inbox": rows(session, mine.where(InboxMatter.person_id == person_id).order_by(InboxMatter.id)),
        "week_letters": rows(session, sent.where(WeekLetter.person_id == person_id).order_by(WeekLetter.id)),
    }


@dataclass(frozen=True, slots=True)
class WeekLetterRow:
    """On which day a member is sent the week, and when next."""

    day: LetterDay
    next_at: datetime


def week_letter(session: Session, *, actor: Actor) -> WeekLetterRow | None:
    """Return when the actor is sent his company's week, None for never."""
    found = session.execute(
        sa.select(WeekLetter.day, WeekLetter.next_at).where(
            WeekLetter.company_id == actor.company, WeekLetter.person_id == actor.person
        )
    ).one_or_none()
    return WeekLetterRow(found.day, found.next_at) if found else None


def week_letters_due(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the letters of a week that are to go out by now, the first due first."""
    due = sa.select(WeekLetter.id).where(WeekLetter.next_at <= now)
    return tuple(session.scalars(due.order_by(WeekLetter.next_at, WeekLetter.id)))


def _matters(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            InboxMatter.id,
            InboxMatter.news,
            InboxMatter.facts,
            InboxMatter.state,
            InboxMatter.person_id,
            Person.name.label("person"),
            InboxMatter.at,
            InboxMatter.changed_at,
        )
        .outerjoin(Person, Person.id == InboxMatter.person_id)
        .where(InboxMatter.company_id == actor.company, InboxMatter.news.in_(readable(actor)))
    )
