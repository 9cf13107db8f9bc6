"""How a dataset is made: the settings' figures, and what differs for this one."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError, create_model

from timbre.errors import BadDataset
from timbre.settings import Settings, settings
from timbre.settings.datasets import DatasetSettings

PREFIX = "dataset_"
NAMES = tuple(name.removeprefix(PREFIX) for name in DatasetSettings.model_fields if name.startswith(PREFIX))
"""What may be said anew for a dataset."""

_Checked = create_model(
    "_Checked",
    __config__={"extra": "forbid"},
    **{
        name: (DatasetSettings.model_fields[PREFIX + name].annotation, DatasetSettings.model_fields[PREFIX + name])
        for name in NAMES
    },
)  # type: ignore[call-overload]


def checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, as they may be kept. Raises errors.BadDataset, which names the parameter."""
    try:
        found = _Checked(**changes)
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"])) or "parameters"
        raise BadDataset(reason=f"{name}: {first['msg'].lower()}") from None
    return {name: getattr(found, name) for name in changes}


class Parameters:
    """Every parameter as an attribute: `parameters.min_s`."""

    def __init__(self, changes: Mapping[str, Any], chosen: Settings | None = None) -> None:
        self._changes, self._settings = dict(changes), chosen or settings()

    def __getattr__(self, name: str) -> Any:
        if name not in NAMES:
            raise AttributeError(name)
        return self._changes.get(name, getattr(self._settings, PREFIX + name))

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in NAMES}
