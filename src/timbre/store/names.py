"""What a file's own name is good for: being shown to people, and nothing else."""

LONGEST = 100


def shown_name(name: str | None, otherwise: str) -> str:
    """The last part of a path that somebody sent, without signs that cannot be seen, cut to what a sentence can hold.

    otherwise: what a file is called that has no name. Never use it as a path.
    """
    last = (name or "").replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in last).split())
    if plain in {"", ".", ".."}:
        return otherwise
    if len(plain) <= LONGEST:
        return plain
    ending = plain[-12:]
    return f"{plain[: LONGEST - 1 - len(ending)]}…{ending}"
