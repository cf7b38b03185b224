"""Every command of ``city``, in one list."""

import click

from marketplace.cli.audit import audit
from marketplace.cli.backup import backup, restore
from marketplace.cli.check import check
from marketplace.cli.database import db_group
from marketplace.cli.export import export
from marketplace.cli.import_ import import_sheet
from marketplace.cli.reindex import reindex
from marketplace.cli.run import serve, worker
from marketplace.cli.seed import seed
from marketplace.cli.setup import company, setup
from marketplace.cli.user import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def city() -> None:
    """Run and look after a commodity city."""


_COMMANDS = (
    audit,
    backup,
    check,
    company,
    db_group,
    export,
    import_sheet,
    reindex,
    restore,
    seed,
    serve,
    setup,
    user,
    worker,
)
for command in _COMMANDS:
    city.add_command(command)
