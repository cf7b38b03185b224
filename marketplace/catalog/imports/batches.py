"""Rows of an import written in one transaction, each as it stands against the listing of this moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.imports import beside, present
from marketplace.catalog.imports import grouping as in_groups
from marketplace.catalog.imports.models import ImportRow
from marketplace.catalog.imports.queries import as_json
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.imported import Judged, Outcome, Surroundings, grouped, in_sheet, judge
from marketplace.catalog.rules.sheet_variants import GROUP, Groups, InGroup, settle
from marketplace.catalog.rules.states import LISTING
from marketplace.catalog.services import bulk, grouping
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import DomainError, FieldError

# A row with what its listing says, and what it shall say.
_There = tuple[ImportRow, ListingDraft | None, ListingDraft]


class _Landing(NamedTuple):
    """A row that is to be written: the listing that is there, what it says, and what the row makes of it."""

    row: ImportRow
    listing: Listing | None
    before: ListingDraft | None
    judged: Judged


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows written in one transaction, each as it stands against the listing of this moment."""

    session: Session
    actor: Actor
    around: Surroundings
    now: datetime
    submits: bool = False

    def write(self, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """Write rows; return those whose new article was written by somebody else at the same moment."""
        if not rows:
            return []
        landing = self._landing(rows)
        held: frozenset[str] = frozenset()
        if self.around.looks_at_groups:
            landing, held = self._grouped(landing)
        new: list[tuple[ImportRow, ListingDraft]] = []
        there: dict[UUID, _There] = {}
        handed_in: dict[UUID, ImportRow] = {}
        for row, listing, before, judged in landing:
            draft = cast("ListingDraft", judged.draft)
            if listing is None:
                new.append((row, draft))
            elif judged.outcome is Outcome.UPDATE:
                there[listing.id] = row, before, draft
            else:
                row.outcome = judged.outcome
            if listing is not None and LISTING.allows(listing.state, "submit"):
                handed_in[listing.id] = row
        made, raced = self._create(new)
        refused = self._edit(there)
        if self.around.looks_at_groups:
            edits = {key: parts for key, parts in there.items() if key not in refused}
            edits |= {key: (row, None, draft) for key, (row, draft) in made.items()}
            self._stand(edits, held=held if not refused else frozenset())
        if self.submits:
            waiting = {key: row for key, row in handed_in.items() if key not in refused}
            self._submit({**{key: row for key, (row, _) in made.items()}, **waiting})
        return raced

    def _landing(self, rows: Sequence[ImportRow]) -> list[_Landing]:
        """Judge rows against the listings of this moment, which stay locked; refuse those that are wrong."""
        known = present.drafts_by_sku(
            self.session,
            company_id=self.actor.company,
            skus=present.skus_of(row.values for row in rows),
            editing=True,
            whole=self.around.looks_beside,
        )
        landing: list[_Landing] = []
        for row in rows:
            listing, before = known.get(row.values["sku"], (None, None))
            judged = judge(row.values, before, self.around)
            if judged.draft is None or (wrong := self._wrong(before, judged.draft)):
                refuse(row, judged.errors if judged.draft is None else wrong)
            else:
                landing.append(_Landing(row, listing, before, judged))
        return landing

    def _grouped(self, landing: Sequence[_Landing]) -> tuple[list[_Landing], frozenset[str]]:
        """Let rows make of groups what they can, refuse the others; name the groups that are there and held."""
        groups = self._groups([each.row for each in landing])
        held = frozenset(groups.axes)
        before = {each.row: groups.of(each.row.values["sku"]) for each in landing}
        reasons = settle([each.row.values for each in landing], groups)
        found: list[_Landing] = []
        for (row, listing, draft, judged), wrong in zip(landing, reasons, strict=True):
            if wrong:
                refuse(row, wrong)
                continue
            there = replace(draft, variant=before[row]) if draft is not None else None
            found.append(_Landing(row, listing, there, grouped(judged, there, groups.of(row.values["sku"]))))
        return found, held

    def _stand(self, edits: Mapping[UUID, _There], *, held: frozenset[str]) -> None:
        """Let articles be in their groups what their rows say; where a group was not held meanwhile, settle again.

        Somebody may have begun the same one at this moment; or who was to make room in it was refused, and stays.
        """
        moving = {key: parts for key, parts in edits.items() if parts[2].variant != (parts[1] and parts[1].variant)}
        if not moving:
            return
        wanted = [cast("InGroup", after.variant) for _, _, after in moving.values()]
        grouping.begin(self.session, actor=self.actor, places=wanted)
        if any(place.group not in held for place in wanted):
            rows = [row for row, _, _ in moving.values()]
            reasons = dict(zip(moving, settle([row.values for row in rows], self._groups(rows)), strict=True))
            for key in [key for key, wrong in reasons.items() if wrong]:
                refuse(moving.pop(key)[0], reasons[key])
        places = {key: cast("InGroup", after.variant) for key, (_, _, after) in moving.items()}
        done = grouping.stand(self.session, actor=self.actor, places=places, now=self.now)
        for key, (row, _, _) in moving.items():
            if key not in done:
                refuse(row, [FieldError(GROUP, "variant_raced")])
            elif row.outcome is Outcome.UNCHANGED:
                row.outcome = Outcome.UPDATE

    def _groups(self, rows: Sequence[ImportRow]) -> Groups:
        values = [row.values for row in rows]
        return in_groups.asked(self.session, company_id=self.actor.company, rows=values, locking=True)

    def _wrong(self, before: ListingDraft | None, after: ListingDraft) -> list[FieldError]:
        if not self.around.looks_beside:
            return []
        return beside.wrong_papers(self.session, company_id=self.actor.company, before=before, after=after)

    def _create(
        self, rows: Sequence[tuple[ImportRow, ListingDraft]]
    ) -> tuple[dict[UUID, tuple[ImportRow, ListingDraft]], list[ImportRow]]:
        """Write new listings; return them, and the rows whose article number somebody else took."""
        done = bulk.create_listings(self.session, actor=self.actor, drafts=[draft for _, draft in rows], now=self.now)
        raced: list[ImportRow] = []
        made: dict[UUID, tuple[ImportRow, ListingDraft]] = {}
        for (row, draft), each in zip(rows, done, strict=True):
            if not isinstance(each, DomainError):
                row.outcome = Outcome.CREATE
                made[each] = row, draft
            elif any(error.code == "taken" for error in each.errors):
                raced.append(row)
            else:
                refuse(row, each.errors)
        self._say({key: (None, draft) for key, (_, draft) in made.items()})
        return made, raced

    def _edit(self, rows: Mapping[UUID, _There]) -> set[UUID]:
        """Edit listings; return those that were refused."""
        drafts = {listing_id: draft for listing_id, (_, _, draft) in rows.items()}
        edited = bulk.edit_listings(self.session, actor=self.actor, drafts=drafts, now=self.now)
        refused = {listing_id for listing_id, done in edited.items() if isinstance(done, DomainError)}
        said = self._say({key: rows[key][1:] for key in rows if key not in refused})
        for listing_id, done in edited.items():
            row = rows[listing_id][0]
            if isinstance(done, DomainError):
                refuse(row, done.errors or [FieldError("sku", done.code)])
            else:
                row.outcome = Outcome.UPDATE if done or listing_id in said else Outcome.UNCHANGED
        return refused

    def _say(self, edits: Mapping[UUID, tuple[ListingDraft | None, ListingDraft]]) -> set[UUID]:
        """Write what rows say beside the offer; return the listings that it changed."""
        if not self.around.looks_beside:
            return set()
        return beside.write(self.session, actor=self.actor, edits=edits, now=self.now)

    def _submit(self, rows: Mapping[UUID, ImportRow]) -> None:
        """Hand listings in; those that lack what their category requires stay drafts, and their rows say what."""
        lacking = beside.lacking(self.session, listing_ids=rows.keys())
        for listing_id, missing in lacking.items():
            row = rows[listing_id]
            row.warnings = [*row.warnings, *map(as_json, missing)]
        whole = [listing_id for listing_id in rows if listing_id not in lacking]
        bulk.submit_listings(self.session, actor=self.actor, listing_ids=whole, now=self.now)


def refuse(row: ImportRow, errors: Iterable[FieldError]) -> None:
    """Note why a row was not written."""
    row.outcome = Outcome.ERROR
    row.errors = [as_json(in_sheet(error)) for error in errors]


def layers(rows: Sequence[ImportRow]) -> list[list[ImportRow]]:
    """Part rows so that each article comes once in a layer: its further prices are laid over what is written."""
    layers: list[list[ImportRow]] = []
    seen: dict[str, int] = {}
    for row in rows:
        sku = row.values["sku"]
        depth = seen[sku] = seen.get(sku, -1) + 1
        if depth == len(layers):
            layers.append([])
        layers[depth].append(row)
    return layers
