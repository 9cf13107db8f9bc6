"""Searches as jobs: what is to be tried is looked at first; they are stopped, paused and gone on with."""

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from timbre.access.scopes import Caller
from timbre.errors import BadSearch, MissingExtra, SearchEnded
from timbre.jobs import rows as job_rows
from timbre.jobs import training
from timbre.jobs.states import LONG
from timbre.jobs.submit import Once, Wish, submit
from timbre.jobs.training import Plan, Store, seen_by
from timbre.models import catalogue
from timbre.runs import parameters, room, rows, searches
from timbre.runs.searches import Cell, Search, Space
from timbre.store.room import check_room
from timbre.store.tables import Job, new_id
from timbre.store.tables_training import SearchRow

SEARCH = "search"

TRIED = {"method": "methods", "rate": "rates_lora or rates_full", "batch": "batches", "lora_rank": "ranks"}
"""Parameters that each trial has of its own, and where what is tried of them is said."""

FIXED = {
    "epochs": "a search goes by steps, so say max_steps",
    "validate_every": "a search looks at its trials as often as looks says",
    "checkpoint_every": "a search looks at its trials as often as looks says",
    "patience": "each trial goes to its last step unless the search cuts it short",
}
"""Parameters that a search decides itself, and why."""

KEPT = 1
"""Checkpoints that a trial keeps beside its best, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search is asked for with: what each trial is a run of, what is tried, and how often."""

    run: training.Asked
    space: Mapping[str, Sequence[Any]] = field(default_factory=dict)  # methods, rates_lora, rates_full, batches, ranks
    trials: int = 0  # 0: as the settings have it
    looks: int = 0


def start(store: Store, asked: Asked, caller: Caller, once: Once | None = None) -> tuple[Search, Job, bool]:
    """A search and its job, or those that this key made before; and whether they are new.

    Raises errors.MissingExtra, BadSearch, and what `training.plan` and `submit` raise.
    """
    if importlib.util.find_spec("optuna") is None:
        raise MissingExtra(what="A search", extra="train")
    request, first = _planned(store, asked, caller)
    search_id = new_id("x")

    def beside(session: Any, job: Job) -> None:
        session.add(SearchRow(id=search_id, owner=caller.owner, job_id=job.id, request=request, trials=[]))
        session.flush()
        searches.begin(session, session.get(SearchRow, search_id), first)

    wish = Wish(SEARCH, LONG, name=request["name"], language=request["language"], request={"search": search_id})
    job, new = submit(store.database, wish, caller, once, beside)
    with store.database.reading() as session:
        return searches.get(session, str(job.request["search"])), job, new


def _planned(store: Store, asked: Asked, caller: Caller) -> tuple[dict[str, Any], Cell]:
    """What the search is kept with, and its first trial: as a run would be otherwise, where that is to be tried."""
    chosen, changes = store.settings, dict(asked.run.parameters)
    for name in changes:
        if name in TRIED:
            raise BadSearch(reason=f"{name} is what is searched for: say {TRIED[name]}")
        if name in FIXED:
            raise BadSearch(reason=f"{name} cannot be set: {FIXED[name]}")
    cells = (space := Space.of(chosen, **asked.space)).cells()
    for cell in cells:
        parameters.checked(cell)
    steps = int(parameters.checked({"max_steps": changes.get("max_steps", 0)})["max_steps"]) or chosen.search_steps
    looks = min(asked.looks or chosen.search_looks, steps)
    every = -(-steps // looks)
    fixed = {"keep": KEPT} | changes | {"max_steps": steps, "validate_every": every, "checkpoint_every": every}
    heaviest = max(cells, key=lambda cell: (cell["method"] == "full", cell.get("lora_rank", 0)))
    plan = training.plan(store, replace(asked.run, parameters=fixed | heaviest | {"patience": 0}), seen_by(caller))
    trials = min(asked.trials or chosen.search_trials, len(cells))
    left = (trials - 1) * room.kept(catalogue.folder(plan.base), plan.parameters)
    check_room("The search", chosen.home, left, chosen.disk_reserve_mb * 1_000_000)
    usual = {cell["method"]: parameters.whole({"method": cell["method"]}, chosen) for cell in cells}
    first = next((cell for cell in cells if all(usual[cell["method"]][name] == cell[name] for name in cell)), cells[0])
    return _request(plan, fixed, space, steps, looks, trials, chosen.search_whole), first


def _request(
    plan: Plan, fixed: dict[str, Any], space: Space, steps: int, looks: int, trials: int, whole: int
) -> dict[str, Any]:
    return {
        **plan.as_request(),
        "name": plan.name,
        "language": plan.language,
        "parameters": {**plan.parameters, **fixed, "patience": 0},
        "space": space.as_json(),
        "steps": steps,
        "looks": looks,
        "trials": trials,
        "whole": whole,
    }


def stop(store: Store, search_id: str, caller: Caller) -> Search:
    """Ends a search; the trial that is running keeps a last checkpoint. Raises errors.UnknownSearch, SearchEnded."""
    found = _live(store, search_id, caller)
    job_rows.remove(store.database, found.row.job_id or "")
    searches.settle(store.database)
    rows.settle(store.database)
    return _again(store, found)


def pause(store: Store, search_id: str, caller: Caller) -> Search:
    """Puts a search aside within a step of the trial that is running. Raises errors.UnknownSearch, SearchEnded."""
    found = _live(store, search_id, caller)
    if found.status != rows.PAUSED:
        job_rows.pause(store.database, found.row.job_id or "")
    return _again(store, found)


def resume(store: Store, search_id: str, caller: Caller) -> tuple[Search, bool]:
    """Lets a search go on that is paused, was stopped or failed: with the trial that it was at. Returns it, and
    whether there is work for a worker. Raises errors.UnknownSearch, SearchEnded, and what `submit` raises.
    """
    with store.database.reading() as session:
        found = searches.get(session, search_id, seen_by(caller))
    if found.status == rows.COMPLETED:
        raise SearchEnded(search=search_id, state=rows.SAID[found.status])
    if found.status in (rows.PAUSED, rows.RUNNING, rows.QUEUED) and found.job:
        job_rows.resume(store.database, found.job.id)
        return _again(store, found), found.status == rows.PAUSED

    def beside(session: Any, job: Job) -> None:
        row = session.get(SearchRow, search_id, with_for_update=True)
        row.job_id, row.status, row.finished_at = job.id, rows.QUEUED, None
        if found.status == rows.FAILED:
            searches.try_again(row)

    request = found.row.request
    wish = Wish(SEARCH, LONG, name=request["name"], language=request["language"], request={"search": search_id})
    submit(store.database, wish, caller, beside=beside)
    return _again(store, found), True


def _live(store: Store, search_id: str, caller: Caller) -> Search:
    with store.database.reading() as session:
        found = searches.get(session, search_id, seen_by(caller))
    if found.status in rows.ENDED or found.job is None:
        raise SearchEnded(search=search_id, state=rows.SAID[found.status])
    return found


def _again(store: Store, found: Search) -> Search:
    with store.database.reading() as session:
        return searches.get(session, found.row.id)
