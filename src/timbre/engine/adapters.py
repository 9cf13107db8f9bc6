"""The adapters that an engine holds beside its model, by name."""

from pathlib import Path

from timbre.errors import UnknownAdapter
from timbre.xtts.gpt import Gpt
from timbre.xtts.lora import Adapter


class Adapters:
    """What a speech may ask for by name. What was asked for stays with the speech, whatever happens here meanwhile."""

    def __init__(self, gpt: Gpt, fingerprint: str) -> None:
        """For a model that stands where it runs, and is known by its fingerprint."""
        self._args, self._weight, self._fingerprint = gpt.args, gpt.final_norm.weight, fingerprint
        self._held: dict[str, Adapter] = {}

    @property
    def names(self) -> list[str]:
        return sorted(self._held)

    def load(self, path: Path, name: str) -> None:
        """Hold the adapter in a file; one of the same name gives way. Raises what `Adapter.from_file` raises."""
        read = Adapter.from_file(path, name, self._args, self._fingerprint)
        self._held[name] = read.like(self._weight)

    def unload(self, name: str) -> None:
        """Hold it no longer. Raises errors.UnknownAdapter."""
        self.named(name)
        del self._held[name]

    def named(self, name: str) -> Adapter:
        """Raises errors.UnknownAdapter."""
        if name not in self._held:
            raise UnknownAdapter(adapter=name, known=", ".join(self.names) or "none")
        return self._held[name]
