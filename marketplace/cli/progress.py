"""Tell on one line how far long work is."""

import click


def progress(what: str, done: int, total: int) -> None:
    """Write the line anew, and end it with the last of the total."""
    click.echo(f"\r{what}: {done:,} of {total:,}", nl=done >= total, err=True)
