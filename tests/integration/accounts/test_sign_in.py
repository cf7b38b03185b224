"""Proving who one is: passwords, codes, second factor, tokens."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from pyotp.totp import TOTP

from marketplace.accounts import queries
from marketplace.accounts.models import LoginCounter, OneTimeCode, Person
from marketplace.accounts.queries import access as let_in
from marketplace.accounts.queries import acting
from marketplace.accounts.rules.codes import CODE_ATTEMPTS, CODE_LIFETIME, TOKEN_LIFETIME, Purpose
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.rules.sign_in import Policy, Rejected, SignIn
from marketplace.accounts.rules.throttling import WINDOW
from marketplace.accounts.services import people, second_factor, sign_in, throttle, tokens
from marketplace.accounts.services.people import SessionsEnded
from marketplace.accounts.services.vault import Vault
from marketplace.kernel.errors import Conflict, NotFound, Refused, TooMany
from marketplace.mail.models import MailMessage
from tests import factories
from tests.integration.accounts.conftest import PASSWORD


@pytest.fixture
def door(city):
    seen = set()

    class Door:
        """The sign-in services as somebody at the door sees them."""

        def _at(self, address=None):
            return {"address": address or city.address, "vault": city.vault, "now": city.now}

        def password(self, login="owner@demo.test", password=PASSWORD, address=None):
            return sign_in.authenticate_password(city.session, login=login, password=password, **self._at(address))

        def code(self, code, login="owner@demo.test"):
            return sign_in.authenticate_code(city.session, login=login, code=code, **self._at())

        def send(self, login="owner@demo.test", purpose=Purpose.SIGN_IN):
            sign_in.request_code(city.session, login=login, purpose=purpose, **self._at())
            query = sa.select(MailMessage).where(MailMessage.template == "one_time_code")
            sent = [message for message in city.session.scalars(query) if message.id not in seen]
            seen.update(message.id for message in sent)
            return sent[0].context["code"] if sent else None

        def totp(self, person_id, code):
            return second_factor.verify_totp(city.session, person_id=person_id, code=code, **self._at())

        def recovery(self, person_id, code):
            return second_factor.use_recovery_code(city.session, person_id=person_id, code=code, **self._at())

        def enrol(self, actor):
            enrolment = second_factor.enrol_totp(
                city.session, actor=actor, issuer="City", vault=city.vault, now=city.now
            )
            codes = second_factor.confirm_totp(
                city.session, actor=actor, code=TOTP(enrolment.secret).at(city.now), **self._at()
            )
            return enrolment.secret, codes

    return Door()


def another(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_right_password_opens(city, door):
    owner = city.register()
    assert door.password("Owner@Demo.test") == SignIn(owner.person, 0, needs_second_factor=False, must_enrol=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "over the Friendship bridge"},
        {"password": ""},
        {"password": "x" * 100_000},
        {"password": "\ud800\x00"},
        {"login": "nobody@demo.test"},
        {"login": "not a login"},
        {"login": "\x00"},
    ],
)
def test_wrong_and_unknown_answer_alike(city, door, wrong):
    city.register()
    assert door.password(**wrong) == Rejected("wrong_login")


def test_every_failure_counts_and_success_forgives_the_pair(city, door):
    city.register()
    for _ in range(4):
        door.password(password="wrong")
    assert isinstance(door.password(), SignIn)
    left = city.session.scalars(sa.select(LoginCounter.bucket)).all()
    assert [name.split(":")[0] for name in left] == ["address"]


def test_guessing_is_slowed_more_and_more(city, door):
    city.register()
    for _ in range(5):
        assert door.password(password="wrong") == Rejected()
    with pytest.raises(TooMany) as refusal:
        door.password()
    assert refusal.value.facts == {"retry_after": 15}
    city.later(seconds=15)
    door.password(password="wrong")
    with pytest.raises(TooMany) as refusal:
        door.password()
    assert refusal.value.facts == {"retry_after": 30}


def test_the_owner_elsewhere_is_hardly_delayed(city, door):
    city.register()
    for n in range(60):
        for address in (f"198.51.100.{n}", f"203.0.113.{n}"):
            city.later(seconds=31)
            door.password(password="wrong", address=address)
    with pytest.raises(TooMany) as refusal:
        door.password(address="192.0.2.77")
    assert refusal.value.facts["retry_after"] <= 30
    city.later(seconds=30)
    assert isinstance(door.password(address="192.0.2.77"), SignIn)


def test_many_names_from_one_address_are_slowed_too(city, door):
    for n in range(30):
        door.password(login=f"guess{n}@demo.test")
    with pytest.raises(TooMany):
        door.password(login="guess31@demo.test")
    assert door.password(login="guess31@demo.test", address="198.51.100.1") == Rejected()


def test_a_day_later_all_is_forgotten(city, door):
    for _ in range(6):
        city.later(minutes=16)
        door.password(password="wrong")
    city.later(seconds=WINDOW.total_seconds())
    assert door.password(password="wrong") == Rejected()
    assert city.session.scalars(sa.select(LoginCounter.count)).all() == [1, 1, 1]
    throttle.sweep(city.session, now=city.later(seconds=WINDOW.total_seconds()))
    assert city.session.scalars(sa.select(LoginCounter)).all() == []


def test_counters_name_nobody(city, door):
    door.password(login="secret@demo.test", address="192.0.2.99")
    names = " ".join(city.session.scalars(sa.select(LoginCounter.bucket)))
    assert "secret" not in names
    assert "192.0.2.99" not in names


def test_where_limits_are_off_nothing_is_counted(city, door):
    city.vault = Vault("k" * 40, policy=Policy(True, True, throttled=False), cheap=True)
    for _ in range(40):
        assert door.password(password="wrong") == Rejected()


def test_hashes_grow_with_the_times(city, door):
    owner = city.register()
    weak = city.session.get_one(Person, owner.person).password_hash
    city.vault = Vault("k" * 40, policy=city.vault.policy)
    assert isinstance(door.password(), SignIn)
    strong = city.session.get_one(Person, owner.person).password_hash
    assert weak != strong
    assert "m=19456,t=2,p=1" in strong


def test_a_code_opens_once(city, door):
    owner = city.register("+856 20 5512 3456")
    code = door.send("+85620 55123456")
    assert door.code(another(code), "+85620 55123456") == Rejected("wrong_code")
    assert door.code(f"{code[:3]} {code[3:]}", "+85620 55123456") == SignIn(owner.person, 0, False, False)
    assert door.code(code, "+85620 55123456") == Rejected("wrong_code")
    assert queries.get_person(city.session, person_id=owner.person).confirmed


def test_a_code_is_for_one_purpose_for_ten_minutes_until_the_next(city, door):
    city.register()
    first = door.send()
    second = door.send()
    assert first == second or door.code(first) == Rejected("wrong_code")
    reset = door.send(purpose=Purpose.RESET_PASSWORD)
    assert reset == second or door.code(reset) == Rejected("wrong_code")
    city.later(seconds=CODE_LIFETIME.total_seconds())
    assert door.code(second) == Rejected("wrong_code")
    sign_in.sweep_codes(city.session, now=city.now)
    assert city.session.scalars(sa.select(OneTimeCode)).all() == []


def test_a_code_bears_five_tries(city, door):
    city.vault = Vault("k" * 40, policy=Policy(True, True, throttled=False), cheap=True)
    city.register()
    code = door.send()
    for _ in range(CODE_ATTEMPTS):
        assert door.code(another(code)) == Rejected("wrong_code")
    assert door.code(code) == Rejected("wrong_code")


def test_an_unknown_name_gets_no_code_and_leaves_the_same_trace(city, door):
    assert door.send("nobody@demo.test") is None
    assert len(city.session.scalars(sa.select(OneTimeCode)).all()) == 1
    with pytest.raises(Refused):
        door.send("nobody")


def test_codes_are_not_sent_without_end(city, door):
    city.register()
    for _ in range(3):
        door.send()
    with pytest.raises(TooMany) as refusal:
        door.send()
    assert refusal.value.facts == {"retry_after": 60}


def reset(city, code, chosen="a quay at the river bend"):
    return sign_in.reset_password(
        city.session,
        login="owner@demo.test",
        code=code,
        new_password=chosen,
        address=city.address,
        vault=city.vault,
        now=city.now,
    )


def test_a_forgotten_password_is_set_anew_and_old_sessions_end(city, door):
    owner = city.register()
    token = tokens.issue_token(city.session, person_id=owner.person, company_id=owner.company_id, now=city.now)
    code = door.send(purpose=Purpose.RESET_PASSWORD)
    with pytest.raises(Refused):
        reset(city, code, "owner@demo")
    assert reset(city, another(code)) == Rejected("wrong_code")
    assert reset(city, code) == SignIn(owner.person, 1, False, False)
    assert door.password() == Rejected()
    assert isinstance(door.password(password="a quay at the river bend"), SignIn)
    wanted = {"person_id": owner.person, "company_id": owner.company_id}
    assert acting.session_actor(city.session, epoch=0, **wanted) is None
    assert acting.session_actor(city.session, epoch=1, **wanted) == owner
    assert factories.bearer(city.session, token=token, now=city.now) is None


def test_a_password_is_changed_by_who_knows_it(city, door):
    owner = city.register()
    facts = {"actor": owner, "address": city.address, "vault": city.vault, "now": city.now}
    new = "a quay at the river bend"
    assert people.change_password(city.session, current_password="wrong", new_password=new, **facts) == Rejected(
        "wrong_password"
    )
    with pytest.raises(Refused) as refusal:
        people.change_password(city.session, current_password=PASSWORD, new_password="short", **facts)
    assert refusal.value.errors[0].field == "new_password"
    assert people.change_password(
        city.session, current_password=PASSWORD, new_password=new, **facts
    ) == people.SessionsEnded(1)
    assert isinstance(door.password(password=new), SignIn)


def test_sessions_can_be_ended(city):
    owner = city.register()
    assert people.end_sessions(city.session, actor=owner, now=city.now) == people.SessionsEnded(1)
    assert acting.session_actor(city.session, person_id=owner.person, company_id=None, epoch=0) is None


def test_staff_must_set_up_a_second_factor_and_then_need_it(city, door):
    admin = city.register(kind=CompanyKind.OPERATOR)
    assert door.password() == SignIn(admin.person, 0, needs_second_factor=False, must_enrol=True)
    secret, codes = door.enrol(admin)
    assert len(set(codes)) == 10
    assert door.password() == SignIn(admin.person, 0, needs_second_factor=True, must_enrol=False)
    city.later(seconds=60)
    code = TOTP(secret).at(city.now)
    assert door.totp(admin.person, code) == SignIn(admin.person, 0, False, False)
    assert door.totp(admin.person, code) == Rejected("wrong_code")
    assert queries.get_person(city.session, person_id=admin.person).has_totp


def test_the_secret_is_sealed(city, door):
    owner = city.register()
    secret, _ = door.enrol(owner)
    sealed = city.session.get_one(Person, owner.person).totp_sealed
    assert secret not in sealed
    assert city.vault.unseal(sealed) == secret


def test_a_recovery_code_is_spent(city, door):
    owner = city.register()
    _, codes = door.enrol(owner)
    assert door.recovery(owner.person, codes[0].lower().replace("-", " ")) == SignIn(owner.person, 0, False, False)
    assert door.recovery(owner.person, codes[0]) == Rejected("wrong_code")
    assert isinstance(door.recovery(owner.person, codes[1]), SignIn)


def test_second_factors_are_throttled(city, door):
    owner = city.register()
    door.enrol(owner)
    for _ in range(5):
        assert door.totp(owner.person, "000000") == Rejected("wrong_code")
    with pytest.raises(TooMany):
        door.recovery(owner.person, "AAAAA-AAAAA")


def test_an_app_is_confirmed_before_it_counts_and_removed_by_its_code(city, door):
    owner = city.register()
    facts = {"actor": owner, "address": city.address, "vault": city.vault}
    with pytest.raises(Conflict, match="totp_missing"):
        second_factor.confirm_totp(city.session, code="123456", now=city.now, **facts)
    with pytest.raises(Conflict, match="totp_missing"):
        second_factor.remove_totp(city.session, code="123456", now=city.now, **facts)
    begun = second_factor.enrol_totp(city.session, actor=owner, issuer="City", vault=city.vault, now=city.now)
    assert begun.uri.startswith("otpauth://totp/City:owner%40demo.test?")
    wrong = another(TOTP(begun.secret).at(city.now))
    assert second_factor.confirm_totp(city.session, code=wrong, now=city.now, **facts) == Rejected("wrong_code")
    assert door.password() == SignIn(owner.person, 0, False, False)
    secret, _ = door.enrol(owner)
    with pytest.raises(Conflict, match="totp_active"):
        door.enrol(owner)
    city.later(seconds=60)
    code = TOTP(secret).at(city.now)
    assert second_factor.remove_totp(city.session, code=another(code), now=city.now, **facts) == Rejected("wrong_code")
    assert second_factor.remove_totp(city.session, code=code, now=city.now, **facts) == SessionsEnded(1)
    assert door.password() == SignIn(owner.person, 1, False, False)


def test_a_token_acts_until_it_is_revoked_or_old(city):
    owner = city.register()
    issue = {"person_id": owner.person, "company_id": owner.company_id}
    token = tokens.issue_token(city.session, **issue, now=city.now)
    other = tokens.issue_token(city.session, **issue, now=city.later(seconds=1))
    assert token.startswith("acc_")
    assert factories.bearer(city.session, token=token, now=city.now) == owner
    for wrong in ("", "acc_", token[:-1], token + "x", "\ud800"):
        assert factories.bearer(city.session, token=wrong, now=city.now) is None
    newest, oldest = let_in.tokens(city.session, person_id=owner.person, now=city.now)
    assert token.startswith(oldest.prefix)
    tokens.revoke_token(city.session, actor=owner, token_id=oldest.id, now=city.now)
    assert factories.bearer(city.session, token=token, now=city.now) is None
    tokens.revoke_current(city.session, actor=owner, token=other, now=city.now)
    assert let_in.tokens(city.session, person_id=owner.person, now=city.now) == ()
    third = tokens.issue_token(city.session, **issue, now=city.now)
    assert factories.bearer(city.session, token=third, now=city.now + TOKEN_LIFETIME) is None
    assert newest.last_used_at is None


def test_the_use_of_a_token_is_noted_once_an_hour(city):
    owner = city.register()
    token = tokens.issue_token(city.session, person_id=owner.person, company_id=None, now=city.now)
    assert tokens.note_token_used(city.session, token=token, now=city.now)
    assert not tokens.note_token_used(city.session, token=token, now=city.now + timedelta(minutes=59))
    assert tokens.note_token_used(city.session, token=token, now=city.now + timedelta(hours=24))


def test_tokens_are_for_one_s_own_companies_and_one_s_own_to_revoke(city):
    owner, stranger = city.register(), city.register("stranger@demo.test")
    with pytest.raises(NotFound):
        tokens.issue_token(city.session, person_id=owner.person, company_id=stranger.company_id, now=city.now)
    tokens.issue_token(city.session, person_id=owner.person, company_id=owner.company_id, now=city.now)
    (row,) = let_in.tokens(city.session, person_id=owner.person, now=city.now)
    with pytest.raises(NotFound):
        tokens.revoke_token(city.session, actor=stranger, token_id=row.id, now=city.now)
    with pytest.raises(NotFound):
        tokens.revoke_current(city.session, actor=owner, token="acc_unknown", now=city.now)
