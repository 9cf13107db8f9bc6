"""How a run learns: the settings' figures, and what differs for this one."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from timbre.errors import BadTraining
from timbre.settings import Settings, settings
from timbre.settings.training import TrainingSettings

PREFIX = "train_"
RATES = {"lora": "train_rate_lora", "full": "train_rate_full"}
"""The rate of each method; a run has one."""

SETTINGS = {
    name.removeprefix(PREFIX): name
    for name in TrainingSettings.model_fields
    if name.startswith((PREFIX, "lora_")) and name not in RATES.values()
}
"""What may be said anew for a run, and the setting that it is otherwise."""


class _OfRun(BaseModel):
    """What only a run has."""

    model_config = ConfigDict(extra="forbid")

    rate: float = Field(0.0, gt=0, lt=1, description="Learning rate; absent: that of the method.")
    max_steps: int = Field(0, ge=0, le=10_000_000, description="Steps after which a run ends; 0: all of its epochs.")
    texts: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        [], max_length=50, description="Sentences spoken at every checkpoint; none: some of the language."
    )


_Checked = create_model(
    "_Checked",
    __base__=_OfRun,
    **{
        name: (TrainingSettings.model_fields[setting].annotation, TrainingSettings.model_fields[setting])
        for name, setting in SETTINGS.items()
    },
)  # type: ignore[call-overload]

NAMES = (*SETTINGS, *_OfRun.model_fields)


def checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, as they may be kept. Raises errors.BadTraining, which names the parameter."""
    try:
        found = _Checked(**changes)
    except ValidationError as fault:
        raise BadTraining(reason=_named(fault)) from None
    return {name: getattr(found, name) for name in changes}


def _named(fault: ValidationError) -> str:
    """What is wrong first, as part of a sentence."""
    first = fault.errors()[0]
    name = ".".join(map(str, first["loc"])) or "parameters"
    if first["type"] == "extra_forbidden":
        return f"there is no parameter {name[:60]!r}"
    if first["type"] == "string_pattern_mismatch":
        return f"{name}: it cannot be {str(first['input'])[:60]!r}"
    return f"{name}: " + re.sub(r"^(Input|String|List) ", "it ", first["msg"])


def whole(changes: Mapping[str, Any], chosen: Settings | None = None) -> dict[str, Any]:
    """Every parameter of a run, with these changes. Raises errors.BadTraining."""
    ours = chosen or settings()
    found = {name: getattr(ours, setting) for name, setting in SETTINGS.items()} | checked(changes)
    found.setdefault("rate", getattr(ours, RATES[found["method"]]))
    return {"max_steps": 0, "texts": []} | found


def described(chosen: Settings | None = None) -> list[dict[str, Any]]:
    """Each parameter: name, type, default, limits or choices, and what it is."""
    ours = chosen or settings()
    found = []
    for name in NAMES:
        field = _Checked.model_fields[name]
        default = getattr(ours, SETTINGS[name]) if name in SETTINGS else field.default
        told = {"name": name, "type": _type(field.annotation), "default": default, "about": field.description}
        told |= _limits(field.metadata)
        if choices := _choices(field.annotation):
            told["choices"] = choices
        if name == "rate":
            told["default"] = getattr(ours, RATES[ours.train_method])
            told["defaults"] = {method: getattr(ours, setting) for method, setting in RATES.items()}
        found.append(told)
    return found


WORDS = {bool: "boolean", int: "integer", float: "number", str: "string"}


def _type(annotation: Any) -> str:
    if _choices(annotation):
        return "string"
    return WORDS.get(annotation, "list")


def _choices(annotation: Any) -> list[str]:
    return [one for one in get_args(annotation) if isinstance(one, str)]


def _limits(metadata: list[Any]) -> dict[str, Any]:
    """The bounds that pydantic keeps: least and most, and whether these themselves are left out."""
    found: dict[str, Any] = {}
    for one in metadata:
        for sign, name in (
            ("ge", "least"),
            ("gt", "above"),
            ("le", "most"),
            ("lt", "below"),
            ("max_length", "longest"),
        ):
            if (bound := getattr(one, sign, None)) is not None:
                found[name] = bound
    return found
