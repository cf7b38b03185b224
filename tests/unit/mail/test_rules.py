"""Which addresses are addresses, and that a header is one line."""

import email
from datetime import UTC, datetime
from email import policy
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.mail import rules
from marketplace.mail.channels import Letter, compose
from marketplace.mail.rules import Channel

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@pytest.mark.parametrize("to", ["buyer@demo.test", "nguyễn@ví-dụ.vn", "a+b@c.d"])
def test_mail_addresses(to):
    assert rules.check_address(Channel.MAIL, to) == to


@pytest.mark.parametrize(
    "to", ["", "a", "a@", "@b", "a@b\n", "a@b\r\nBcc: c@d", "a b@c", "a@b,c@d", "<a@b>", "a@b\x00", "a" * 65 + "@b"]
)
def test_what_is_no_mail_address_is_refused(to):
    with pytest.raises(Refused) as refusal:
        rules.check_address(Channel.MAIL, to)
    assert refusal.value.errors[0].field == "to"


def test_phone_numbers_are_e164():
    assert rules.check_address(Channel.TEXT, "+8613800138000") == "+8613800138000"
    for to in ("13800138000", "+0123456", "+86 138", "+12345", "+1234567890123456", "+٨٦١٣٨٠٠", "a@b.test"):
        with pytest.raises(Refused):
            rules.check_address(Channel.TEXT, to)


@pytest.mark.parametrize(
    "subject",
    [
        "Đơn hàng ORD-89Q3-JW4N của bạn đã được đặt",
        "đơn " * 30 + "x",
        "订单 ORD 已 下 单 " * 8 + "好",
        "Plain words " * 12 + "x",
    ],
)
def test_a_subject_keeps_every_blank_wherever_it_is_folded(subject):
    letter = Letter(UUID(int=7), "a@b.test", Channel.MAIL, "vi", subject, "body", datetime(2026, 3, 1, tzinfo=UTC))
    content = bytes(compose(letter, "city@city.test"))
    assert email.message_from_bytes(content, policy=policy.default)["Subject"] == subject
    assert max(len(line) for line in content.split(b"\r\n")) <= 78


@given(ANY_TEXT, ANY_TEXT)
def test_no_text_makes_a_header_of_its_own(subject, body):
    letter = Letter(UUID(int=7), "a@b.test", Channel.MAIL, "zh", subject, body, datetime(2026, 3, 1, tzinfo=UTC))
    read = email.message_from_bytes(bytes(compose(letter, "city@city.test")), policy=policy.default)
    assert len(read.keys()) == len(set(read.keys())) == 11
    assert read["To"] == "a@b.test"
    assert str(read["Subject"]).split() == rules.one_line(subject).split()
