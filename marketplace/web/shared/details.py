"""What merchants say of goods beside the offer, in the reader's words."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, pgettext
from markupsafe import Markup

from marketplace.catalog.rules.details import ending, samples
from marketplace.catalog.rules.details.attributes import MEASURES, AttributeKind
from marketplace.catalog.rules.details.brand import Relation
from marketplace.catalog.rules.details.dangerous import Answer, Hindrance
from marketplace.catalog.rules.details.texts import How, mark_of
from marketplace.web.shared import goods, locale, render, words

RELATIONS: Final[dict[str, Any]] = {
    Relation.OWN.value: lazy_gettext("The brand is our own"),
    Relation.LICENSED.value: lazy_gettext("Licensed by the brand's owner"),
    Relation.FITS.value: lazy_gettext("Fits goods of the brand, and is not of it"),
    Relation.NONE.value: lazy_gettext("No brand"),
}
ANSWERS: Final[dict[str, Any]] = {
    Answer.NOT_DANGEROUS.value: lazy_gettext("Not dangerous goods"),
    Answer.DANGEROUS.value: lazy_gettext("Dangerous goods"),
}
BATTERIES: Final[dict[str, Any]] = {
    "lithium_ion": lazy_gettext("Lithium ion"),
    "lithium_metal": lazy_gettext("Lithium metal"),
    "sodium_ion": lazy_gettext("Sodium ion"),
    "nickel_metal_hydride": lazy_gettext("Nickel-metal hydride"),
    "lead_acid": lazy_gettext("Lead acid"),
}
SCHEMES: Final[dict[str, Any]] = {
    "gacc": lazy_gettext("Customs of China (GACC)"),
    "other": lazy_gettext("Another office"),
}
ALLERGENS: Final[dict[str, Any]] = {
    "gluten": lazy_gettext("Cereals with gluten"),
    "crustaceans": lazy_gettext("Crustaceans"),
    "eggs": lazy_gettext("Eggs"),
    "fish": lazy_gettext("Fish"),
    "peanuts": lazy_gettext("Peanuts"),
    "milk": lazy_gettext("Milk"),
    "tree_nuts": lazy_gettext("Tree nuts"),
    "sesame": lazy_gettext("Sesame"),
    "soy": lazy_gettext("Soya"),
    "molluscs": lazy_gettext("Molluscs"),
    "celery": lazy_gettext("Celery"),
    "mustard": lazy_gettext("Mustard"),
    "lupin": lazy_gettext("Lupin"),
    "sulphites": lazy_gettext("Sulphites"),
}
CERTIFICATES: Final[dict[str, Any]] = {
    "quality": lazy_gettext("Certificate of quality"),
    "safety": lazy_gettext("Certificate of safety"),
    "phytosanitary": lazy_gettext("Phytosanitary certificate"),
    "health": lazy_gettext("Health certificate"),
    "origin": lazy_gettext("Certificate of origin"),
    "organic": lazy_gettext("Organic"),
    "halal": lazy_gettext("Halal"),
    "ccc": lazy_gettext("CCC"),
    "ce": lazy_gettext("CE"),
    "iso_9001": lazy_gettext("ISO 9001"),
    "test_report": lazy_gettext("Test report"),
    "other": lazy_gettext("Another certificate"),
}
HOWS: Final[dict[str, Any]] = {
    How.PERSON.value: lazy_gettext("Translated by a person"),
    How.MACHINE.value: lazy_gettext("Translated by machine"),
    How.COPIED.value: lazy_gettext("Copied from the merchant's own language"),
}
HINDRANCES: Final[dict[Hindrance, Any]] = {
    Hindrance.UNDECIDED: lazy_gettext(
        "Freight incomplete: the merchant has not said whether these goods are dangerous."
    ),
    Hindrance.NOT_CARRIED: lazy_gettext(
        "The city's lorries carry no explosives, infectious or radioactive goods: these cannot be ordered."
    ),
}

# What a row of vehicles or of part numbers is made of.
IN_A_ROW: Final[dict[str, Any]] = {
    "make": lazy_gettext("Make"),
    "model": lazy_gettext("Model"),
    "year_from": lazy_gettext("First year"),
    "year_to": lazy_gettext("Last year"),
    "note": lazy_gettext("Note"),
    "brand": lazy_gettext("Brand"),
    "number": lazy_gettext("Number"),
}

Fact = dict[str, Any]


def vehicles(details: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what goods fit, as rows of a table: make and model, years, note."""
    said = details.get("fitment") or {"vehicles": []}
    return [{**each, "years": years(each["year_from"], each["year_to"])} for each in said["vehicles"]]


def years(first: int, last: int | None) -> str:
    """Say in which years something was built; no last year where it still is."""
    if last is None:
        return _("%(year)s and later", year=first)
    return str(first) if first == last else f"{first} – {last}"


def attribute(stated: Mapping[str, Any] | None) -> str | None:
    """Return a stated attribute as people read it, None where it is not stated."""
    if stated is None:
        return None
    if stated["kind"] == AttributeKind.FLAG:
        return _("yes") if stated["value"] else _("no")
    if stated["kind"] == AttributeKind.CHOICE:
        return goods.text(stated["value_names"]) or str(stated["value"])
    return f"{stated['value']} {MEASURES.get(stated['unit'] or '', '')}".strip()


def translation(details: Mapping[str, Any], texts: Mapping[str, str], source: str) -> str | None:
    """Say how the text that is shown came about; None for the merchant's own words."""
    shown = goods.written_in(texts, source)
    if shown == source or not texts:
        return None
    how = mark_of(details, shown)
    return str(HOWS[how.value]) if how else _("A translation; nobody said how it was made")


def sheets(listing_id: UUID, details: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    """Return what a card keeps of the details as titled lists of facts, for the product's page on a day."""
    details = ending.marked(details, today)
    drawn = {
        "attributes": (_("Attributes"), lambda said: [_fact(goods.text(e["names"]), attribute(e)) for e in said]),
        "parts": (_("Part numbers"), _parts),
        "brand": (_("Brand"), _brand),
        "dangerous": (_("Dangerous goods"), lambda said: _dangerous(listing_id, said)),
        "food": (_("Food"), _food),
        "certificates": (_("Certificates"), lambda said: _certificates(listing_id, said)),
        "warranty": (_("Warranty"), _warranty),
        "sample": (_("Sample"), _sample),
        "pallet": (_("Pallet"), _pallet),
    }
    return [
        {"title": title, "facts": facts}
        for name, (title, read) in drawn.items()
        if details.get(name) and (facts := [fact for fact in read(details[name]) if fact["value"] not in (None, "")])
    ]


def _fact(label: str, value: Any) -> Fact:
    return {"label": label, "value": value}


def _paper(listing_id: UUID, file_id: str | None, called: str | None = None) -> Any:
    if not file_id:
        return None
    address = url_for("catalog.paper", listing_id=listing_id, file_id=UUID(file_id))
    return Markup('<a href="{}">{}</a>').format(address, called or pgettext("link", "Open"))


def day(written: str | None) -> str | None:
    """Write a day of the details as the page writes days; None where none was named."""
    return render.date(written) if written else None


def day_of(written: str) -> str:
    """Write the reader's day of an instant of the details."""
    return render.date(datetime.fromisoformat(written))


def _parts(said: Mapping[str, Any]) -> list[Fact]:
    own = [_fact(_("Manufacturer"), said["manufacturer"]), _fact(_("Part number"), said["number"])]
    return [*own, *(_fact(_("Stands for %(brand)s", brand=each["brand"]), each["number"]) for each in said["crosses"])]


def _brand(said: Mapping[str, Any]) -> list[Fact]:
    return [
        _fact(_("Brand"), said["brand"]),
        _fact(_("Relation"), _("No licence any more") if said["expired"] else str(RELATIONS[said["relation"]])),
        _fact(_("Licence ended on") if said["expired"] else _("Licensed until"), day(said["until"])),
    ]


def _dangerous(listing_id: UUID, said: Mapping[str, Any]) -> list[Fact]:
    unit = {"KGM": "kg", "LTR": "l"}.get(said["net_unit"] or "", "")
    return [
        _fact(_("Answer"), f"{ANSWERS[said['answer']]} ({day_of(said['signed_at'])})"),
        _fact(_("UN number"), said["un_number"] and f"UN {said['un_number']}"),
        _fact(_("Class"), said["hazard_class"]),
        _fact(_("Packing group"), said["packing_group"]),
        _fact(_("Net quantity in a carton"), said["net_quantity"] and f"{said['net_quantity']} {unit}"),
        _fact(_("Battery"), said["battery"] and str(BATTERIES[said["battery"]])),
        _fact(_("Energy of a battery"), said["watt_hours"] and f"{said['watt_hours']} Wh"),
        _fact(_("Test summary (UN 38.3)"), _paper(listing_id, said["test_summary"], day(said["test_summary_on"]))),
        _fact(_("Safety data sheet"), _paper(listing_id, said["safety_sheet"], day(said["safety_sheet_on"]))),
    ]


def _food(said: Mapping[str, Any]) -> list[Fact]:
    least, most = said["least_celsius"], said["most_celsius"]
    span = " … ".join(f"{each} °C" for each in (least, most) if each is not None)
    facility = said["facility"] and f"{said['facility']} ({SCHEMES[said['scheme']]})"
    days = said["shelf_days"]
    return [
        _fact(_("Shelf life"), words.ngettext("%(num)s day", "%(num)s days", days) % {"num": days}),
        _fact(_("Storage"), span),
        _fact(_("Lot code"), said["lot"]),
        _fact(_("Registration code of the facility"), facility),
        _fact(_("Allergens"), ", ".join(str(ALLERGENS[code]) for code in said["allergens"])),
    ]


def _certificates(listing_id: UUID, said: Mapping[str, Any]) -> list[Fact]:
    found: list[Fact] = []
    for each in said["items"]:
        span = " – ".join(filter(None, map(day, (each["valid_from"], each["valid_until"]))))
        paper = _paper(listing_id, each["file"], each["number"])
        value = Markup("{}, {}, {}").format(paper, each["issuer"], span)
        word = str(CERTIFICATES[each["kind"]])
        found.append(_fact(_("%(certificate)s – expired", certificate=word) if each["expired"] else word, value))
    return found


def _warranty(said: Mapping[str, Any]) -> list[Fact]:
    months, kilometres = said["months"], said["kilometres"]
    return [
        _fact(_("Months"), months),
        _fact(_("Kilometres"), kilometres),
        _fact(_("What it covers"), said.get(f"covers_{locale.current()}") or said["covers"]),
    ]


def _sample(said: Mapping[str, Any]) -> list[Fact]:
    offer = samples.offer_of(said)
    days = offer.lead_days
    facts = [
        _fact(_("Price of a sample"), render.money(samples.price(said)) if offer.price != "0" else _("free of charge")),
        _fact(_("Units in one sample order"), f"{offer.least} – {offer.most}"),
        _fact(_("Leaves in"), words.ngettext("%(num)s day", "%(num)s days", days) % {"num": days}),
    ]
    if offer.courier_fee is not None:
        span = words.ngettext("%(num)s day", "%(num)s days", offer.courier_days or 0) % {"num": offer.courier_days}
        facts.append(_fact(_("By courier"), f"{render.money(offer.fee('courier'))} · {span}"))
    if offer.lorry:
        facts.append(_fact(_("By lorry"), _("like other goods")))
    if offer.credit_days is not None:
        credited = _("what it cost, within %(days)s days, on an order of %(units)s units or more")
        facts.append(
            _fact(
                _("Credited on the first bulk order"),
                credited % {"days": offer.credit_days, "units": offer.credit_least},
            )
        )
    return facts


def _pallet(said: Mapping[str, Any]) -> list[Fact]:
    height = said["height_mm"]
    return [
        _fact(_("Units on a pallet"), said["units"]),
        _fact(_("Height with the goods"), height and f"{height} mm"),
    ]
