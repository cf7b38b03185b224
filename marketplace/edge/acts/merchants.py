"""Apply to sell, decide, and name accounts, by whoever asks."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.companies import Address
from marketplace.edge import door
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import merchants as requests
from marketplace.edge.requests.payments import money
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, FieldError, NotFound, Refused, Unauthenticated
from marketplace.merchants import queries
from marketplace.merchants.rules.payees import PayeeAccount, check_account
from marketplace.merchants.rules.requirements import CHOSEN, Item
from marketplace.merchants.services import applications, credit, payees, requirements, warehouses

_ACCOUNT = ("currency", "account_name", "bank_name", "account_number", "bic", "country")


class _RehearsedError(Exception):
    """Raised at the end of a rehearsal, so that nothing of it stays."""


def apply(body: requests.Application, *, licence: Upload | None = None) -> UUID:
    """Hand in an application of the asker's company, with a licence handed in before or received with it.

    One that names the company's first account needs the second factor, as every change of accounts does.
    """
    actor = require_actor()

    def hand_in(session: Session) -> UUID:
        given = {} if licence is None else {"licence_file_id": files.keep(session, licence)}
        return _apply(session, body.model_copy(update=given))

    if body.account_number is not None and not queries.has_payee(reading(), company_id=actor.company):
        prove_for(hand_in, body.code)
    return in_unit_of_work(hand_in)


def _apply(session: Session, body: requests.Application) -> UUID:
    given: dict[str, Any] = {name: getattr(body, name) for name in _ACCOUNT}
    missing = [name for name, value in given.items() if value is None]
    if missing and len(missing) < len(_ACCOUNT):
        raise Refused.fields(*(FieldError(name, "required", "a value") for name in missing))
    currency = given.pop("currency")
    return applications.apply_to_sell(
        session,
        actor=require_actor(),
        apply=applications.Apply(
            legal_name=body.legal_name,
            registration_number=body.registration_number,
            licence_file_id=body.licence_file_id,
            licence_until=body.licence_until,
            payee_currency=currency,
            payee=None if missing else PayeeAccount(**given),
        ),
        now=clock.now(),
    )


def decide(session: Session, application_id: UUID, body: requests.Decision) -> None:
    """Decide an application."""
    applications.decide_application(
        session,
        actor=require_actor(),
        application_id=application_id,
        decision=body.decision,
        reason=body.reason,
        is_name_excused=body.despite_name,
        now=clock.now(),
    )


def set_standing(session: Session, company_id: UUID, body: requests.Standing) -> None:
    """Suspend or reinstate a merchant."""
    applications.set_standing(
        session,
        actor=require_actor(),
        company_id=company_id,
        action=body.action,
        reason=body.reason,
        now=clock.now(),
    )


def hand_in(session: Session, body: requests.Paper, *, received: Upload | None = None) -> UUID:
    """Show a paper of the asker's company, handed in before or received with the request."""
    file_id = body.file_id if received is None else files.keep(session, received)
    return requirements.hand_in(
        session, actor=require_actor(), item=Item(body.item), file_id=file_id, until=body.until, now=clock.now()
    )


def rule(session: Session, company_id: UUID, body: requests.Ruling) -> None:
    """Accept, reject or waive an item of a company."""
    requirements.rule(
        session,
        actor=require_actor(),
        company_id=company_id,
        item=body.item,
        verdict=body.verdict,
        reason=body.reason or "",
        until=body.until,
        mark=body.mark,
        is_name_excused=body.despite_name,
        now=clock.now(),
    )


def name_warehouse(session: Session, body: requests.Warehouse) -> None:
    """Say where the asker's company receives goods."""
    address = Address(body.street, body.city, body.region, body.postcode)
    warehouses.name_warehouse(session, actor=require_actor(), address=address, now=clock.now())


def set_limit(session: Session, company_id: UUID, body: requests.CreditLimit) -> None:
    """Say how much a buyer may owe in a currency."""
    credit.set_limit(
        session,
        actor=require_actor(),
        company_id=company_id,
        limit=money(body.amount, body.currency),
        until=body.until,
        reason=body.reason,
        now=clock.now(),
    )


def choose(session: Session, country: str, item: str, body: requests.Choice) -> None:
    """Choose whether companies of a country are asked for an item."""
    chosen = next((each for each in CHOSEN[body.kind] if each == item), None)
    if chosen is None:
        raise NotFound("requirement")
    requirements.choose(
        session,
        actor=require_actor(),
        country=country.upper(),
        kind=body.kind,
        item=chosen,
        asked=body.asked,
        now=clock.now(),
    )


def name_payee(body: requests.Account) -> UUID:
    """Name an account of the asker's company, after the second factor was proved."""
    account = PayeeAccount(body.account_name, body.bank_name, body.account_number, body.bic, body.country)
    # A code is used up by its proof: one is not asked for another because of a slip in the BIC.
    check_account(account, currency=body.currency)
    prove_second_factor(body.code)
    return in_unit_of_work(
        lambda session: payees.name_payee(
            session, actor=require_actor(), currency=body.currency, account=account, now=clock.now()
        )
    )


def withdraw_payee(payee_id: UUID, body: requests.Proof) -> None:
    """Take back an account that waits, after the second factor was proved."""

    def withdraw(session: Session) -> None:
        payees.withdraw_payee(session, actor=require_actor(), payee_id=payee_id, now=clock.now())

    prove_for(withdraw, body.code)
    in_unit_of_work(withdraw)


def prove_again(password: str) -> None:
    """Check that it is still the person who signed in: a session that somebody took has no password."""
    person = accounts.get_person(reading(), person_id=require_actor().person)
    door.by_password(person.email or person.phone or "", password)


def prove_for(work: Callable[[Session], object], code: str | None) -> None:
    """Check the second factor for work that would be done: a code is used up by its proof, not by a slip in a form."""

    def rehearse(session: Session) -> None:
        work(session)
        raise _RehearsedError

    if not door.vault().policy.second_factor_waived:
        with suppress(_RehearsedError):
            in_unit_of_work(rehearse)
    prove_second_factor(code)


def prove_second_factor(code: str | None) -> None:
    """Check the asker's second factor; the demo waives it and says so on every page."""
    if door.vault().policy.second_factor_waived:
        return
    person_id = require_actor().person
    if not accounts.get_person(reading(), person_id=person_id).has_totp:
        raise Conflict("second_factor_missing")
    if code is None:
        raise Unauthenticated("second_factor_needed")
    door.by_second_factor(person_id, code)
