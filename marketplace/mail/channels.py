"""The ways out: a folder of .eml files, or an SMTP server."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from marketplace.kernel.errors import Unavailable
from marketplace.mail.rules import Channel, one_line

_PATIENCE: Final = 20  # seconds for the mail server to answer
_NEWEST: Final = 200


class Undeliverable(Exception):
    """The server refuses this message for good; trying again would not help."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered message on its way."""

    id: UUID
    to: str
    channel: Channel
    locale: str
    subject: str
    body: str
    at: datetime


class Outlet(Protocol):
    """What delivers letters: raises Unavailable to be asked again, Undeliverable when it never will."""

    def deliver(self, letter: Letter) -> None:
        """Hand over one letter; doing it twice must be harmless or recognisable by the letter's id."""
        ...

    def forget(self, letter_id: UUID) -> None:
        """Delete what this outlet itself still keeps of a letter."""
        ...


Outlets = Mapping[Channel, Outlet]


class _Policy(EmailPolicy):
    """Python's own, but for subjects: where it folds one between two words that need encoding, it loses the blank."""

    def fold(self, name: str, value: str) -> str:
        """Write a header in lines of at most 78 characters."""
        if name != "Subject":
            return super().fold(name, value)
        return f"{name}: {Header(str(value), header_name=name).encode(linesep=self.linesep)}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Write a header as bytes."""
        return self.fold(name, value).encode("ascii") if name == "Subject" else super().fold_binary(name, value)


_POLICY: Final = _Policy(linesep="\r\n")  # pyrefly: ignore[no-matching-overload]  of a class of ours no overload is


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Write a letter as a mail; its id is the Message-ID, so that a second delivery can be recognised."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = one_line(letter.to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["X-Channel"] = letter.channel.value
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)  # this drops every Content- header set before
    message["Content-Language"] = one_line(letter.locale).replace("_", "-")
    return message


@dataclass(frozen=True, slots=True)
class EmlFolder:
    """Writes letters as .eml files, named after their ids, so a repeated delivery is the same file."""

    folder: Path
    sender: str

    def deliver(self, letter: Letter) -> None:
        """Write the file, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f".{letter.id}.partial"
        partial.write_bytes(bytes(compose(letter, self.sender)))
        partial.replace(self.folder / f"{letter.id}.eml")

    def forget(self, letter_id: UUID) -> None:
        """Delete the file, where there is one."""
        (self.folder / f"{letter_id}.eml").unlink(missing_ok=True)

    def newest(self, size: int = _NEWEST) -> tuple[Letter, ...]:
        """Read the newest letters back, for the demo's mail page."""
        # Ids made from a key say nothing about the time.
        paths = sorted(self.folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
        return tuple(_read(path) for path in paths[:size])


@dataclass(frozen=True, slots=True)
class Smtp:
    """Sends letters through a server: ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://``.

    A password goes over TLS alone: who offers no STARTTLS, or has it taken out on the way, gets none.
    """

    url: str
    sender: str
    is_plain: bool = False  # on this machine a password may go without TLS

    def __post_init__(self) -> None:
        """Refuse at the start what could not be sent safely later."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            msg = "CITY_SMTP_URL is smtp://user:password@host:587 (with STARTTLS) or smtps://user:password@host:465"
            raise ValueError(msg)
        if self.is_plain and not _is_here(parts.hostname):
            msg = f"CITY_SMTP_PLAIN is for a mail server on this machine; {parts.hostname} needs TLS"
            raise ValueError(msg)

    def deliver(self, letter: Letter) -> None:
        """Send one letter over a connection of its own."""
        try:
            with self._connected() as server:
                server.send_message(compose(letter, self.sender), from_addr=self.sender, to_addrs=[letter.to])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
            if _is_final(error):
                raise Undeliverable from None
            raise Unavailable("mail") from None
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable("mail", error=type(error).__name__) from None

    def forget(self, letter_id: UUID) -> None:
        """Keep nothing: what a mail server took is the reader's."""

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        secure = ssl.create_default_context()
        server: smtplib.SMTP
        is_private = parts.scheme == "smtps" or self.is_plain
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_PATIENCE, context=secure)
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=_PATIENCE)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=secure)
                server.ehlo()
                is_private = True
        if parts.username:
            if not is_private:
                server.close()
                raise Unavailable("mail", error="no_starttls")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def outlets(*, folder: Path, smtp_url: str, sender: str, is_plain: bool = False) -> dict[Channel, Outlet]:
    """Return the ways out of a city: mails by SMTP where a server is set, everything else as files."""
    files = EmlFolder(folder, sender)
    return {Channel.MAIL: Smtp(smtp_url, sender, is_plain) if smtp_url else files, Channel.TEXT: files}


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_final(error: smtplib.SMTPException) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return not isinstance(error, smtplib.SMTPResponseException) or error.smtp_code >= 500


def _read(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return Letter(
        id=UUID(path.stem),
        to=str(message["To"]),
        channel=Channel(str(message["X-Channel"])),
        locale=str(message["Content-Language"]),
        subject=str(message["Subject"]),
        body=body.get_content() if body else "",
        at=message["Date"].datetime,
    )
