"""The words printed on papers, looked up in the catalogues of each of a paper's languages."""

from functools import cache
from typing import Final

from babel.support import NullTranslations, Translations

from marketplace.paths import TRANSLATIONS

BABEL: Final = {"zh": "zh_Hans"}


def _(text: str) -> str:
    """Mark a text for the catalogues."""
    return text


LABELS: Final[dict[str, str]] = {
    # Kinds
    "pro_forma": _("Pro-forma invoice"),
    "sales_contract": _("Sales contract"),
    "freight_contract": _("Freight contract"),
    "commercial_invoice": _("Commercial invoice"),
    "packing_list": _("Packing list"),
    "manifest": _("Lorry manifest"),
    "booth_labels": _("Labels of a booth"),
    "credit_note": _("Credit note"),
    "debit_note": _("Debit note"),
    "commission_statement": _("Commission statement"),
    "freight_statement": _("Freight statement"),
    "account_statement": _("Account statement"),
    "inspection_report": _("Inspection report"),
    # Head and foot
    "number": _("No."),
    "version": _("Version"),
    "order": _("Order"),
    "purchase_order_number": _("Buyer's order no."),
    "cost_centre": _("Buyer's cost centre"),
    "contract": _("Contract"),
    "issued_on": _("Date of issue"),
    "valid_until": _("Valid until"),
    "page": _("Page"),
    "hash": _("SHA-256 of the data"),
    "not_tax_invoice": _("Not a tax invoice."),
    # Parties
    "seller": _("Seller"),
    "consignor": _("Consignor, whose goods they are"),
    "buyer": _("Buyer"),
    "importer": _("Importer of record"),
    "consignee": _("Consignee"),
    "exporter": _("Exporter of record"),
    "notify": _("Notify party"),
    "carrier": _("Carrier"),
    "payer": _("Freight payer"),
    "shipper": _("Shipper"),
    "inspector": _("Inspector"),
    "address_missing": _("address not given"),
    "registration_number": _("Registration no."),
    "tax_id": _("Tax id"),
    "contact": _("Contact"),
    # Goods
    "goods": _("Goods"),
    "position": _("Item"),
    "description": _("Description of goods"),
    "sku": _("Article no."),
    "hs_code": _("HS code"),
    "origin": _("Origin"),
    "quantity": _("Quantity"),
    "unit_price": _("Unit price"),
    "amount": _("Amount"),
    "total": _("Total"),
    "packing": _("Packing and weights"),
    "cartons": _("Cartons"),
    "carton_units": _("Per carton"),
    "gross": _("Gross weight, kg"),
    "net": _("Net weight, kg"),
    "volume": _("Volume, m³"),
    "departure": _("Departure"),
    "ready_on": _("Ready on"),
    # Terms
    "terms": _("Terms"),
    "basis": _("Price basis"),
    "incoterms": _("Incoterms® 2020"),
    "paid_freight": _("Freight paid by"),
    "paid_insurance": _("Insurance, if any, paid by"),
    "paid_duty": _("Duty paid by"),
    "duty": _("Import duty and tax"),
    "duty_not_included": _("Not included; paid by the importer of record: %(importer)s"),
    "plan": _("Payment plan"),
    "amount_ordered": _("Ordered"),
    "amount_short": _("Short"),
    "amount_paid": _("Paid"),
    "amount_open": _("Still to pay"),
    "amount_open_short": _("Still to pay, short goods included until they are let off"),
    "share": _("Share"),
    "due": _("Falls due"),
    "due_on": _("Due on"),
    "within": _("To pay within"),
    "days_working": _("%(days)s working days of the buyer"),
    "days_calendar": _("%(days)s days"),
    "mode": _("Settlement"),
    "direct": _("By bank transfer, directly to the payee named here"),
    "provider_held": _("Held and paid out by a licensed payment provider"),
    "operator_sells": _("Paid to the seller, the trading company of the city's operator"),
    "operator_buys": _("Paid by the buyer, the trading company of the city's operator"),
    "payee": _("Payee"),
    "holder": _("Account holder"),
    "bank": _("Bank"),
    "account": _("Account no."),
    "bic": _("BIC (SWIFT)"),
    "country": _("Country"),
    "currency": _("Currency"),
    "reference": _("Payment reference"),
    "quote_reference": _(
        "Quote the payment reference with every transfer. Pay to no other account: a change of payee is a new version "
        "of this paper."
    ),
    # Milestones
    "deposit": _("Deposit"),
    "ready": _("When the goods are ready"),
    "handed_over": _("When handed over at the hub"),
    "export_released": _("When released for export"),
    "border_crossed": _("When over the border"),
    "delivered": _("When delivered"),
    "accepted": _("When accepted"),
    # Freight
    "carriage": _("Carriage"),
    "booking": _("Booking"),
    "route": _("Route"),
    "departs": _("Departs"),
    "arrives": _("Arrives"),
    "chargeable": _("Chargeable weight, kg"),
    "binding": _("By"),
    "binding_gross": _("Gross weight"),
    "binding_volume": _("Volume"),
    "binding_loading_metres": _("Loading metres"),
    "loading_metres": _("Loading metres"),
    "pallets": _("Pallet places"),
    "house_waybill": _("House waybill"),
    "ordered": _("Quantity ordered"),
    "free_of_charge": _("Replacement free of charge, value for customs purposes only"),
    "returned_goods": _("Returned goods, no payment for them, value for customs purposes only"),
    "marks": _("Shipping marks"),
    "units": _("Handling units"),
    "unit_label": _("Label (SSCC)"),
    "measures": _("Length × width × height, cm"),
    "seals": _("Seals"),
    "sealed_at": _("Sealed"),
    "consignments": _("Consignments"),
    "destination": _("Destination"),
    "frozen": _("SHA-256 of the hub's list"),
    "freight": _("Freight"),
    "tariff": _("Tariff"),
    "per_kg": _("Per chargeable kg"),
    "minimum": _("Minimum"),
    "factors": _("Chargeable weight"),
    "factors_rule": _("The greatest of gross kg, m³ × %(m3)s and loading metres × %(ldm)s"),
    "freight_due": _("Freight falls due"),
    "liability": _("Liability"),
    "cmr_terms": _(
        "Carriage by road under the consignment note; the terms of the CMR apply where both countries are bound by it, "
        "else the carrier's national law. Loss and damage are noted on the receipt, hidden ones within seven days."
    ),
    # Notes
    "issuer": _("Issued by"),
    "recipient": _("To"),
    "note": _("What it is about"),
    "reason": _("Reason"),
    "invoices": _("Commercial invoices"),
    "not_invoiced": _("not invoiced yet: see the order"),
    "claim": _("Claim"),
    "freight_contract_no": _("Freight contract"),
    "reason_claim_damaged": _("Goods damaged"),
    "reason_claim_lost": _("Goods lost"),
    "reason_claim_short": _("Goods short"),
    "reason_claim_wrong": _("Wrong goods"),
    "reason_claim_defective": _("Goods defective"),
    "reason_claim_warranty": _("Defect under warranty"),
    "reason_claim_late": _("Goods late"),
    "reason_price": _("Let off the price"),
    "reason_sample": _("Sample credited"),
    "reason_change": _("Order changed"),
    "reason_rejected": _("Goods that the merchant does not deliver"),
    "reason_not_delivered": _("Goods that did not come"),
    "reason_held_too_long": _("Given back because the payment provider holds no money longer"),
    "reason_added_line": _("Goods added"),
    "reason_surcharge": _("Surcharge"),
    "reason_reinspection": _("Inspected again"),
    "reason_compensation": _("Compensation for loss or damage in carriage"),
    "credited": _("Credited"),
    "debited": _("Charged"),
    "note_credit": _("The issuer asks this much less for the goods named here."),
    "note_debit": _("The issuer asks this much more, or in compensation, for the cause named here."),
    # Statements
    "period": _("Period"),
    "interim": _("Interim"),
    "interim_meaning": _("The period is not over: figures may still change, and this paper has no number."),
    "balances": _("Balances"),
    "opening": _("Opening balance"),
    "closing": _("Closing balance"),
    "balance_commission": _("commission owed"),
    "balance_open": _("owed"),
    "balance_held": _("held by the payment provider"),
    "no_vat": _("No value added tax is charged on this commission."),
    "entries": _("Entries"),
    "day": _("Day"),
    "entry": _("Entry"),
    "base": _("Charged on"),
    "rate": _("Rate"),
    "column_commission": _("Commission"),
    "column_vat": _("Value added tax"),
    "column_settled": _("Paid or kept back"),
    "column_open": _("Owed"),
    "column_held": _("Held"),
    "paper": _("Paper"),
    "papers": _("Papers of the period"),
    "entry_card_captured": _("Card charged"),
    "entry_card_refunded": _("Card refunded"),
    "entry_card_returned": _("Sent back by bank"),
    "entry_released": _("Released"),
    "entry_release_reversed": _("Release taken back"),
    "entry_commission_billed": _("Commission billed"),
    "entry_commission_paid": _("Commission paid"),
    "entry_obligation_due": _("Fell due"),
    "entry_obligation_paid": _("Paid"),
    "entry_obligation_charges": _("Bank charges"),
    "entry_obligation_cancelled": _("No longer due"),
    "entry_return_due": _("To be given back"),
    "entry_return_withdrawn": _("Need not be given back"),
    "entry_return_made": _("Given back"),
    # Samples
    "sample_goods": _("SAMPLE"),
    "sample_number": _("Sample no."),
    "customs_value": _("Value for customs"),
    "no_commercial_value": _("No commercial value – value for customs purposes only."),
    "conformity": _("Conformity with the approved sample"),
    "conforms_to_sample": _("Goods conform to sample %(sample)s, approved on %(day)s"),
    "sample_hash": _("SHA-256 of the sample"),
    "courier": _("Courier, sample %(sample)s"),
    "courier_name": _("Courier"),
    "tracking": _("Courier's number"),
    "sample_credit": _("Credit for sample %(sample)s"),
    # Inspection before shipment
    "inspection_plan": _("Inspection and sampling"),
    "lot": _("Lot"),
    "inspected_on": _("Day of the inspection"),
    "sampling_standard": _("Sampling by"),
    "inspection_level": _("Inspection level (code letter)"),
    "sample": _("Sample"),
    "result": _("Result"),
    "inspection_passed": _("Passed"),
    "inspection_conditional": _("Conditional: the buyer decides"),
    "inspection_failed": _("Failed"),
    "defects": _("Nonconforming units"),
    "defects_critical": _("Critical"),
    "defects_major": _("Major"),
    "defects_minor": _("Minor"),
    "accepted_up_to": _("Accepted up to"),
    "found": _("Found"),
    "checklist": _("Checklist"),
    "checked": _("Checked"),
    "check_is_ok": _("As agreed"),
    "check_is_not_ok": _("Not as agreed"),
    "check_is_not_applicable": _("Does not apply"),
    "check_quantity": _("Quantity"),
    "check_workmanship": _("Workmanship and looks"),
    "check_packing": _("Packing"),
    "check_marks": _("Shipping marks"),
    "check_labels": _("Labels"),
    "check_dimensions": _("Dimensions"),
    "check_function": _("Function"),
    "check_temperature": _("Temperature"),
    "check_ripeness": _("Ripeness"),
    "check_pests": _("Pests and rot"),
    "check_safety": _("Safety guards and wiring"),
    "check_nameplate": _("Nameplate and serial numbers"),
    "check_manuals": _("Manuals and spare parts"),
    # Clauses and signatures
    "clauses": _("Clauses"),
    "signatures": _("Signatures"),
    "name_and_seal": _("Name, date, seal"),
    # Units of UN/ECE Recommendation 20
    "unit_H87": _("piece"),
    "unit_SET": _("set"),
    "unit_KGM": _("kg"),
    "unit_CT": _("carton"),
    "unit_BG": _("bag"),
    "unit_PR": _("pair"),
    "unit_MTK": _("m²"),
    "unit_TNE": _("t"),
}


def babel_name(locale: str) -> str:
    """Return a language of papers as CLDR names it."""
    return BABEL.get(locale, locale)


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [babel_name(locale)])


def word(code: str, locale: str, **facts: str) -> str:
    """Return a label in a language; English where the catalogue has none."""
    text = str(_catalogue(locale).gettext(LABELS[code]))
    return text % facts if facts else text


def is_known(code: str) -> bool:
    """Tell whether there is a label of this code."""
    return code in LABELS


def unit(code: str, locale: str) -> str:
    """Return a unit's name, its code where it has none here."""
    label = f"unit_{code}"
    return word(label, locale) if label in LABELS else code
