"""Roles and rights as people call them."""

from collections.abc import Iterable
from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.accounts.rules.permissions import Permission, Role

ROLES: Final[dict[Role, Any]] = {
    Role.OWNER: _("Owner"),
    Role.SALES: _("Sales"),
    Role.PURCHASING: _("Purchasing"),
    Role.APPROVER: _("Approver"),
    Role.LOGISTICS: _("Logistics"),
    Role.FINANCE: _("Finance"),
    Role.MODERATOR: _("Moderator"),
    Role.OPERATIONS: _("Operations"),
    Role.CUSTOMS: _("Customs desk"),
    Role.TREASURY: _("Treasury"),
    Role.ADMIN: _("Administrator"),
}
# What a program with a token may do, beside the key that the API has for it.
SCOPES: Final[dict[Permission, Any]] = {
    Permission.ACCOUNT_SELF: _("One's own account"),
    Permission.CATALOG_IMPORT_RUN: _("Bring in price lists"),
    Permission.CATALOG_LISTING_EDIT: _("Write and change listings"),
    Permission.COMPANY_APPROVAL_DECIDE: _("Approve purchases of the company, and ask for it"),
    Permission.COMPANY_APPROVAL_RULES: _("Set rules and limits for what is approved"),
    Permission.COMPANY_CLOSURES_EDIT: _("Enter days on which the company is closed"),
    Permission.COMPANY_MEMBERS_EDIT: _("Change members and their roles"),
    Permission.COMPANY_MEMBERS_INVITE: _("Invite members"),
    Permission.COMPANY_MERCHANT_APPLY: _("Apply to sell"),
    Permission.COMPANY_PAYEE_EDIT: _("Change the accounts the company is paid into"),
    Permission.COMPANY_PROFILE_EDIT: _("Change the company's profile"),
    Permission.EXCHANGE_ANSWER_WRITE: _("Answer questions"),
    Permission.EXCHANGE_QUESTION_ASK: _("Ask questions"),
    Permission.FILES_FILE_READ: _("Read files"),
    Permission.FILES_FILE_UPLOAD: _("Hand in files"),
    Permission.LOGISTICS_BOOKING_RENEW: _("Book room on lorries again"),
    Permission.LOGISTICS_DEPARTURE_OPERATE: _("Run departures"),
    Permission.LOGISTICS_HANDOVER_RECORD: _("Record hand-overs of cargo"),
    Permission.LOGISTICS_RECEIPT_RECORD: _("Record receipts of cargo"),
    Permission.MERCHANT_APPLICATION_READ: _("Read the company's application to sell"),
    Permission.OPERATOR_AUDIT_READ: _("Read the audit log"),
    Permission.OPERATOR_CLAIM_DECIDE: _("Decide claims"),
    Permission.OPERATOR_COMPANY_ADMIT: _("Admit companies"),
    Permission.OPERATOR_CREDIT_EDIT: _("Change credit limits"),
    Permission.OPERATOR_CUSTOMS_EDIT: _("Change what customs asks for"),
    Permission.OPERATOR_DESK_READ: _("Read the operator's desk"),
    Permission.OPERATOR_JOB_REVIVE: _("Start failed jobs again"),
    Permission.OPERATOR_LEDGER_READ: _("Read the ledger"),
    Permission.OPERATOR_LISTING_MODERATE: _("Review listings"),
    Permission.OPERATOR_MAIL_READ: _("Read letters that were sent"),
    Permission.OPERATOR_MERCHANT_REVIEW: _("Review merchants"),
    Permission.OPERATOR_NETWORK_EDIT: _("Edit lines and borders"),
    Permission.OPERATOR_PAYOUT_APPROVE: _("Approve payouts"),
    Permission.OPERATOR_PAYOUT_READ: _("Read payouts of the city"),
    Permission.OPERATOR_PERSON_MANAGE: _("Manage people's accounts"),
    Permission.OPERATOR_SETTINGS_EDIT: _("Change the city's settings"),
    Permission.OPERATOR_SHOWROOM_RUN: _("Run halls, booths and events"),
    Permission.OPERATOR_STYLEGUIDE_READ: _("Read the style guide"),
    Permission.PARTNER_CONSIGNMENT_READ: _("Read consignments"),
    Permission.PARTNER_INSPECTION_REPORT: _("Report inspections"),
    Permission.TRADE_CART_EDIT: _("Fill the cart"),
    Permission.TRADE_CLAIM_ANSWER: _("Answer claims"),
    Permission.TRADE_CLAIM_READ: _("Read claims"),
    Permission.TRADE_DOCUMENT_READ: _("Read documents"),
    Permission.TRADE_DOCUMENT_SIGN: _("Sign documents"),
    Permission.TRADE_EVENT_REGISTER: _("Register for events"),
    Permission.TRADE_INSPECTION_READ: _("Read inspections"),
    Permission.TRADE_INVOICE_RECORD: _("Write down official invoices"),
    Permission.TRADE_LEAD_ANSWER: _("Answer visitors of the booth"),
    Permission.TRADE_ORDER_ACCEPT: _("Accept goods"),
    Permission.TRADE_ORDER_CONFIRM: _("Confirm orders"),
    Permission.TRADE_ORDER_FULFIL: _("Pack and hand over orders"),
    Permission.TRADE_ORDER_PLACE: _("Place orders"),
    Permission.TRADE_ORDER_READ: _("Read orders"),
    Permission.TRADE_PAYMENT_CONFIRM: _("Confirm payments received"),
    Permission.TRADE_PAYMENT_PAY: _("Pay"),
    Permission.TRADE_PLAN_EDIT: _("Set payment plans and credit"),
    Permission.TRADE_PAYMENT_READ: _("Read payments"),
    Permission.TRADE_PAYOUT_READ: _("Read the company's payouts"),
    Permission.TRADE_PURCHASE_CANCEL: _("Cancel purchases"),
    Permission.TRADE_PURCHASE_CHANGE: _("Agree to changes of purchases"),
    Permission.TRADE_SALE_CANCEL: _("Cancel sales"),
    Permission.TRADE_SALE_CHANGE: _("Agree to changes of sales"),
    Permission.TRADE_STATEMENT_READ: _("Read statements of account"),
    Permission.TRADE_TRANSFER_RECORD: _("Record bank transfers"),
}


def role_names(roles: Iterable[Role]) -> str:
    """Write roles in the reader's language."""
    return ", ".join(str(ROLES[role]) for role in roles)
