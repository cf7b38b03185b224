"""Messages: queued with their act, sent once, wiped, found and erased."""

import socketserver
import threading
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotFound, Refused, Unavailable
from marketplace.kernel.ids import new_id
from marketplace.mail import flows, queries, services
from marketplace.mail.channels import EmlFolder, Smtp, Undeliverable, outlets
from marketplace.mail.rules import STALE_AFTER, Channel, MessageState
from marketplace.outbox import queries as outbox
from marketplace.worker import runner

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def render(template, locale, context):
    return f"{template} {locale}\r\nBcc: thief@evil.test", f"验证码 {context['code']}"


def send(to="buyer@demo.test", channel=Channel.MAIL):
    with unit_of_work() as session:
        return services.send(
            session, to=to, channel=channel, template="login_code", locale="zh", context={"code": "482913"}, now=NOW
        )


def message(message_id):
    reading().rollback()
    return queries.get(reading(), message_id=message_id)


@pytest.mark.parametrize(("to", "channel"), [("buyer@demo.test", "mail"), ("+8613800138000", "text")])
def test_a_job_renders_and_delivers_the_message_once_and_its_code_is_gone(app, monkeypatch, to, channel):
    monkeypatch.setitem(app.extensions, "city.render", render)
    message_id = send(to, Channel(channel))
    (job,) = outbox.jobs(reading())
    assert job.args == {"message": str(message_id)}
    reading().rollback()
    assert runner.run_due(app) == 1
    sent = message(message_id)
    assert (sent.state, sent.context, sent.template) == (MessageState.SENT, {}, "login_code")
    letters = app.extensions["city.outlets"][Channel(channel)].newest()
    (letter,) = [each for each in letters if each.id == message_id]
    assert (letter.to, letter.channel) == (to, channel)
    assert letter.subject == "login_code zh Bcc: thief@evil.test"
    assert "验证码 482913" in letter.body
    flows.deliver(message_id, None, outlets={})  # over: nothing is rendered or sent again
    flows.deliver(new_id(), None, outlets={})  # erased: likewise


def test_an_outage_is_tried_again_and_a_refusal_is_final(app):
    message_id = send()

    class Away:
        def deliver(self, letter):
            raise Unavailable("mail")

    class Refusing:
        def deliver(self, letter):
            raise Undeliverable

    with pytest.raises(Unavailable):
        flows.deliver(message_id, render, outlets={Channel.MAIL: Away()})
    assert message(message_id).context == {"code": "482913"}
    flows.deliver(message_id, render, outlets={Channel.MAIL: Refusing()})
    failed = message(message_id)
    assert (failed.state, failed.context, failed.sent_at) == (MessageState.FAILED, {}, None)


def test_a_stale_message_is_failed_and_wiped(app):
    message_id = send()
    with unit_of_work() as session:
        assert services.expire(session, now=NOW + STALE_AFTER) == 0
        assert services.expire(session, now=NOW + STALE_AFTER + timedelta(seconds=1)) == 1
    assert message(message_id).context == {}


def test_messages_of_an_address_are_found_and_erased(app):
    mine, other = send("me@demo.test"), send("other@demo.test")
    assert [row.id for row in queries.to_addresses(reading(), addresses=["me@demo.test"])] == [mine]
    assert {row.id for row in queries.latest(reading())} == {mine, other}
    with unit_of_work() as session:
        assert services.erase(session, addresses=["me@demo.test"], now=NOW) == 1
    with pytest.raises(NotFound):
        message(mine)
    assert message(other).to == "other@demo.test"


def test_an_erased_message_leaves_no_file_also_where_it_was_on_its_way(app):
    folder = app.extensions["city.outlets"][Channel.MAIL]
    lying, flying = send("me@demo.test"), send("me@demo.test")
    flows.deliver(lying, render, outlets={Channel.MAIL: folder})

    class Slow:
        def deliver(self, letter):
            with unit_of_work() as session:
                services.erase(session, addresses=["me@demo.test"], now=NOW)
            runner.run_due(app)
            folder.deliver(letter)

        forget = staticmethod(folder.forget)

    flows.deliver(flying, render, outlets={Channel.MAIL: Slow()})
    assert not {lying, flying} & {letter.id for letter in folder.newest()}


def test_what_is_no_address_is_refused_before_anything_is_queued(app):
    with pytest.raises(Refused):
        send("a@b\r\nBcc: c@d")
    assert queries.latest(reading()) == ()
    assert outbox.jobs(reading()) == ()


class MailServer(socketserver.StreamRequestHandler):
    """Speaks enough SMTP to take or refuse a mail."""

    def handle(self):
        self.wfile.write(b"220 test\r\n")
        for raw in self.rfile:
            line = raw.decode().strip()
            verb = line[:4].upper()
            if verb == "DATA":
                self.wfile.write(b"354 go on\r\n")
                taken = []
                for piece in self.rfile:
                    if piece == b".\r\n":
                        break
                    taken.append(piece)
                self.server.taken.append(b"".join(taken))
                self.wfile.write(b"250 taken\r\n")
            elif verb == "RCPT" and self.server.answer:
                self.wfile.write(self.server.answer)
            elif verb == "AUTH":
                self.server.secrets.append(line)
                self.wfile.write(b"235 welcome\r\n")
            elif verb == "EHLO":
                self.wfile.write(b"250-test\r\n250 AUTH PLAIN\r\n")
            elif verb == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mail_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        server.taken, server.secrets, server.answer = [], [], b""
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_smtp_delivers_and_tells_outages_from_refusals(app, mail_server, tmp_path):
    url = f"smtp://127.0.0.1:{mail_server.server_address[1]}"
    ways = outlets(folder=tmp_path, smtp_url=url, sender="city@city.test")
    assert isinstance(ways[Channel.TEXT], EmlFolder)
    first, second, third = send(), send(), send()
    flows.deliver(first, render, outlets=ways)
    assert f"Message-ID: <{first}@city.test>".encode() in mail_server.taken[0]
    assert b"\r\nBcc:" not in mail_server.taken[0]
    mail_server.answer = b"450 later\r\n"
    with pytest.raises(Unavailable):
        flows.deliver(second, render, outlets=ways)
    mail_server.answer = b"550 nobody here\r\n"
    flows.deliver(third, render, outlets=ways)
    assert [message(each).state for each in (first, second, third)] == ["sent", "queued", "failed"]
    mail_server.shutdown()
    mail_server.server_close()
    with pytest.raises(Unavailable):
        flows.deliver(second, render, outlets={Channel.MAIL: Smtp(url, "city@city.test")})


def test_a_password_goes_to_no_server_without_tls(app, mail_server, tmp_path):
    url = f"smtp://city:wine@127.0.0.1:{mail_server.server_address[1]}"
    waiting = send()
    with pytest.raises(Unavailable) as refusal:
        flows.deliver(waiting, render, outlets=outlets(folder=tmp_path, smtp_url=url, sender="city@city.test"))
    assert refusal.value.facts["error"] == "no_starttls"
    assert (mail_server.secrets, mail_server.taken, message(waiting).state) == ([], [], "queued")
    here = outlets(folder=tmp_path, smtp_url=url, sender="city@city.test", is_plain=True)
    flows.deliver(waiting, render, outlets=here)
    assert (len(mail_server.secrets), message(waiting).state) == (1, "sent")


@pytest.mark.parametrize(
    ("url", "is_plain", "said"),
    [
        ("smtp://city:wine@mail.example:25", True, "CITY_SMTP_PLAIN"),
        ("smtp://city:wine@192.0.2.7", True, "CITY_SMTP_PLAIN"),
        ("mail.example:587", False, "CITY_SMTP_URL"),
        ("http://mail.example", False, "CITY_SMTP_URL"),
        ("smtp://", False, "CITY_SMTP_URL"),
    ],
)
def test_an_unsafe_mail_server_is_refused_at_the_start(tmp_path, url, is_plain, said):
    with pytest.raises(ValueError, match=said) as refusal:
        outlets(folder=tmp_path, smtp_url=url, sender="city@city.test", is_plain=is_plain)
    assert "wine" not in str(refusal.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_may_be_spoken_to_in_plain(tmp_path, host):
    assert outlets(folder=tmp_path, smtp_url=f"smtp://u:p@{host}", sender="c@city.test", is_plain=True)
