"""The steps that a database goes through, oldest first. `make migration NAME=…` writes the next one."""
