"""What tells a step whether its result still stands: a digest of all that it came from."""

import hashlib
import json
from typing import Any


def digest(*facts: Any) -> str:
    """The same for the same facts. They are what JSON can hold."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]
