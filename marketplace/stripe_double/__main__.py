"""``python -m marketplace.stripe_double --port 12111 --data FILE``: the stand-in on loopback, for tests from outside.

Point a city at it with ``CITY_STRIPE_API_KEY=sk_test_double`` and ``CITY_STRIPE_URL``.
"""

import argparse
import threading
from pathlib import Path

from werkzeug.serving import make_server

from marketplace.stripe_double.double import Double
from marketplace.stripe_double.server import create_server, post

_BEAT = 1.0


def main() -> None:
    """Serve until interrupted; notices go out every second."""
    parser = argparse.ArgumentParser(prog="python -m marketplace.stripe_double", description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--data", type=Path, default=Path("var/stripe_double.sqlite3"), help="the SQLite file")
    options = parser.parse_args()
    base_url = f"http://127.0.0.1:{options.port}"
    double = Double(options.data, base_url=base_url)
    server = make_server("127.0.0.1", options.port, create_server(double), threaded=True)
    over = threading.Event()
    threading.Thread(target=_deliver, args=(double, over), daemon=True).start()
    print(f"demo payments at {base_url}, key sk_test_double", flush=True)  # noqa: T201  told to the person at the terminal
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        over.set()


def _deliver(double: Double, over: threading.Event) -> None:
    while not over.wait(_BEAT):
        double.pass_time()
        double.deliver(post)


if __name__ == "__main__":
    main()
