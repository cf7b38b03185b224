"""Make the demo city, part by part; what is there already is left alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

from obstore.store import ObjectStore
from sqlalchemy.orm import Session

from marketplace.accounts.services import terms
from marketplace.accounts.services.vault import Vault
from marketplace.customs import services as restrictions
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.merchants.services import requirements
from marketplace.moderation.services import wording
from marketplace.outbox import services as outbox
from marketplace.seed import (
    cast,
    catalogue,
    centres,
    colleagues,
    costs,
    customer_prices,
    fees,
    fleet,
    floors,
    houses,
    insurance,
    merchants,
    network,
    onsite,
    people,
    reporters,
    road,
    trading,
    warehouses,
)
from marketplace.seed.desk import HISTORY, Desk
from marketplace.seed.extent import Extent
from marketplace.seed.goods import fill, offers, series, shelves
from marketplace.seed.history import flows as history

Report = Callable[[str], None]

# How many offers a house puts up in one round.
_AT_A_TIME: Final = 3

# Why the demo's buyers are verified.
_KNOWN: Final = "Of the demo city."


def seed(
    vault: Vault,
    *,
    store: ObjectStore,
    if_empty: bool,
    extent: Extent = Extent.START,
    site: str = "Demo city",
    report: Report = lambda _: None,
    strict: bool = True,
) -> bool:
    """Make the demo city, or go on where a run was cut off; False when all of it was there.

    A city with orders has a history already, and gets no second one. ``strict``: a story that fails is an error; else
    it is reported in one line and left where it is, and the city is made without the rest of it.
    """
    now = clock.now()
    is_start = extent is Extent.START
    start = now - (timedelta() if is_start else HISTORY)
    desk = Desk(vault, store, site, start, now, None if strict else report)
    known = people.is_in(reading(), cast.OPERATOR.login)
    if known and (is_start or history.is_begun(reading())):
        if if_empty:
            return False
        msg = "this city is seeded already"
        raise ValueError(msg)
    licence = merchants.specimen(store)
    if not known:
        _begin(desk, licence, onsite.banner(store))
    if not is_start:
        _settle(desk, _houses(extent), licence, report)
        history.run(desk, report=report)
        desk.attempt("Costs of lorries", lambda: _live_costs(desk))
    # After the history, in which everybody bought at listed prices.
    for story, act in _STORIES.items():
        desk.attempt(story, lambda act=act: in_unit_of_work(lambda session: act(session, desk)))
    with unit_of_work() as session:
        outbox.wait_from(session, now=clock.now())
    return True


def _live_costs(desk: Desk) -> None:
    costs.live(
        carrier=desk.actor(cast.CARRIER),
        broker=desk.actor(cast.BROKER),
        runner=desk.actor(cast.LOGISTICS),
        treasurer=desk.actor(cast.FINANCE),
        now=desk.now,
    )


def _give_prices(session: Session, desk: Desk) -> None:
    companies = {login: desk.actor(login) for login in customer_prices.LOGINS}
    customer_prices.give_prices(session, companies=companies, now=clock.now())


def _keep_fleet(session: Session, desk: Desk) -> None:
    carrier, operator = desk.actor(cast.CARRIER), desk.actor(cast.LOGISTICS)
    fleet.keep_fleet(session, carrier=carrier, operator=operator, now=clock.now())


def _put_on_road(session: Session, desk: Desk) -> None:
    carrier, operator, broker = (desk.actor(login) for login in (cast.CARRIER, cast.LOGISTICS, cast.BROKER))
    road.put_on_road(session, operator=operator, carrier=carrier, broker=broker, now=clock.now())


# What the city has beside orders and lorries.
_STORIES: Final[Mapping[str, Callable[[Session, Desk], object]]] = {
    "Prices of single buyers": _give_prices,
    "Floors of lorries": lambda session, _: floors.ask_for_floors(session, now=clock.now()),
    "The carrier's fleet": _keep_fleet,
    "Insurance": lambda session, desk: insurance.insure_some(session, buyer=desk.actor(cast.BUYER), now=clock.now()),
    "The queue at the border": lambda session, desk: reporters.foretell_queue(
        session, actor=desk.actor(cast.LOGISTICS), now=clock.now()
    ),
    "The declared lorry": _put_on_road,
}


def extend(vault: Vault, *, store: ObjectStore, listings: int, site: str = "Demo city", report: Report) -> int:
    """Let the houses offer further series of their goods until the city has so many listings; return how many came.

    Each batch is a unit of work: a run that is cut off is taken up by the next.
    """
    now = clock.now()
    desk = Desk(vault, store, site, now, now)
    return series.extend(desk, wanted=listings, moderator=desk.actor(cast.MODERATOR), report=report)


def _begin(desk: Desk, licence: Upload, banner: Upload) -> None:
    """Make the people with demo logins, the network and the first goods, on the first day."""
    now, vault = desk.start, desk.vault
    with unit_of_work() as session:
        terms.publish_shipped(session, now=now)
        operator = people.found(session, cast.OPERATOR, vault=vault, now=now)
        staff = {item.login: people.join(session, operator, item, vault=vault, now=now) for item in cast.STAFF}
        founded = {one.login: people.found(session, one, vault=vault, now=now) for one in cast.FOUNDERS}
        shown = {cast.CARRIER: merchants.CARRYING, cast.BUYER: merchants.BUYING}
        for login, items in shown.items():
            merchants.qualify(
                session,
                company=founded[login],
                items=items,
                moderator=staff[cast.MODERATOR],
                licence=licence,
                now=now,
            )
        people.join(session, founded[cast.BUYER], cast.RECEIVING, vault=vault, now=now)
        colleagues.employ(session, vault=vault, now=now)
        for login in (cast.BUYER, cast.EMPLOYER):
            requirements.vouch(session, company_id=founded[login].company, reason=_KNOWN, now=now)
        network.seed_network(session, carrier_company_id=founded[cast.CARRIER].company, now=now)
        centres.open_centres(session, keeper=founded[cast.STORES].company, operator=operator.company, now=now)
        costs.set_rates(session, broker=founded[cast.BROKER].company, now=now)
        insurance.write_covers(session, insurer_id=founded[cast.INSURER].company, now=now)
        fees.publish(session, now=now)
        reporters.seed_posts(session, actor=staff[cast.LOGISTICS], broker_id=founded[cast.BROKER].company, now=now)
        merchants.seed_merchants(
            session,
            companies=founded,
            carrier=founded[cast.CARRIER],
            moderator=staff[cast.MODERATOR],
            licence=licence,
            now=now,
        )
        trading.seed_trading(
            session,
            operator=operator,
            treasurer=staff[cast.FINANCE],
            merchant=founded[cast.PARTS],
            vault=vault,
            now=now,
        )
        moderator = staff[cast.MODERATOR]
        onsite.show_merchants(session, companies=founded, moderator=moderator, picture=banner, now=now)
        shelves.fill_shelves(session)
        wording.load_reasons(session)
        restrictions.load_restrictions(session)
        merchants.list_goods(session, moderator=moderator, now=now)
        catalogue.offer_goods(session, parts=founded[cast.PARTS], fruit=founded[cast.FRUIT], now=now)
    with unit_of_work() as session:
        catalogue.approve_goods(session, moderator=staff[cast.MODERATOR], now=now)
    with unit_of_work() as session:
        tenants = [founded[cast.PARTS], founded[cast.FRUIT]]
        onsite.fill_booths(session, companies=tenants, moderator=staff[cast.MODERATOR], now=now)
        onsite.plan_fairs(session, merchants=tenants, moderator=staff[cast.MODERATOR], now=desk.now)
        onsite.ask_the_city(session, now=desk.now)
        merchants.close_for_stocktaking(session, founded[cast.PARTS], today=desk.now, now=now)
        warehouses.spread_stock(session, founded[cast.PARTS], now=now)
        centres.store_goods(
            session,
            parts=founded[cast.PARTS],
            fruit=founded[cast.FRUIT],
            keeper=founded[cast.STORES],
            operator=staff[cast.LOGISTICS],
            broker=founded[cast.BROKER],
            now=desk.now,
        )


def _houses(extent: Extent) -> tuple[houses.House, ...]:
    if extent is Extent.FULL:
        return houses.HOUSES
    return tuple(house for house in houses.HOUSES if house.key in houses.SMALL)


def _settle(desk: Desk, wanted: tuple[houses.House, ...], licence: Upload, report: Report) -> None:
    """Let the houses in and put their goods up."""
    moderator = desk.actor(cast.MODERATOR)
    missing = [house for house in wanted if not people.is_in(reading(), house.login)]
    for house in missing:
        in_unit_of_work(lambda session, one=house: _admit(session, desk, one, moderator, licence))
    report(f"{len(wanted)} merchants")
    total = 0
    variants = None if len(wanted) == len(houses.HOUSES) else 1
    goods = _in_rounds(offers.offers(wanted, variants=variants))
    for made in fill.put_up(desk, goods, moderator=moderator, now=desk.start):
        total += made
    report(f"{total} listings")


def _in_rounds(goods: Iterable[offers.Offer]) -> list[offers.Offer]:
    """Order offers so that each house puts up a few before one puts up more: a shelf of newest goods is a mixed one."""
    turns: Counter[str] = Counter()
    placed: list[tuple[int, str, int, offers.Offer]] = []
    for number, offer in enumerate(goods):
        key = offer.house.key
        placed.append((turns[key] // _AT_A_TIME, key, number, offer))
        turns[key] += 1
    return [offer for *_, offer in sorted(placed, key=lambda each: each[:3])]


def _admit(session: Session, desk: Desk, house: houses.House, moderator: Actor, licence: Upload) -> None:
    actor = people.settle(session, house, vault=desk.vault, now=desk.start)
    merchants.admit(session, house, actor=actor, moderator=moderator, licence=licence, now=desk.start)
