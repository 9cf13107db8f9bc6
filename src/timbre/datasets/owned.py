"""Whose a dataset is."""

import re

from sqlalchemy.orm import Session

from timbre.errors import UnknownDataset
from timbre.store.tables_training import DatasetRow

ID = re.compile(r"[a-z]-[0-9a-f]{24}")
"""What our ids look like: no database need be asked for another."""


def dataset(session: Session, dataset_id: str, owner: str | None) -> DatasetRow:
    """Somebody's dataset; owner None: anybody's. Raises errors.UnknownDataset."""
    found = session.get(DatasetRow, dataset_id) if ID.fullmatch(dataset_id) else None
    if found is None or (owner is not None and found.owner != owner):
        raise UnknownDataset(dataset=shown(dataset_id))
    return found


def shown(id: str) -> str:
    """What somebody took for an id, for a sentence."""
    return ascii(id[:60])[1:-1]
