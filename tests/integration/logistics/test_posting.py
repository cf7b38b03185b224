"""Events go to the very address that was checked, of the public network alone, under the certificate of the name."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from marketplace.logistics.tracing.posting import Poster
from tests.integration.files.test_fetching import HOST, certificate
from tests.support.receiving import receiving


class Takes(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """A TLS server on this machine; gives its port and the file of its authority."""
    chain, key = certificate(tmp_path_factory.mktemp("tls"), HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Takes) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, str(chain)
        server.shutdown()
        thread.join()


def posted(url, **options):
    given = {"inside": True, "resolve": lambda _host, _port: ["127.0.0.1"], **options}
    return Poster(**given).post(url, b"{}", {"Content-Type": "application/json"})


def test_an_address_is_asked_under_the_certificate_of_its_name(secured):
    port, authority = secured
    assert posted(f"https://{HOST}:{port}/", authority=authority) == 202
    assert posted(f"https://other.example:{port}/", authority=authority) is None
    assert posted(f"https://{HOST}:{port}/") is None


def test_a_name_that_leads_inside_is_not_asked():
    with receiving() as program:
        for found in (["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:127.0.0.1"], []):
            assert posted("https://hooks.example/", inside=False, resolve=lambda *_, found=found: found) is None
        for url in (program.url, "https://127.0.0.1/", "https://localhost:8443/"):
            assert posted(url, inside=False) is None
        assert program.came == []
        assert posted(program.url) == 204


def test_what_cannot_be_reached_is_no_answer():
    def unknown(_host, _port):
        raise OSError

    assert posted("http://nowhere.example/", resolve=unknown) is None
    assert posted("http://127.0.0.1:9/") is None
