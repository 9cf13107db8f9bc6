"""What a safetensors file says of itself, read without its tensors."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

CONFIG = "adapter_config"
"""In an adapter's metadata: its configuration, as the package `peft` keeps it in a file beside."""

BASE = "base"
"""In the metadata of what a fine-tune made: the fingerprint of the model that it began with."""

LONGEST_HEADER = 100 * 2**20


def header(data: bytes) -> dict[str, Any]:
    """Each tensor's `dtype`, `shape` and `data_offsets` by its name, and the metadata. Raises ValueError.

    data: the beginning of a file, as far as its header goes, or all of it.
    """
    length = header_bytes(data)
    found = json.loads(data[8:length])
    if not isinstance(found, dict):
        raise ValueError("no header")
    return found


def header_bytes(data: bytes) -> int:
    """How long the header of a file is that begins so, with the eight bytes that tell it. Raises ValueError."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= LONGEST_HEADER:
        raise ValueError("no header")
    return 8 + length


def metadata(data: bytes) -> dict[str, str]:
    """Raises ValueError."""
    found = header(data).get("__metadata__") or {}
    return {str(key): str(value) for key, value in found.items()}


def retold(data: bytes, told: Mapping[str, str]) -> bytes:
    """The same tensors with other metadata. Raises ValueError."""
    length = header_bytes(data)
    head = json.dumps(header(data) | {"__metadata__": dict(told)}).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + data[length:]


def is_adapter(names: Iterable[str]) -> bool:
    """Whether tensors of these names are an adapter's."""
    found = [name for name in names if name != "__metadata__"]
    return bool(found) and all(".lora_" in name for name in found)
