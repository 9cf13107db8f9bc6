"""Profiles: named sets of sampling parameters. Those built in stand here, those of users in the database.

What a profile leaves out is as the model's own configuration has it.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timbre.engine.protocol import RANGES, Sampling
from timbre.errors import BadProfile, BuiltInProfile, ProfileNameTaken, UnknownProfile
from timbre.store import tables
from timbre.store.database import Database
from timbre.store.tables import Choice, new_id, now

LONGEST_NAME, LONGEST_ABOUT = 80, 400
DEFAULT = "default_profile"
"""The name of the choice which profile applies where none is asked for."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a voice reads, under a name."""

    id: str
    name: str
    about: str
    sampling: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None  # as long as it is not built in
    changed_at: datetime | None = None

    @property
    def built_in(self) -> bool:
        return self.id in BUILT_IN


BALANCED = Profile("balanced", "Balanced", "As the model's own configuration has it.")
BUILT_IN = {
    profile.id: profile
    for profile in (
        BALANCED,
        Profile("steady", "Steady", "Keeps to what is likeliest: takes are more alike.", {"temperature": 0.3}),
        Profile("lively", "Lively", "Chooses more freely: takes differ more.", {"temperature": 1.0, "top_p": 0.95}),
        Profile("slow", "Slow", "Steady, and slower.", {"temperature": 0.3, "speed": 0.85}),
    )
}


def listed(database: Database) -> list[Profile]:
    """All profiles: those built in, then those that were made here, by name."""
    with database.reading() as session:
        return _all(session)


def get(database: Database, wanted: str) -> Profile:
    """A profile by its id or name. Raises errors.UnknownProfile."""
    with database.reading() as session:
        return _find(_all(session), wanted)


def default_id(database: Database) -> str:
    """The profile that applies where none is asked for."""
    with database.reading() as session:
        return _default(session, _all(session)).id


def sampling_of(database: Database, wanted: str | None) -> tuple[str, dict[str, Any]]:
    """The id and the sampling parameters of a profile, by its id or name; None: of the default one.

    What was asked for besides goes before them: `{**sampling, **asked}`. Raises errors.UnknownProfile.
    """
    if wanted in BUILT_IN:
        return wanted, dict(BUILT_IN[wanted].sampling)
    with database.reading() as session:
        known = _all(session)
        profile = _default(session, known) if wanted is None else _find(known, wanted)
    return profile.id, dict(profile.sampling)


def create(database: Database, name: str, sampling: Mapping[str, Any], about: str = "") -> Profile:
    """Keeps a new profile. Raises errors.BadProfile, BadParameter, ProfileNameTaken."""
    name, about, sampling = _name(name), _about(about), _sampling(sampling)
    with _named_once(name), database.writing() as session:
        _check_free(_all(session), name)
        row = tables.Profile(id=new_id("p"), name=name, about=about, sampling=sampling)
        session.add(row)
        session.flush()
        return _shown(row)


def change(
    database: Database,
    wanted: str,
    name: str | None = None,
    about: str | None = None,
    sampling: Mapping[str, Any] | None = None,
) -> Profile:
    """Changes what is not None. sampling: only what is to change; None as a value: as the model has it.

    Raises errors.UnknownProfile, BuiltInProfile, and what `create` raises.
    """
    with _named_once(name or ""), database.writing() as session:
        known = _all(session)
        row = _row(session, known, wanted)
        if name is not None:
            row.name = _name(name)
            _check_free([profile for profile in known if profile.id != row.id], row.name)
        if about is not None:
            row.about = _about(about)
        if sampling is not None:
            row.sampling = _sampling({**row.sampling, **sampling})
        row.changed_at = now()
        session.flush()
        return _shown(row)


def duplicate(database: Database, wanted: str, name: str | None = None) -> Profile:
    """A copy, to be changed, under a name of its own. Raises errors.UnknownProfile, BadProfile, ProfileNameTaken."""
    known = listed(database)
    original = _find(known, wanted)
    return create(database, _copied(original.name, known) if name is None else name, original.sampling, original.about)


def set_default(database: Database, wanted: str) -> Profile:
    """Makes a profile the one that applies where none is asked for. Raises errors.UnknownProfile."""
    with database.writing() as session:
        profile = _find(_all(session), wanted)
        session.merge(Choice(name=DEFAULT, value=profile.id))
        return profile


def delete(database: Database, wanted: str) -> Profile:
    """Deletes a profile; where it was the default one, `balanced` is. Raises errors.UnknownProfile, BuiltInProfile."""
    with database.writing() as session:
        row = _row(session, _all(session), wanted)
        gone = _shown(row)
        if (choice := session.get(Choice, DEFAULT)) and choice.value == row.id:
            session.delete(choice)
        session.delete(row)
        return gone


def _all(session: Session) -> list[Profile]:
    made = map(_shown, session.scalars(select(tables.Profile)))
    return [*BUILT_IN.values(), *sorted(made, key=lambda profile: profile.name.casefold())]


def _default(session: Session, known: Sequence[Profile]) -> Profile:
    """The one that was chosen, as long as it is there."""
    choice = session.get(Choice, DEFAULT)
    return next((profile for profile in known if choice and profile.id == choice.value), BALANCED)


def _find(known: Sequence[Profile], wanted: str) -> Profile:
    """By its id, else by its name, whatever its case. Raises errors.UnknownProfile."""
    by_id = next((profile for profile in known if profile.id == wanted), None)
    by_name = (profile for profile in known if profile.name.casefold() == wanted.casefold())
    if found := by_id or next(by_name, None):
        return found
    raise UnknownProfile(profile=wanted, known=", ".join(one.id if one.built_in else one.name for one in known))


def _row(session: Session, known: Sequence[Profile], wanted: str) -> tables.Profile:
    """A user's profile, to be changed. Raises errors.UnknownProfile, BuiltInProfile."""
    profile = _find(known, wanted)
    if profile.built_in:
        raise BuiltInProfile(profile=profile.name)
    row = session.get(tables.Profile, profile.id)
    assert row is not None
    return row


def _shown(row: tables.Profile) -> Profile:
    return Profile(row.id, row.name, row.about, row.sampling, row.created_at, row.changed_at)


@contextlib.contextmanager
def _named_once(name: str) -> Iterator[None]:
    """Raises errors.ProfileNameTaken when somebody else took the name at the same time."""
    try:
        yield
    except IntegrityError:
        raise ProfileNameTaken(name=name) from None


def _check_free(others: Sequence[Profile], name: str) -> None:
    """Raises errors.ProfileNameTaken."""
    if name.casefold() in {word for profile in others for word in (profile.name.casefold(), profile.id)}:
        raise ProfileNameTaken(name=name)


def _copied(name: str, known: Sequence[Profile]) -> str:
    """What a copy is called where nobody says."""
    taken = {profile.name.casefold() for profile in known}
    endings = [" (copy)", *(f" (copy {number})" for number in range(2, len(known) + 2))]
    names = [name[: LONGEST_NAME - len(ending)] + ending for ending in endings]
    return next(one for one in names if one.casefold() not in taken)


def _name(name: str) -> str:
    """Raises errors.BadProfile."""
    name = " ".join(name.split())
    if not name:
        raise BadProfile(reason="it has no name")
    if len(name) > LONGEST_NAME:
        raise BadProfile(reason=f"its name has {len(name)} characters")
    if not name.isprintable():
        raise BadProfile(reason="its name has characters that cannot be seen")
    return name


def _about(about: str) -> str:
    """Raises errors.BadProfile."""
    about = about.strip()
    if len(about) > LONGEST_ABOUT:
        raise BadProfile(reason=f"its description has {len(about)} characters")
    return about


def _sampling(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a profile says, checked. Raises errors.BadParameter, BadRequest."""
    said = {name: value for name, value in asked.items() if value is not None}
    Sampling.from_dict(said)
    return {name: said[name] for name in RANGES if name in said}
