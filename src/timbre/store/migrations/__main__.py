"""Writes the next migration: what `tables.py` says now, and the last migration does not."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from timbre.store.database import MIGRATIONS


def main(name: str) -> int:
    """Numbers it after the last. What it wrote is to be read before it is kept: a rename looks like a loss."""
    if not name.strip():
        print("Say what changes: make migration NAME=voice_tags", file=sys.stderr)
        return 2
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head() or "0"
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'new.db'}")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            command.revision(config, name, autogenerate=True, rev_id=f"{int(head) + 1:04d}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
