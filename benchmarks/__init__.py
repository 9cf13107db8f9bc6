"""Speed and quality, a command each."""

import timbre.engine  # noqa: F401  # which says how torch's threads wait, before torch is loaded
