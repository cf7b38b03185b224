"""Files are fetched from a real TLS server: what is wrong with it is said, and nothing of our own house is asked."""

import datetime as dt
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from marketplace.files.addresses import is_public
from marketplace.files.fetching import Fetcher, addresses_of
from marketplace.kernel.errors import Refused

HOST = "pictures.test"
MOST = 200_000


class Answers(BaseHTTPRequestHandler):
    """Answers by the path that is asked."""

    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self):
        self.asked.append((self.path, dict(self.headers)))
        kind, _, rest = self.path.strip("/").partition("/")
        getattr(self, f"_{kind}")(rest)

    def _give(self, content, *, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(length if length is not None else len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _good(self, rest):
        self._give(b"picture" + rest.encode())

    def _large(self, _rest):
        self._give(b"x" * (MOST + 1))

    def _endless(self, _rest):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(1_000):
                self.wfile.write(b"x" * 10_000)
        except OSError:
            pass

    def _slow(self, _rest):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            pass

    def _gone(self, _rest):
        self.send_error(404)

    def _onward(self, rest):
        self.send_response(302)
        self.send_header("Location", rest.replace("!", "/"))
        self.end_headers()

    def _round(self, _rest):
        self.send_response(307)
        self.send_header("Location", "/round")
        self.end_headers()

    def log_message(self, *_args):
        pass


def certificate(folder, host):
    """Write a certificate of a host that is its own authority; return its file and that of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A TLS server on this machine; gives its port and the file of its authority."""
    folder = tmp_path_factory.mktemp("tls")
    chain, key = certificate(folder, HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, str(chain)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fetcher(served):
    """A fetcher to which the server's address counts as public: handed in here, settable nowhere else."""
    port, authority = served
    Answers.asked.clear()

    def made(**options):
        given = {"resolve": lambda _host, _port: ["127.0.0.1"], "allows": lambda address: address == "127.0.0.1"}
        return Fetcher(**{"port": port, "authority": authority, **given, **options})

    return made


def url(served, path, host=HOST):
    return f"https://{host}:{served[0]}{path}"


def code(fetch):
    with pytest.raises(Refused) as refused:
        fetch()
    return refused.value.errors[0].code


def test_a_file_is_fetched_by_the_name_over_the_address_that_was_checked(fetcher, served, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert fetcher().fetch(url(served, "/good/1?size=2"), most=MOST) == b"picture1?size=2"
    ((path, headers),) = Answers.asked
    assert (path, headers["Host"]) == ("/good/1?size=2", f"{HOST}:{served[0]}")
    assert not headers.keys() & {"Cookie", "Authorization", "Referer"}


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
def test_nothing_inside_is_asked(fetcher, served, address):
    inside = fetcher(resolve=lambda _host, _port: [address], allows=is_public)
    assert code(lambda: inside.fetch(url(served, "/good/1"), most=MOST)) == "url_inside"
    mixed = fetcher(resolve=lambda _host, _port: ["1.1.1.1", address], allows=is_public)
    assert code(lambda: mixed.fetch(url(served, "/good/1"), most=MOST)) == "url_inside"
    assert Answers.asked == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0x7f.1", "2130706433", "[::1]"])
def test_a_city_asks_none_of_its_own_names(host):
    assert code(lambda: Fetcher().fetch(f"https://{host}/a.jpg", most=MOST)) in {"url_inside", "url_failed"}


def test_a_name_cannot_change_its_address_after_it_was_checked(fetcher, served):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    rebinding = fetcher(resolve=lambda _host, _port: next(answers))
    assert rebinding.fetch(url(served, "/good/1"), most=MOST) == b"picture1"
    assert next(answers) == ["10.0.0.1"]  # the name was looked up once


def test_a_redirect_is_checked_as_a_new_address(fetcher, served):
    assert fetcher().fetch(url(served, "/onward/!good!2"), most=MOST) == b"picture2"
    assert code(lambda: fetcher().fetch(url(served, "/onward/http:!!pictures.test!good!1"), most=MOST)) == "url_kind"
    assert code(lambda: fetcher().fetch(url(served, "/round"), most=MOST)) == "url_redirects"
    assert len([path for path, _ in Answers.asked if path == "/round"]) == 4
    inside = fetcher(resolve=lambda host, _port: ["127.0.0.1" if host == HOST else "10.0.0.1"])
    onward = f"/onward/https:!!inside.test:{served[0]}!good!1"
    assert code(lambda: inside.fetch(url(served, onward), most=MOST)) == "url_inside"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/large", "url_large"), ("/endless", "url_large"), ("/gone", "url_status")],
)
def test_what_is_no_file_of_the_size_is_refused(fetcher, served, path, expected):
    assert code(lambda: fetcher().fetch(url(served, path), most=MOST)) == expected


def test_nobody_waits_for_a_server_that_drips(fetcher, served):
    begun = time.monotonic()
    assert code(lambda: fetcher(patience=0.5).fetch(url(served, "/slow"), most=MOST)) in {"url_slow", "url_failed"}
    assert time.monotonic() - begun < 5


def test_the_certificate_has_to_be_that_of_the_name(fetcher, served):
    assert code(lambda: fetcher().fetch(url(served, "/good/1", "other.test"), most=MOST)) == "url_failed"
    assert code(lambda: fetcher(authority=None).fetch(url(served, "/good/1"), most=MOST)) == "url_failed"


def test_a_host_that_is_not_known_is_told(fetcher, served):
    def unknown(_host, _port):
        raise socket.gaierror

    assert code(lambda: fetcher(resolve=unknown).fetch(url(served, "/good/1"), most=MOST)) == "url_failed"
    assert addresses_of("127.0.0.1", 443) == ["127.0.0.1"]
