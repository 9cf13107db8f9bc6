"""How Alembic reaches the database: by the connection that `timbre.store.database.Database.upgrade` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from timbre.store import tables_training  # noqa: F401  (its tables are to be known)
from timbre.store.tables import Base, Utc


def written(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """A step that is written down must not change when our own types do."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Utc) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot change a column in place
    render_item=written,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
