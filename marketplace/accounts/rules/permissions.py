"""Who may do what: a role says what a member does, a kind what a company can do; both must agree."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused


class Permission(StrEnum):
    """One right, ``scope:resource:action``; alphabetical."""

    ACCOUNT_SELF = "account:self"
    CATALOG_IMPORT_RUN = "catalog:import:run"
    CATALOG_LISTING_EDIT = "catalog:listing:edit"
    COMPANY_APPROVAL_DECIDE = "company:approval:decide"
    COMPANY_APPROVAL_RULES = "company:approval:rules"
    COMPANY_CLOSURES_EDIT = "company:closures:edit"
    COMPANY_MEMBERS_EDIT = "company:members:edit"
    COMPANY_MEMBERS_INVITE = "company:members:invite"
    COMPANY_MERCHANT_APPLY = "company:merchant:apply"
    COMPANY_PAYEE_EDIT = "company:payee:edit"
    COMPANY_PROFILE_EDIT = "company:profile:edit"
    EXCHANGE_ANSWER_WRITE = "exchange:answer:write"
    EXCHANGE_QUESTION_ASK = "exchange:question:ask"
    FILES_FILE_READ = "files:file:read"
    FILES_FILE_UPLOAD = "files:file:upload"
    LOGISTICS_BOOKING_RENEW = "logistics:booking:renew"
    LOGISTICS_DEPARTURE_OPERATE = "logistics:departure:operate"
    LOGISTICS_HANDOVER_RECORD = "logistics:handover:record"
    LOGISTICS_RECEIPT_RECORD = "logistics:receipt:record"
    LOGISTICS_ROAD_RECORD = "logistics:road:record"
    LOGISTICS_TRACKING_CONNECT = "logistics:tracking:connect"
    LOGISTICS_TRACKING_READ = "logistics:tracking:read"
    LOGISTICS_TRACKING_SHARE = "logistics:tracking:share"
    MERCHANT_APPLICATION_READ = "merchant:application:read"
    OPERATOR_AUDIT_READ = "operator:audit:read"
    OPERATOR_CLAIM_DECIDE = "operator:claim:decide"
    OPERATOR_COMPANY_ADMIT = "operator:company:admit"
    OPERATOR_COST_DECIDE = "operator:cost:decide"
    OPERATOR_COST_READ = "operator:cost:read"
    OPERATOR_COST_RECORD = "operator:cost:record"
    OPERATOR_CREDIT_EDIT = "operator:credit:edit"
    OPERATOR_CUSTOMS_EDIT = "operator:customs:edit"
    OPERATOR_DESK_READ = "operator:desk:read"
    OPERATOR_JOB_REVIVE = "operator:job:revive"
    OPERATOR_LEDGER_READ = "operator:ledger:read"
    OPERATOR_LISTING_MODERATE = "operator:listing:moderate"
    OPERATOR_MAIL_READ = "operator:mail:read"
    OPERATOR_MERCHANT_REVIEW = "operator:merchant:review"
    OPERATOR_NETWORK_EDIT = "operator:network:edit"
    OPERATOR_PAYOUT_APPROVE = "operator:payout:approve"
    OPERATOR_PAYOUT_READ = "operator:payout:read"
    OPERATOR_PERSON_MANAGE = "operator:person:manage"
    OPERATOR_SETTINGS_EDIT = "operator:settings:edit"
    OPERATOR_SHOWROOM_RUN = "operator:showroom:run"
    OPERATOR_STYLEGUIDE_READ = "operator:styleguide:read"
    PARTNER_CENTRE_KEEP = "partner:centre:keep"
    PARTNER_CONSIGNMENT_READ = "partner:consignment:read"
    PARTNER_FLEET_KEEP = "partner:fleet:keep"
    PARTNER_INSPECTION_REPORT = "partner:inspection:report"
    PARTNER_INSURANCE_ANSWER = "partner:insurance:answer"
    PARTNER_INVOICE_SEND = "partner:invoice:send"
    PARTNER_RELEASE_RECORD = "partner:release:record"
    TRADE_CART_EDIT = "trade:cart:edit"
    TRADE_CLAIM_ANSWER = "trade:claim:answer"
    TRADE_CLAIM_READ = "trade:claim:read"
    TRADE_DOCUMENT_READ = "trade:document:read"
    TRADE_DOCUMENT_SIGN = "trade:document:sign"
    TRADE_EVENT_REGISTER = "trade:event:register"
    TRADE_INSPECTION_READ = "trade:inspection:read"
    TRADE_INSURANCE_TAKE = "trade:insurance:take"
    TRADE_INVOICE_RECORD = "trade:invoice:record"
    TRADE_LEAD_ANSWER = "trade:lead:answer"
    TRADE_ORDER_ACCEPT = "trade:order:accept"
    TRADE_ORDER_CONFIRM = "trade:order:confirm"
    TRADE_ORDER_FULFIL = "trade:order:fulfil"
    TRADE_ORDER_PLACE = "trade:order:place"
    TRADE_ORDER_READ = "trade:order:read"
    TRADE_PAPERS_STATE = "trade:papers:state"
    TRADE_PAYMENT_CONFIRM = "trade:payment:confirm"
    TRADE_PAYMENT_PAY = "trade:payment:pay"
    TRADE_PAYMENT_READ = "trade:payment:read"
    TRADE_PAYOUT_READ = "trade:payout:read"
    TRADE_PLAN_EDIT = "trade:plan:edit"
    TRADE_PURCHASE_CANCEL = "trade:purchase:cancel"
    TRADE_PURCHASE_CHANGE = "trade:purchase:change"
    TRADE_SALE_CANCEL = "trade:sale:cancel"
    TRADE_SALE_CHANGE = "trade:sale:change"
    TRADE_STATEMENT_READ = "trade:statement:read"
    TRADE_TRANSFER_RECORD = "trade:transfer:record"


class CompanyKind(StrEnum):
    """What a company is in the city."""

    TRADE = "trade"  # buys, sells or both
    OPERATOR = "operator"  # runs the city
    CARRIER = "carrier"
    BROKER = "broker"
    DC = "dc"
    INSPECTOR = "inspector"
    INSURER = "insurer"
    BANK = "bank"
    AGENT = "agent"


# Who works for the traders, admitted by the operator; a trader registers itself, and a second operator would make its
# own people who move money.
PARTNERS: Final = frozenset(CompanyKind) - {CompanyKind.TRADE, CompanyKind.OPERATOR}


class Role(StrEnum):
    """What a member does in a company; the last five are the operator's staff."""

    OWNER = "owner"
    SALES = "sales"
    PURCHASING = "purchasing"
    APPROVER = "approver"
    LOGISTICS = "logistics"
    FINANCE = "finance"

    MODERATOR = "moderator"
    OPERATIONS = "operations"
    CUSTOMS = "customs"
    TREASURY = "treasury"
    ADMIN = "admin"


STAFF: Final = frozenset({Role.MODERATOR, Role.OPERATIONS, Role.CUSTOMS, Role.TREASURY, Role.ADMIN})
COMPANY_ROLES: Final = frozenset(Role) - STAFF

_P = Permission
_COMPANY: Final = frozenset({_P.COMPANY_MEMBERS_EDIT, _P.COMPANY_MEMBERS_INVITE, _P.COMPANY_PROFILE_EDIT})
_PAPERS: Final = frozenset({_P.FILES_FILE_READ, _P.FILES_FILE_UPLOAD, _P.TRADE_DOCUMENT_READ})
# The payee's side of money by bank: a merchant's, a carrier's for freight, the operator's for commission.
_PAYEE: Final = frozenset(
    {
        _P.TRADE_PAYMENT_CONFIRM,
        _P.TRADE_PAYMENT_READ,
        _P.TRADE_PAYOUT_READ,
        _P.TRADE_STATEMENT_READ,
        _P.TRADE_TRANSFER_RECORD,
    }
)

# Claims about goods: a merchant's to answer, a carrier's for what happens on the way after risk has passed.
_CLAIMS: Final = frozenset({_P.TRADE_CLAIM_ANSWER, _P.TRADE_CLAIM_READ})

# Programs of a company that report events of lorries, or get those of its bookings.
_TRACKS: Final = frozenset({_P.LOGISTICS_TRACKING_CONNECT, _P.LOGISTICS_TRACKING_READ})

_TRADE: Final = (
    _COMPANY | _PAPERS | _PAYEE | _CLAIMS | _TRACKS
    | {
        _P.CATALOG_IMPORT_RUN,
        _P.CATALOG_LISTING_EDIT,
        _P.COMPANY_APPROVAL_DECIDE,
        _P.COMPANY_APPROVAL_RULES,
        _P.COMPANY_CLOSURES_EDIT,
        _P.COMPANY_MERCHANT_APPLY,
        _P.COMPANY_PAYEE_EDIT,
        _P.EXCHANGE_ANSWER_WRITE,
        _P.EXCHANGE_QUESTION_ASK,
        _P.LOGISTICS_BOOKING_RENEW,
        _P.LOGISTICS_RECEIPT_RECORD,
        _P.LOGISTICS_TRACKING_SHARE,
        _P.MERCHANT_APPLICATION_READ,
        _P.TRADE_CART_EDIT,
        _P.TRADE_DOCUMENT_SIGN,
        _P.TRADE_EVENT_REGISTER,
        _P.TRADE_INSPECTION_READ,
        _P.TRADE_INSURANCE_TAKE,
        _P.TRADE_INVOICE_RECORD,
        _P.TRADE_LEAD_ANSWER,
        _P.TRADE_ORDER_ACCEPT,
        _P.TRADE_ORDER_CONFIRM,
        _P.TRADE_ORDER_FULFIL,
        _P.TRADE_ORDER_PLACE,
        _P.TRADE_ORDER_READ,
        _P.TRADE_PAPERS_STATE,
        _P.TRADE_PAYMENT_PAY,
        _P.TRADE_PLAN_EDIT,
        _P.TRADE_PURCHASE_CANCEL,
        _P.TRADE_PURCHASE_CHANGE,
        _P.TRADE_SALE_CANCEL,
        _P.TRADE_SALE_CHANGE,
    }
)  # fmt: skip
_PARTNER: Final = (
    _COMPANY | _PAPERS | _PAYEE | _TRACKS
    | {
        _P.COMPANY_PAYEE_EDIT,
        _P.MERCHANT_APPLICATION_READ,
        _P.PARTNER_CONSIGNMENT_READ,
        _P.PARTNER_INVOICE_SEND,
        _P.TRADE_DOCUMENT_SIGN,
    }
)  # fmt: skip
_HANDLES_GOODS: Final = frozenset({_P.LOGISTICS_HANDOVER_RECORD, _P.LOGISTICS_RECEIPT_RECORD})
# Who drives: a carrier alone has lorries here.
_DRIVES: Final = frozenset({_P.PARTNER_FLEET_KEEP})
# What lies in distribution centres: kept by who runs one, released from bond by who declares it.
_STORES: Final = frozenset({_P.PARTNER_CENTRE_KEEP})
_RELEASES: Final = frozenset({_P.PARTNER_RELEASE_RECORD})
# Works on lorries under way: their carrier, the brokers who declare for them, the operator.
_ON_ROAD: Final = frozenset({_P.LOGISTICS_ROAD_RECORD})
# Looks at goods before they leave: an inspection company, or the people of a hub.
_INSPECTS: Final = frozenset({_P.PARTNER_INSPECTION_REPORT, _P.TRADE_INSPECTION_READ})
# Sees who it insures, surveys, decides and pays.
_INSURES: Final = frozenset({_P.PARTNER_INSURANCE_ANSWER})
# What both sides say of the papers of their goods, and the insurance that one of them takes.
_SHIPS: Final = frozenset({_P.TRADE_INSURANCE_TAKE, _P.TRADE_PAPERS_STATE})
_OPERATOR: Final = (
    _COMPANY | _PAPERS | _PAYEE | _HANDLES_GOODS | _INSPECTS | _STORES | _RELEASES | _ON_ROAD
    | {_P.COMPANY_PAYEE_EDIT, _P.LOGISTICS_BOOKING_RENEW, _P.LOGISTICS_DEPARTURE_OPERATE}
    | {_P.MERCHANT_APPLICATION_READ, _P.TRADE_CLAIM_READ}
    | {permission for permission in Permission if permission.startswith("operator:")}
)  # fmt: skip

WITHIN_KIND: Final[dict[CompanyKind, frozenset[Permission]]] = {
    CompanyKind.TRADE: _TRADE,
    CompanyKind.OPERATOR: _OPERATOR,
    CompanyKind.CARRIER: _PARTNER | _HANDLES_GOODS | _CLAIMS | _DRIVES | _ON_ROAD,
    CompanyKind.BROKER: _PARTNER | _RELEASES | _ON_ROAD,
    CompanyKind.DC: _PARTNER | _HANDLES_GOODS | _INSPECTS | _STORES,
    CompanyKind.INSPECTOR: _PARTNER | _INSPECTS,
    CompanyKind.INSURER: _PARTNER | _INSURES,
    CompanyKind.BANK: _PARTNER,
    CompanyKind.AGENT: _PARTNER,
}

# What is done to goods, vehicles and messages, whatever the kind of the company.
_AT_WORK: Final = _HANDLES_GOODS | _INSPECTS | _DRIVES | _TRACKS | _STORES | _ON_ROAD
_SEES_TRADE: Final = frozenset(
    {
        _P.LOGISTICS_TRACKING_READ,
        _P.PARTNER_CONSIGNMENT_READ,
        _P.TRADE_CLAIM_READ,
        _P.TRADE_DOCUMENT_READ,
        _P.TRADE_INSPECTION_READ,
        _P.TRADE_ORDER_READ,
    }
)
BY_ROLE: Final[dict[Role, frozenset[Permission]]] = {
    Role.OWNER: _TRADE | _PARTNER | _INSURES | _AT_WORK | _RELEASES,
    Role.SALES: _SEES_TRADE | _PAPERS | _SHIPS | {
        _P.CATALOG_IMPORT_RUN,
        _P.CATALOG_LISTING_EDIT,
        _P.COMPANY_CLOSURES_EDIT,
        _P.EXCHANGE_ANSWER_WRITE,
        _P.LOGISTICS_BOOKING_RENEW,
        _P.LOGISTICS_TRACKING_SHARE,
        _P.MERCHANT_APPLICATION_READ,
        _P.TRADE_CLAIM_ANSWER,
        _P.TRADE_DOCUMENT_SIGN,
        _P.TRADE_EVENT_REGISTER,
        _P.TRADE_LEAD_ANSWER,
        _P.TRADE_ORDER_CONFIRM,
        _P.TRADE_ORDER_FULFIL,
        _P.TRADE_PAYMENT_READ,
        _P.TRADE_SALE_CANCEL,
        _P.TRADE_SALE_CHANGE,
    },
    # Asks for approval, and may be named as who gives it to others.
    Role.PURCHASING: _SEES_TRADE | _PAPERS | _SHIPS | {
        _P.COMPANY_APPROVAL_DECIDE,
        _P.EXCHANGE_QUESTION_ASK,
        _P.LOGISTICS_RECEIPT_RECORD,
        _P.LOGISTICS_TRACKING_SHARE,
        _P.TRADE_CART_EDIT,
        _P.TRADE_EVENT_REGISTER,
        _P.TRADE_ORDER_ACCEPT,
        _P.TRADE_ORDER_PLACE,
        _P.TRADE_PAYMENT_READ,
        _P.TRADE_PURCHASE_CANCEL,
        _P.TRADE_PURCHASE_CHANGE,
    },
    Role.APPROVER: _SEES_TRADE | {
        _P.COMPANY_APPROVAL_DECIDE,
        _P.FILES_FILE_READ,
        _P.TRADE_DOCUMENT_SIGN,
        _P.TRADE_PAYMENT_READ,
    },
    # Moves the goods and sees no money: neither slips nor accounts are its business.
    Role.LOGISTICS: _SEES_TRADE | _PAPERS | _CLAIMS | _SHIPS | _AT_WORK | {
        _P.COMPANY_CLOSURES_EDIT,
        _P.LOGISTICS_BOOKING_RENEW,
        _P.LOGISTICS_TRACKING_SHARE,
        _P.PARTNER_RELEASE_RECORD,
        _P.TRADE_ORDER_ACCEPT,
        _P.TRADE_ORDER_FULFIL,
    },
    Role.FINANCE: _SEES_TRADE | _PAPERS | _PAYEE | _INSURES | {
        _P.COMPANY_APPROVAL_DECIDE,
        _P.PARTNER_INVOICE_SEND,
        _P.TRADE_INVOICE_RECORD,
        _P.TRADE_PAYMENT_PAY,
        _P.TRADE_PLAN_EDIT,
    },
    Role.MODERATOR: _PAPERS | {
        _P.OPERATOR_DESK_READ,
        _P.MERCHANT_APPLICATION_READ,
        _P.OPERATOR_LISTING_MODERATE,
        _P.OPERATOR_MERCHANT_REVIEW,
        # Who knows the merchants runs the halls they stand in.
        _P.OPERATOR_SHOWROOM_RUN,
    },
    Role.OPERATIONS: _PAPERS | _HANDLES_GOODS | _INSPECTS | _STORES | _ON_ROAD | {
        _P.LOGISTICS_BOOKING_RENEW,
        _P.LOGISTICS_DEPARTURE_OPERATE,
        _P.OPERATOR_CLAIM_DECIDE,
        _P.OPERATOR_COST_READ,
        _P.OPERATOR_COST_RECORD,
        _P.OPERATOR_DESK_READ,
        _P.OPERATOR_NETWORK_EDIT,
        _P.TRADE_CLAIM_READ,
    },
    Role.CUSTOMS: _PAPERS | _RELEASES | {_P.OPERATOR_CUSTOMS_EDIT, _P.OPERATOR_DESK_READ},
    Role.TREASURY: _PAPERS | _PAYEE | {
        _P.COMPANY_PAYEE_EDIT,
        _P.OPERATOR_CLAIM_DECIDE,
        _P.OPERATOR_COST_DECIDE,
        _P.OPERATOR_COST_READ,
        _P.OPERATOR_COST_RECORD,
        _P.OPERATOR_CREDIT_EDIT,
        _P.OPERATOR_DESK_READ,
        _P.OPERATOR_LEDGER_READ,
        _P.OPERATOR_PAYOUT_APPROVE,
        _P.OPERATOR_PAYOUT_READ,
        _P.TRADE_CLAIM_READ,
    },
    # Runs the city but moves no money and judges no goods: those hands are others'.
    Role.ADMIN: _COMPANY | {
        _P.FILES_FILE_READ,
        _P.FILES_FILE_UPLOAD,
        _P.OPERATOR_AUDIT_READ,
        _P.OPERATOR_COMPANY_ADMIT,
        _P.OPERATOR_COST_READ,
        _P.OPERATOR_DESK_READ,
        _P.OPERATOR_JOB_REVIVE,
        _P.OPERATOR_LEDGER_READ,
        _P.OPERATOR_MAIL_READ,
        _P.OPERATOR_PAYOUT_READ,
        _P.OPERATOR_PERSON_MANAGE,
        _P.OPERATOR_SETTINGS_EDIT,
        _P.OPERATOR_SHOWROOM_RUN,
        _P.OPERATOR_STYLEGUIDE_READ,
        _P.TRADE_PAYOUT_READ,
    },
}  # fmt: skip


def permissions_of(kind: CompanyKind, roles: Iterable[Role]) -> frozenset[Permission]:
    """Return what a member with these roles may do in a company of this kind."""
    granted = frozenset[Permission]().union(*(BY_ROLE[role] for role in roles))
    return (granted & WITHIN_KIND[kind]) | {Permission.ACCOUNT_SELF}


def roles_in(kind: CompanyKind) -> frozenset[Role]:
    """Return the roles that exist in a company of this kind."""
    return STAFF if kind is CompanyKind.OPERATOR else COMPANY_ROLES


def leading_role(kind: CompanyKind) -> Role:
    """Return the role of the first member, which somebody must always hold."""
    return Role.ADMIN if kind is CompanyKind.OPERATOR else Role.OWNER


def parse_roles(kind: CompanyKind, roles: Iterable[str]) -> tuple[Role, ...]:
    """Return the roles, each once and sorted, or refuse ``roles``: at least one, all of this kind."""
    known = {role.value: role for role in roles_in(kind)}
    wanted = sorted(set(roles))
    if not wanted or any(role not in known for role in wanted):
        raise Refused.field("roles", "choice", ", ".join(sorted(known)))
    return tuple(known[role] for role in wanted)
