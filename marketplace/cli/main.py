"""Every command of ``city``, in one list; a command is loaded when it is called."""

import pkgutil
from typing import Final

import click

from marketplace.kernel.loading import program

_COMMANDS: Final = {
    "audit": "audit:audit",
    "backup": "backup:backup",
    "check": "check:check",
    "company": "setup:company",
    "db": "database:db_group",
    "demo": "run:demo",
    "export": "export:export",
    "import": "import_:import_sheet",
    "reindex": "reindex:reindex",
    "replay": "replay:replay",
    "restore": "backup:restore",
    "seed": "seed:seed",
    "serve": "run:serve",
    "setup": "setup:setup",
    "user": "user:user",
    "worker": "run:worker",
}


class Commands(click.Group):
    """Finds a command by its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return every name."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command, None for a name that there is not."""
        if cmd_name not in _COMMANDS:
            return None
        with program():
            return pkgutil.resolve_name(f"marketplace.cli.{_COMMANDS[cmd_name]}")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def city() -> None:
    """Run and look after a commodity city."""
