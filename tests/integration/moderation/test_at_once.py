"""Two merchants edit, reviewers decide one by one and in one go, all at the same time: nothing lost, nothing twice."""

import threading
from dataclasses import dataclass, field, replace
from random import Random

import sqlalchemy as sa

from marketplace.audit.models import AuditRow
from marketplace.catalog.models import ChangeSet, Listing
from marketplace.catalog.services import listings
from marketplace.kernel import clock
from marketplace.kernel.db import db, extension, in_unit_of_work, reading
from marketplace.kernel.errors import DomainError
from marketplace.moderation import flows, queries, services
from marketplace.moderation.models import Case
from marketplace.moderation.queries import checks
from marketplace.moderation.rules import CaseState, Decision
from tests.integration.catalog.conftest import DRAFT

ROUNDS = 6
ENDS = {CaseState.CONFIRMED: "confirmed", CaseState.DECLINED: "declined", CaseState.WITHDRAWN: "withdrawn"}


@dataclass
class Rush:
    """Everybody at work on the same goods; what is refused is kept by its code, what breaks as it is."""

    app: object
    goods: dict
    edited: list = field(default_factory=list)
    codes: set = field(default_factory=set)
    broken: list = field(default_factory=list)

    def run(self, *works):
        """Let all begin at one moment, and wait for their ends."""
        barrier = threading.Barrier(len(works))
        db.session.remove()
        threads = [threading.Thread(target=self._work, args=(barrier, *each)) for each in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, barrier, work, *args):
        with self.app.app_context():
            barrier.wait()
            try:
                work(*args)
            except Exception as error:  # noqa: BLE001  whatever it is, the test tells it
                self.broken.append(error)
            finally:
                db.session.remove()

    def rounds(self):
        """Let reviewers work until everybody has edited, and once more."""
        while len(self.edited) < len(self.goods):
            yield
        yield

    def edit(self, seller):
        try:
            self._edit(seller)
        finally:
            self.edited.append(seller)

    def _edit(self, seller):
        for turn in range(ROUNDS):
            for sku, made in self.goods[seller].items():
                draft = replace(DRAFT, sku=sku, titles={"zh": f"链 {turn}"}, origin=("CN", "VN")[turn % 2])
                in_unit_of_work(
                    lambda session, made=made, draft=draft: listings.edit(
                        session, actor=seller, listing_id=made, draft=draft, now=clock.now()
                    )
                )

    def one_by_one(self, actor):
        chance = Random(1)
        for _ in self.rounds():
            for row in _waiting():
                facts = {"case_id": row.id, "seen": row.seen, "reason": "So.", "now": clock.now()}
                decision = chance.choice(["approve", "reject"])
                try:
                    in_unit_of_work(
                        lambda session, facts=facts, decision=decision: services.decide(
                            session, actor=actor, decision=decision, **facts
                        )
                    )
                except DomainError as refusal:
                    self.codes.add(refusal.code)

    def in_one_go(self, actor):
        for _ in self.rounds():
            seen = {row.id: row.seen for row in _waiting()}
            done = flows.decide_each(actor=actor, seen=seen, decision="approve", now=clock.now())
            self.codes |= {found.code for found in done.values() if isinstance(found, DomainError)}

    def compare(self):
        made = [each for several in self.goods.values() for each in several.values()]
        for _ in range(ROUNDS):
            flows.compare(made, store=extension("city.store"), now=clock.now())


def _waiting():
    session = reading()
    session.rollback()
    rows = queries.as_seen(session, rows=queries.queue(session).items)
    session.rollback()
    return rows


def test_editing_and_deciding_at_once_loses_nothing_and_applies_nothing_twice(app, city):
    goods = {
        seller: {f"{name}{number}": city.publish(seller, f"{name}{number}") for number in range(2)}
        for name, seller in (("A", city.seller), ("B", city.rival))
    }
    rush = Rush(app, goods)
    rush.run(
        (rush.edit, city.seller), (rush.edit, city.rival), (rush.one_by_one, city.moderator),
        (rush.in_one_go, city.second), (rush.compare,),
    )  # fmt: skip
    assert rush.broken == []
    assert rush.codes <= {"state", "content_moved"}
    session = reading()
    assert checks.breaches(session) == []
    changes = {change.id: change for change in session.scalars(sa.select(ChangeSet))}
    cases = session.scalars(sa.select(Case).where(Case.change_id.is_not(None))).all()
    # Every proposal has one case, and ended as that did.
    assert sorted(case.change_id for case in cases) == sorted(changes)
    assert all(changes[case.change_id].state == ENDS.get(case.state, "pending") for case in cases)
    assert any(change.state == "confirmed" for change in changes.values())
    # Each decision was made once.
    for action, state in ((Decision.APPROVE, CaseState.CONFIRMED), (Decision.REJECT, CaseState.DECLINED)):
        told = sa.and_(AuditRow.subject == "case", AuditRow.action == f"moderation.{action}")
        counted = session.scalar(sa.select(sa.func.count()).select_from(AuditRow).where(told))
        assert counted == session.scalar(sa.select(sa.func.count()).select_from(Case).where(Case.state == state))


def test_what_is_up_after_the_rush_is_what_was_confirmed_last(app, city):
    made = city.publish(city.seller, "A")
    rush = Rush(app, {city.seller: {"A": made}})
    rush.run((rush.edit, city.seller), (rush.in_one_go, city.moderator), (rush.one_by_one, city.second))
    assert rush.broken == []
    listing = reading().get_one(Listing, made)
    applied = reading().scalars(sa.select(ChangeSet).where(ChangeSet.state == "confirmed")).all()
    assert listing.version - len(applied) == 1 + sum(row.action == "listing.approve" for row in _acts(made))
    if applied:
        last = max(applied, key=lambda change: change.resolved_at)
        assert {name: getattr(listing, name) for name in last.changes} == {
            name: part["new"] for name, part in last.changes.items()
        }


def _acts(listing_id):
    return reading().scalars(sa.select(AuditRow).where(AuditRow.subject_id == listing_id)).all()
