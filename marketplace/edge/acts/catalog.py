"""Listings as they are typed: requests become drafts, drafts become forms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.rules.drafts import ListingDraft, check_draft
from marketplace.catalog.rules.imported import language_of_text
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import (
    Ladder,
    hub_kept,
    least_quantity,
    make_ladder,
    rises,
)
from marketplace.edge.parsing import parse
from marketplace.edge.requests.catalog import ListingBody, ListingEdit, ListingPatch
from marketplace.kernel.errors import FieldError, Refused
from marketplace.merchants import queries as merchants

_CARTON: Final = ("carton_units", "carton_l", "carton_w", "carton_h", "gross_kg", "net_kg")
_PLAIN: Final = ("sku", "hs", "origin", "unit", "category", "commodity", "moq", "multiple")
# Judged by others: left out with the first of them that is refused. A tier would be dearer than the price's stand-in.
_LEFT_OUT: Final = (
    (frozenset({"price", "currency"}), frozenset({"tiers"})),
    (frozenset(_CARTON), frozenset(_CARTON)),
    (frozenset({"stock", "lead_days"}), frozenset({"stock", "lead_days"})),
)
_STAND_INS: Final = {
    "sku": "X", "title": "X", "hs": "010121", "origin": "CN", "unit": "H87", "multiple": "1", "moq": "1", "price": "1",
    "currency": "CNY", "incoterm": "FCA", "place": "X", "stock": "1",
}  # fmt: skip
_GUARDS: Final = frozenset({"csrf_token", "idempotency_key", "stock_shown"})


def new_draft(body: ListingBody, *, language: str) -> ListingDraft:
    """Return the draft that a new listing's request describes.

    A title that names no language is in the one its letters show, as in a workbook, else in the asker's own.
    """
    locale = body.locale or language_of_text(body.title, language)
    moq = body.moq if body.moq is not None else 1
    return ListingDraft(
        sku=body.sku,
        titles={**body.titles, locale: body.title},
        descriptions={**body.descriptions, **({locale: body.description} if body.description else {})},
        source_locale=locale,
        hs=body.hs,
        origin=body.origin,
        unit=body.unit,
        grade=body.grade or "",
        category=body.category,
        commodity=body.commodity,
        moq=moq,
        multiple=body.multiple if body.multiple is not None else 1,
        ladders=_ladders(body, (), moq),
        stock=body.stock,
        lead_days=body.lead_days,
        packing=_packing(body, None),
        hub_code=body.hub,
    )


def patched(draft: ListingDraft, patch: ListingPatch) -> ListingDraft:
    """Return the draft with what was sent laid over it."""
    sent = patch.model_fields_set
    changes: dict[str, Any] = {name: getattr(patch, name) for name in _PLAIN if getattr(patch, name) is not None}
    locale = changes["source_locale"] = patch.locale or draft.source_locale
    if patch.commodity is None and "category" in changes and changes["category"] != draft.category:
        changes["commodity"] = None
    if "grade" in sent:
        changes["grade"] = patch.grade or ""
    if sent & {"title", "titles"}:
        changes["titles"] = {**draft.titles, **patch.titles, **({locale: patch.title} if patch.title else {})}
    if sent & {"description", "descriptions"}:
        texts = {**draft.descriptions, **patch.descriptions}
        if "description" in sent:
            texts[locale] = patch.description or ""
        changes["descriptions"] = {name: text for name, text in texts.items() if text}
    if "hub" in sent and patch.hub:
        changes["hub_code"] = patch.hub
    if sent & {"stock", "lead_days"}:
        # Goods stay goods from stock while neither units nor days are named.
        keeps = "stock" not in sent and patch.lead_days is None
        changes |= {"stock": draft.stock if keeps else patch.stock, "lead_days": patch.lead_days}
    changes["ladders"] = _ladders(patch, draft.ladders, changes.get("moq", draft.moq))
    # Whoever moves the FCA place and names no hub moves the hub with it.
    changes.setdefault("hub_code", hub_kept(draft.hub_code, changes["ladders"]))
    if sent & {*_CARTON, "stackable"}:
        changes["packing"] = _packing(patch, draft.packing)
    return replace(draft, **changes)


def form_data(form: Any) -> dict[str, Any]:
    """Return a form's fields as the request has them: ``title_zh`` goes into ``titles``."""
    data: dict[str, Any] = {"stackable": form.get("stackable", "0")}
    for name, value in form.items():
        kind, _, locale = name.partition("_")
        if name in _GUARDS or name == "stackable":
            continue
        if kind in ("title", "description") and locale:
            if value.strip():
                data.setdefault(f"{kind}s", {})[locale] = value
        else:
            data[name] = value
    return data


def parse_listing(form: Any) -> ListingBody:
    """Read the form of a new listing; what cannot be read and all that is out of range are refused together."""
    data = form_data(form)
    errors: list[FieldError] = []
    while more := _wrong(data, errors):
        errors += more
    if errors:
        raise Refused.fields(*errors)
    return parse(ListingBody, data)


def _wrong(data: Mapping[str, Any], known: Sequence[FieldError]) -> list[FieldError]:
    """Return what else is wrong with a form, judged with stand-ins for the fields that are known to be.

    A field that is judged by another is left out with it: a tier by the price, a side of a carton by the others.
    """
    refused = set(map(_control, known))
    gone = {name for asked, left_out in _LEFT_OUT if refused & asked for name in left_out} | refused
    kept = {name: value for name, value in data.items() if name not in gone}
    stand_ins = {name: value for name, value in _STAND_INS.items() if name in gone}
    try:
        check_draft(new_draft(parse(ListingBody, {**kept, **stand_ins}), language="en"))
    except Refused as more:
        return [error for error in more.errors if _control(error) not in gone]
    return []


def _control(error: FieldError) -> str:
    return error.field.removeprefix("ladders.0.").partition(".")[0]


def parse_edit(form: Any) -> ListingEdit:
    """Read the form of a listing that is edited; units that were not touched in it stay as they are by now."""
    data = form_data(form)
    if data.get("stock") == form.get("stock_shown"):
        data.pop("stock", None)
    return parse(ListingEdit, data)


def form_values(draft: ListingDraft) -> dict[str, Any]:
    """Return a draft as the values of its form."""
    ladder = draft.ladders[0]
    first, *rest = ladder.tiers
    packing = draft.packing
    values: dict[str, Any] = {name: getattr(draft, name) for name in _PLAIN}
    values |= {
        "title": draft.titles.get(draft.source_locale, ""),
        "description": draft.descriptions.get(draft.source_locale, ""),
        "locale": draft.source_locale,
        "grade": draft.grade,
        "currency": ladder.currency,
        "incoterm": ladder.incoterm,
        "place": ladder.place_code,
        "price": f"{first.price.amount:f}",
        "tiers": "; ".join(f"{tier.price.amount:f}@{tier.from_quantity}" for tier in rest),
        "stock": draft.stock,
        "lead_days": draft.lead_days,
        "hub": draft.hub_code,
        "stackable": packing.stackable if packing else True,
    }
    for kind, texts in (("title", draft.titles), ("description", draft.descriptions)):
        values |= {f"{kind}_{name}": text for name, text in texts.items() if name != draft.source_locale}
    if packing:
        values |= {
            "carton_units": packing.carton_units,
            "carton_l": _shorter(Decimal(packing.length_mm) / 10),
            "carton_w": _shorter(Decimal(packing.width_mm) / 10),
            "carton_h": _shorter(Decimal(packing.height_mm) / 10),
            "gross_kg": _shorter(Decimal(packing.gross_g) / 1000),
            "net_kg": _shorter(Decimal(packing.net_g) / 1000),
        }
    return {name: "" if value is None else value for name, value in values.items()}


def warnings(session: Session, *, company_id: UUID, draft: ListingDraft) -> list[FieldError]:
    """Return what a merchant should know of a listing before buyers see it: it may be offered all the same."""
    found: list[FieldError] = []
    if draft.packing is None:
        found.append(FieldError("packing", "packing_unstated", "the carton: units, three sides, gross and net weight"))
    least = least_quantity(draft.moq, draft.multiple)
    if least != draft.moq:
        found.append(FieldError("moq", "moq_between_steps", f"{least}", {"least": least}))
    if any(rises(ladder) for ladder in draft.ladders):
        found.append(FieldError("tiers", "price_rises", "prices that fall with the quantity"))
    known = merchants.payee_currencies(session, company_ids=[company_id]).get(company_id, frozenset())
    lacking = sorted({ladder.currency for ladder in draft.ladders} - known)
    found += [
        FieldError("currency", "no_account", "an account in this currency", {"currency": currency})
        for currency in lacking
    ]
    return found


def _ladders(body: ListingPatch, before: tuple[Ladder, ...], moq: int) -> tuple[Ladder, ...]:
    """Return all ladders: those sent whole, else the flat fields in the place of the first."""
    sent = body.model_fields_set
    if body.ladders:
        return tuple(
            _named(
                index, each.currency, each.incoterm, each.place, each.price,
                [(tier.quantity, tier.price) for tier in each.tiers], moq,
            )
            for index, each in enumerate(body.ladders)
        )  # fmt: skip
    if not sent & {"currency", "incoterm", "place", "price", "tiers"}:
        return before
    first = before[0] if before else None
    flat: dict[str, Any] = {
        "currency": body.currency or (first.currency if first else None),
        "incoterm": body.incoterm or (first.incoterm if first else None),
        "place": body.place or (first.place_code if first else None),
        "price": body.price if body.price is not None else (first.tiers[0].price.amount if first else None),
    }
    if missing := [name for name, value in flat.items() if value is None]:
        raise Refused.fields(*(FieldError(name, "required", "a value") for name in missing))
    tiers = [(tier.quantity, tier.price) for tier in body.tiers]
    if "tiers" not in sent and first is not None and flat["currency"] == first.currency:
        tiers = [(tier.from_quantity, tier.price.amount) for tier in first.tiers[1:]]
    made = make_ladder(flat["currency"], flat["incoterm"], flat["place"], price=flat["price"], tiers=tiers, moq=moq)
    if "tiers" in sent:
        _check_falling(made.currency, flat["price"], tiers)
    return (made, *(ladder for ladder in before[1:] if ladder.basis != made.basis))


def _named(
    index: int,
    currency: str,
    incoterm: str,
    place: str,
    price: Decimal,
    tiers: list[tuple[int, Decimal]],
    moq: int,
) -> Ladder:
    try:
        _check_falling(currency, price, tiers)
        return make_ladder(currency, incoterm, place, price=price, tiers=tiers, moq=moq)
    except Refused as refusal:
        named = [FieldError(f"ladders.{index}.{each.field}", each.code, each.accepted) for each in refusal.errors]
        raise Refused.fields(*named) from None


def _check_falling(currency: str, price: Decimal, tiers: list[tuple[int, Decimal]]) -> None:
    """Refuse a tier above the unit price: one that was typed among lower prices for more is a slip."""
    if price > 0 and any(each > price for _, each in tiers):
        raise Refused.field("tiers", "tier_dearer", f"{price:f} {currency} or less")


def _packing(body: ListingPatch, before: Packing | None) -> Packing | None:
    """Return the packing from the parts sent, laid over what was there; parts without the rest are refused."""
    sent = body.model_fields_set
    known = _parts(before)
    parts = {name: getattr(body, name) if name in sent else known.get(name) for name in _CARTON}
    if all(value is None for value in parts.values()):
        return None
    if missing := [name for name, value in parts.items() if value is None]:
        raise Refused.fields(*(FieldError(name, "packing_incomplete", "a value") for name in missing))
    return Packing(
        carton_units=int(parts["carton_units"] or 0),
        length_mm=_scaled(parts, "carton_l", 10),
        width_mm=_scaled(parts, "carton_w", 10),
        height_mm=_scaled(parts, "carton_h", 10),
        gross_g=_scaled(parts, "gross_kg", 1000),
        net_g=_scaled(parts, "net_kg", 1000),
        stackable=body.stackable if "stackable" in sent else (before.stackable if before else True),
    )


def _parts(packing: Packing | None) -> Mapping[str, Any]:
    if packing is None:
        return {}
    return {
        "carton_units": packing.carton_units,
        "carton_l": Decimal(packing.length_mm) / 10,
        "carton_w": Decimal(packing.width_mm) / 10,
        "carton_h": Decimal(packing.height_mm) / 10,
        "gross_kg": Decimal(packing.gross_g) / 1000,
        "net_kg": Decimal(packing.net_g) / 1000,
    }


def _scaled(parts: Mapping[str, Any], name: str, factor: int) -> int:
    """Return centimetres as millimetres, kilograms as grams; a finer size is refused rather than rounded."""
    exact = Decimal(parts[name]) * factor
    if exact != exact.to_integral_value():
        raise Refused.field(name, "too_fine", "at most 1 decimal" if factor == 10 else "at most 3 decimals")
    return int(exact)


def _shorter(value: Decimal) -> str:
    return f"{value.normalize():f}"
