"""``python -m marketplace`` and ``city``: hands over to the command line, with what stands above it."""

from flask import Flask

from marketplace.cli.main import city
from marketplace.cli.wiring import City
from marketplace.config import Settings
from marketplace.kernel.loading import program


def _create_app() -> Flask:
    with program():
        from marketplace.app import create_app
    return create_app()


def _supervise(settings: Settings) -> None:
    from marketplace.worker.supervisor import supervise

    supervise(settings)


def _consume(app: Flask) -> None:
    from marketplace.worker.consumer import consume

    consume(app)


def main() -> None:
    """Run the command line; a command loads what it needs and no more."""
    city(prog_name="city", obj=City(create_app=_create_app, supervise=_supervise, consume=_consume))


if __name__ == "__main__":
    main()
