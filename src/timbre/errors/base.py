"""What every error of the family has, and how it crosses the engine's socket."""

from typing import Any, ClassVar

__all__ = ["TimbreError", "from_dict"]


class TimbreError(Exception):
    """A fault that its user can understand. Subclasses give the four facts; arguments fill the braces."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    message: ClassVar[str] = "Something went wrong inside Timbre."
    hint: ClassVar[str] = "Look at the log for the request id."
    shown: ClassVar[tuple[str, ...]] = ()  # facts that an answer has as fields of their own
    retry_after: int | None = None  # seconds, where asking again helps; as a fact, those of this one fault

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        self.retry_after = facts.get("retry_after", self.retry_after)
        super().__init__(self.message.format(**facts))

    @property
    def advice(self) -> str:
        """The hint with its facts filled in."""
        return self.hint.format(**self.facts)

    def as_dict(self) -> dict[str, Any]:
        """What an API answers and what the engine sends: code, message, hint, and the facts they were made from."""
        return {"code": self.code, "message": str(self), "hint": self.advice, "facts": self.facts}


def from_dict(wire: dict[str, Any]) -> TimbreError:
    """The error that `as_dict` wrote, as its own class; an unknown code becomes a plain TimbreError."""
    kinds = {kind.code: kind for kind in _family(TimbreError)}
    return kinds.get(wire.get("code", ""), TimbreError)(**wire.get("facts", {}))


def _family(kind: type[TimbreError]) -> list[type[TimbreError]]:
    return [kind, *(member for child in kind.__subclasses__() for member in _family(child))]
