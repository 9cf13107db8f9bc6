"""Prints what `.env.example` holds: `make env`."""

from timbre.settings import example

print(example(), end="")
