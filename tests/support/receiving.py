"""A program of a company that gets events: a real server on this machine that keeps what came, and answers as told."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from marketplace.logistics.tracing.rules import signing


@dataclass
class Receiver:
    """Where it is, what came, and the status that it answers."""

    url: str
    status: int = 204
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def events(self, secret: str) -> list[dict[str, Any]]:
        """Return what came, each with a signature that fits."""
        for headers, body in self.came:
            assert signing.is_genuine(
                secret,
                message_id=headers["webhook-id"],
                timestamp=headers["webhook-timestamp"],
                signatures=headers["webhook-signature"],
                body=body,
                now=datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC),
            )
        return [json.loads(body) for _, body in self.came]


@contextmanager
def receiving():
    """Run a receiver."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Receiver(f"http://127.0.0.1:{server.server_port}/events?from=city")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
