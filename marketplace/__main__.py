"""``python -m marketplace`` and ``city``: hands over to the command line."""

from marketplace.cli.main import city


def main() -> None:
    """Run the command line."""
    city(prog_name="city")


if __name__ == "__main__":
    main()
