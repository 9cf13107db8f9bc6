"""The adapters that an engine holds beside its model, by name."""

from collections.abc import Callable, Collection
from pathlib import Path

from timbre.errors import AdaptersInUse, UnknownAdapter, WrongBase
from timbre.xtts.gpt import Gpt
from timbre.xtts.lora import Adapter


class Adapters:
    """What a speech may ask for by name. What was asked for stays with the speech, whatever happens here meanwhile.

    most: how many are held at once: the one that nobody asked for longest gives way to another. spoken: those that
    speeches are spoken with now, which do not.
    """

    def __init__(
        self, gpt: Gpt, fingerprint: str, most: int = 16, spoken: Callable[[], Collection[Adapter]] = tuple
    ) -> None:
        """For a model that stands where it runs, and is known by its fingerprint."""
        self._args, self._weight, self._fingerprint = gpt.args, gpt.final_norm.weight, fingerprint
        self._most, self._spoken = most, spoken
        self._held: dict[str, Adapter] = {}  # who was asked for last is last

    @property
    def names(self) -> list[str]:
        return sorted(self._held)

    def load(self, path: Path, name: str) -> None:
        """Hold the adapter in a file; one of the same name gives way. Raises what `Adapter.from_file` raises, and
        errors.AdaptersInUse.
        """
        self.hold(Adapter.from_file(path, name, self._args, self._fingerprint))

    def read(self, data: bytes, name: str) -> Adapter:
        """The adapter that is in a file with these bytes, not held yet. Raises what `Adapter.from_file` raises."""
        return Adapter.from_bytes(data, name, name, self._args, self._fingerprint)

    def hold(self, adapter: Adapter) -> None:
        """Hold an adapter that was read. Raises errors.AdaptersInUse, and WrongBase where it was read for another
        model.
        """
        if adapter.base != self._fingerprint:
            raise WrongBase(file=adapter.name, found=adapter.base, wanted=self._fingerprint)
        if adapter.name not in self._held:
            self._make_room()
        self._held.pop(adapter.name, None)
        self._held[adapter.name] = adapter.like(self._weight)

    def _make_room(self) -> None:
        spoken = {id(one) for one in self._spoken()}
        for name, one in list(self._held.items()):
            if len(self._held) < self._most:
                return
            if id(one) not in spoken:
                del self._held[name]
        if len(self._held) >= self._most:
            raise AdaptersInUse(limit=self._most)

    def unload(self, name: str) -> None:
        """Hold it no longer. Raises errors.UnknownAdapter."""
        self.named(name)
        del self._held[name]

    def named(self, name: str) -> Adapter:
        """Raises errors.UnknownAdapter."""
        if name not in self._held:
            raise UnknownAdapter(adapter=name, known=", ".join(self.names) or "none")
        self._held[name] = self._held.pop(name)
        return self._held[name]
