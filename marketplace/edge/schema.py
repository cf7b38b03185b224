"""The revision of the schema that this code was written for."""

from functools import lru_cache

from marketplace import paths


@lru_cache(maxsize=1)
def head() -> str | None:
    """Return the newest migration, read once a process."""
    from alembic.config import Config  # noqa: PLC0415  asked by a readiness check alone
    from alembic.script import ScriptDirectory  # noqa: PLC0415  likewise

    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()
