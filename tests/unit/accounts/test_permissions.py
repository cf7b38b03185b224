"""Who may do what, as a table that people can read."""

import pytest

from marketplace.accounts.rules.membership import check_still_led
from marketplace.accounts.rules.permissions import (
    BY_ROLE,
    COMPANY_ROLES,
    STAFF,
    WITHIN_KIND,
    CompanyKind,
    Permission,
    Role,
    leading_role,
    parse_roles,
    permissions_of,
    roles_in,
)
from marketplace.kernel.errors import Conflict, Refused

PARTNERS = frozenset(CompanyKind) - {CompanyKind.TRADE, CompanyKind.OPERATOR}

# One column a role: o owner, s sales, p purchasing, a approver, l logistics, f finance.
TRADING = """
catalog:import:run       o s . . . .
catalog:listing:edit     o s . . . .
company:approval:decide  o . p a . f
company:approval:rules   o . . . . .
company:closures:edit    o s . . l .
company:members:edit     o . . . . .
company:members:invite   o . . . . .
company:merchant:apply   o . . . . .
company:payee:edit       o . . . . .
company:profile:edit     o . . . . .
exchange:answer:write    o s . . . .
exchange:question:ask    o . p . . .
files:file:read          o s p a l f
files:file:upload        o s p . l f
logistics:booking:renew  o s . . l .
logistics:receipt:record o . p . l .
logistics:tracking:connect o . . . l .
logistics:tracking:read  o s p a l f
logistics:tracking:share o s p . l .
merchant:application:read o s . . . .
trade:cart:edit          o . p . . .
trade:claim:answer       o s . . l .
trade:claim:read         o s p a l f
trade:document:read      o s p a l f
trade:document:sign      o s . a . .
trade:event:register     o s p . . .
trade:inspection:read    o s p a l f
trade:insurance:take     o s p . l .
trade:invoice:record     o . . . . f
trade:lead:answer        o s . . . .
trade:order:accept       o . p . l .
trade:order:confirm      o s . . . .
trade:order:fulfil       o s . . l .
trade:order:place        o . p . . .
trade:order:read         o s p a l f
trade:papers:state       o s p . l .
trade:payment:confirm    o . . . . f
trade:payment:pay        o . . . . f
trade:payment:read       o s p a . f
trade:payout:read        o . . . . f
trade:plan:edit          o . . . . f
trade:purchase:cancel    o . p . . .
trade:purchase:change    o . p . . .
trade:sale:cancel        o s . . . .
trade:sale:change        o s . . . .
trade:statement:read     o . . . . f
trade:transfer:record    o . . . . f
"""

CARRYING = """
company:members:edit      o . . . . .
company:members:invite    o . . . . .
company:payee:edit        o . . . . .
company:profile:edit      o . . . . .
files:file:read           o s p a l f
files:file:upload         o s p . l f
logistics:handover:record o . . . l .
logistics:receipt:record  o . p . l .
logistics:road:record     o . . . l .
logistics:tracking:connect o . . . l .
logistics:tracking:read   o s p a l f
merchant:application:read o s . . . .
partner:consignment:read  o s p a l f
partner:invoice:send      o . . . . f
partner:fleet:keep        o . . . l .
trade:claim:answer        o s . . l .
trade:claim:read          o s p a l f
trade:document:read       o s p a l f
trade:document:sign       o s . a . .
trade:payment:confirm     o . . . . f
trade:payment:read        o s p a . f
trade:payout:read         o . . . . f
trade:statement:read      o . . . . f
trade:transfer:record     o . . . . f
"""

# m moderator, o operations, c customs, t treasury, a admin.
RUNNING_THE_CITY = """
company:members:edit        . . . . a
company:members:invite      . . . . a
company:payee:edit          . . . t .
company:profile:edit        . . . . a
files:file:read             m o c t a
files:file:upload           m o c t a
logistics:booking:renew     . o . . .
logistics:departure:operate . o . . .
logistics:handover:record   . o . . .
logistics:receipt:record    . o . . .
logistics:road:record       . o . . .
merchant:application:read   m . . . .
operator:audit:read         . . . . a
operator:claim:decide       . o . t .
operator:company:admit      . . . . a
operator:cost:decide        . . . t .
operator:cost:read          . o . t a
operator:cost:record        . o . t .
operator:credit:edit        . . . t .
operator:customs:edit        . . c . .
operator:desk:read          m o c t a
operator:job:revive         . . . . a
operator:ledger:read        . . . t a
operator:listing:moderate   m . . . .
operator:mail:read          . . . . a
operator:merchant:review    m . . . .
operator:network:edit       . o . . .
operator:payout:approve     . . . t .
operator:payout:read        . . . t a
operator:person:manage      . . . . a
operator:settings:edit      . . . . a
operator:showroom:run       m . . . a
operator:styleguide:read    . . . . a
partner:centre:keep         . o . . .
partner:inspection:report   . o . . .
partner:release:record      . . c . .
trade:claim:read            . o . t .
trade:document:read         m o c t .
trade:inspection:read       . o . . .
trade:payment:confirm       . . . t .
trade:payment:read          . . . t .
trade:payout:read           . . . t a
trade:statement:read        . . . t .
trade:transfer:record       . . . t .
"""

TABLES = [
    (CompanyKind.TRADE, TRADING, list(Role)[:6]),
    (CompanyKind.CARRIER, CARRYING, list(Role)[:6]),
    (CompanyKind.OPERATOR, RUNNING_THE_CITY, list(Role)[6:]),
]


@pytest.mark.parametrize(("kind", "table", "roles"), TABLES)
def test_the_table_is_what_the_code_grants(kind, table, roles):
    rows = [line.split() for line in table.strip().splitlines()]
    for column, role in enumerate(roles, start=1):
        written = {row[0] for row in rows if row[column] != "."}
        assert permissions_of(kind, [role]) == written | {"account:self"}, role


def test_permissions_are_named_and_ordered_alike():
    values = [permission.value for permission in Permission]
    assert values == sorted(values)
    assert all(permission.name == permission.value.upper().replace(":", "_") for permission in Permission)


def test_every_permission_can_be_had_by_somebody():
    held = {
        permission for kind in CompanyKind for role in roles_in(kind) for permission in permissions_of(kind, [role])
    }
    assert held == set(Permission)


def test_every_kind_and_role_has_its_place():
    assert set(WITHIN_KIND) == set(CompanyKind)
    assert set(BY_ROLE) == set(Role) == STAFF | COMPANY_ROLES


def test_several_roles_add_up():
    both = permissions_of(CompanyKind.TRADE, [Role.SALES, Role.PURCHASING])
    assert both == permissions_of(CompanyKind.TRADE, [Role.SALES]) | permissions_of(
        CompanyKind.TRADE, [Role.PURCHASING]
    )


def test_no_role_still_owns_itself():
    assert permissions_of(CompanyKind.TRADE, []) == {Permission.ACCOUNT_SELF}


@pytest.mark.parametrize("kind", sorted(PARTNERS))
def test_partners_neither_trade_nor_run_the_city(kind):
    everything = permissions_of(kind, Role)
    assert not {p for p in everything if p.startswith(("operator:", "catalog:", "trade:order:", "trade:cart:"))}


def test_only_those_who_touch_goods_record_them():
    touching = {kind for kind in CompanyKind if Permission.LOGISTICS_HANDOVER_RECORD in permissions_of(kind, Role)}
    assert touching == {CompanyKind.CARRIER, CompanyKind.DC, CompanyKind.OPERATOR}


def test_who_reads_all_messages_or_manages_people_moves_no_money():
    admin = permissions_of(CompanyKind.OPERATOR, [Role.ADMIN])
    moving = {Permission.COMPANY_PAYEE_EDIT, Permission.OPERATOR_PAYOUT_APPROVE, Permission.TRADE_PAYMENT_CONFIRM}
    assert not admin & moving


def test_roles_are_read_sorted_and_once():
    assert parse_roles(CompanyKind.TRADE, ["sales", "approver", "sales"]) == (Role.APPROVER, Role.SALES)


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        (CompanyKind.TRADE, []),
        (CompanyKind.TRADE, ["king"]),
        (CompanyKind.TRADE, ["admin"]),
        (CompanyKind.TRADE, ["owner", "treasury"]),
        (CompanyKind.OPERATOR, ["owner"]),
    ],
)
def test_foreign_and_unknown_roles_are_refused_with_the_choice(kind, roles):
    with pytest.raises(Refused) as refusal:
        parse_roles(kind, roles)
    (error,) = refusal.value.errors
    assert (error.field, error.code) == ("roles", "choice")
    assert error.accepted == ", ".join(sorted(roles_in(kind)))


@pytest.mark.parametrize(
    ("kind", "remaining", "led"),
    [
        (CompanyKind.TRADE, [["owner"]], True),
        (CompanyKind.TRADE, [["sales"], ["owner", "sales"]], True),
        (CompanyKind.TRADE, [["sales"]], False),
        (CompanyKind.TRADE, [], False),
        (CompanyKind.OPERATOR, [["admin"]], True),
        (CompanyKind.OPERATOR, [["owner"]], False),
    ],
)
def test_somebody_always_leads(kind, remaining, led):
    if led:
        check_still_led(kind, remaining)
        return
    with pytest.raises(Conflict, match="last_leader") as conflict:
        check_still_led(kind, remaining)
    assert conflict.value.facts == {"role": leading_role(kind)}
