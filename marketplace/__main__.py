"""``python -m marketplace`` and ``city``: hands over to the command line, with what stands above it."""

from marketplace.app import create_app
from marketplace.cli.main import city
from marketplace.cli.wiring import City
from marketplace.worker.consumer import consume
from marketplace.worker.supervisor import supervise


def main() -> None:
    """Run the command line."""
    city(prog_name="city", obj=City(create_app=create_app, supervise=supervise, consume=consume))


if __name__ == "__main__":
    main()
