"""A dataset's build in the rows and the files, as `timbre.datasets.build` leaves one."""

import json
from pathlib import Path

from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import new_id
from timbre.store.tables_training import BuildFile, BuildRow, DatasetRow


def keep_build(database: Database, blobs: Blobs, folder: Path, owner: str = "", name: str = "Eight") -> BuildRow:
    """Keeps the build in a folder, and a dataset that it is of."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for clip in manifest["clips"]:
        clip["blob"] = blobs.put((folder / clip["file"]).read_bytes(), "flac")
    kept = blobs.put(json.dumps(manifest).encode(), "json", "builds")
    dataset = DatasetRow(id=new_id("d"), owner=owner, name=name, language=manifest["language"])
    build = BuildRow(id=new_id("m"), dataset_id=dataset.id, manifest=kept)
    with database.writing() as session:
        session.add(dataset)
        session.flush()
        session.add(build)
        session.flush()
        session.add_all(
            BuildFile(build_id=build.id, place=place, blob=clip["blob"]) for place, clip in enumerate(manifest["clips"])
        )
    return build
