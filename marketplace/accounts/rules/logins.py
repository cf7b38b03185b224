"""Login names: an e-mail address or a phone number, each in the one form that is stored and compared."""

from dataclasses import dataclass
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from marketplace.kernel.errors import Refused
from marketplace.mail.rules import Channel

LONGEST: Final = 254  # RFC 5321


@dataclass(frozen=True, slots=True)
class Login:
    """A login name in its stored form."""

    channel: Channel
    address: str

    @property
    def email(self) -> str | None:
        """The address when it is one of e-mail."""
        return self.address if self.channel is Channel.MAIL else None

    @property
    def phone(self) -> str | None:
        """The number when it is one of a phone, E.164."""
        return self.address if self.channel is Channel.TEXT else None


def parse_email(text: str, *, allow_test: bool = False) -> str:
    """Return the address in lower case, or refuse ``email``; ``.test`` (RFC 2606) only on request."""
    try:
        found = validate_email(text[: LONGEST + 1].strip(), check_deliverability=False, test_environment=allow_test)
    except EmailNotValidError:
        raise Refused.field("email", "email", "name@company.example") from None
    # Case is significant by the letter of RFC 5321 and to nobody who types it.
    return found.normalized.lower()


def parse_phone(text: str, *, country: str | None = None) -> str:
    """Return the number in E.164, or refuse ``phone``; a national number is read in this country."""
    try:
        number = phonenumbers.parse(text[: LONGEST + 1], country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Refused.field("phone", "phone", "+86 138 0013 8000")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_login(text: str, *, country: str | None = None, allow_test: bool = False) -> Login:
    """Return the login name, or refuse ``login``; an at sign tells mail from phone."""
    try:
        if "@" in text:
            return Login(Channel.MAIL, parse_email(text, allow_test=allow_test))
        return Login(Channel.TEXT, parse_phone(text, country=country))
    except Refused:
        raise Refused.field("login", "login", "name@company.example, +86 138 0013 8000") from None


def check_reachable(login: Login, *, sends_texts: bool) -> Login:
    """Return the login name, or refuse a phone number where the city has no way to send text messages."""
    if login.channel is Channel.TEXT and not sends_texts:
        raise Refused.field("login", "no_texts", "name@company.example")
    return login
