"""A checkpoint as files for others: the merged model in the public layout, or the adapter alone as peft has it."""

import json
import zipfile
from pathlib import Path
from typing import Any

from timbre.errors import BadPromotion
from timbre.store.room import check_room
from timbre.store.tensors import CONFIG, metadata
from timbre.training import public
from timbre.training.tuned_job import Subject, voice_of, workplace

ZIP = "zip"


def work(run: Any) -> dict[str, Any]:
    """Makes the archive. Raises errors.UnknownCheckpoint, WrongBase, NoRoom, BadPromotion, and what reading raises."""
    subject = Subject.of(run, run.job.request["checkpoint"])
    form = run.job.request["form"]
    with workplace(run) as folder:
        archive = folder / "export.zip"
        if form == "adapter":
            _adapter(run, subject, archive)
        else:
            _model(run, subject, folder, archive)
        run.progress(0.9, "The archive is kept")
        size = archive.stat().st_size
        run.keep(ZIP, run.tools.blobs.put(archive, ".zip", "exports"), size)
    url = f"/training/exports/{run.job.id}"
    return {"checkpoint": subject.row.id, "form": form, "model": subject.row.base, "bytes": size, "url": url}


def _model(run: Any, subject: Subject, folder: Path, archive: Path) -> None:
    size = sum(path.stat().st_size for path in subject.base.iterdir() if path.is_file())
    check_room("The export", folder, 3 * size)
    run.progress(0.1, "The model is put together")
    model = subject.model(run)
    run.progress(0.4, "Its files are written")
    public.write(subject.base, model, folder / "public", voice_of(run, subject, model))
    run.progress(0.7, "They are put into one archive")
    public.zipped(folder / "public", archive, run.check)


def _adapter(run: Any, subject: Subject, archive: Path) -> None:
    if subject.row.kind != "adapter":
        raise BadPromotion(reason="it holds a whole model and no adapter")
    data = run.tools.blobs.whole(subject.row.blob)
    config = json.loads(metadata(data)[CONFIG]) | {"base_model_name_or_path": subject.row.base}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as whole:
        whole.writestr("adapter_model.safetensors", data)
        whole.writestr("adapter_config.json", json.dumps(config, indent=2))
