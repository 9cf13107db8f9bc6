"""What can be wrong with a model, its files and its installation."""

from timbre.errors.base import TimbreError


class UnknownModel(TimbreError):
    code, status = "unknown_model", 404
    message = "There is no model '{model}'."
    hint = "Installed are: {known}."


class NotInstallable(TimbreError):
    code, status = "not_installable", 404
    message = "There is no model '{model}' that can be installed."
    hint = "Installable are: {known}. A model of your own becomes one by putting its folder into {folder}."


class LicenceNotAccepted(TimbreError):
    code, status = "licence_not_accepted", 451
    message = "The model {model} comes under the {licence}, which has not been accepted here."
    hint = (
        "Read it ({url}), then accept it with POST /models/{model}/licence, "
        "or: timbre models install {model} --accept-license"
    )
    shown = ("text",)


class ModelInstalled(TimbreError):
    code, status = "model_installed", 409
    message = "The model '{model}' is installed already."
    hint = "Load it with: timbre models load {model}"


class ModelNotInstalled(TimbreError):
    code, status = "model_not_installed", 409
    message = "The model '{model}' is not installed."
    hint = "Install it with: timbre models install {model}"


class BuiltInModel(TimbreError):
    code, status = "built_in_model", 409
    message = "The model '{model}' came with Timbre and cannot be removed."
    hint = "Only models that were installed or made here can be."


class ModelInUse(TimbreError):
    code, status = "model_in_use", 409
    message = "The model '{model}' cannot be removed: {reason}."
    hint = "Load another one first, and name another in TIMBRE_MODEL where that names this one."


class NotTheLoadedModel(TimbreError):
    code, status = "not_the_loaded_model", 409
    message = "The model '{model}' is not loaded, so it cannot be unloaded."
    hint = "GET /models says which one is."


class DownloadFailed(TimbreError):
    code, status = "download_failed", 502
    message = "The model {model} could not be downloaded: {reason}."
    hint = "Run the same command again: it goes on where it stopped."


class WrongChecksum(TimbreError):
    code, status = "wrong_checksum", 502
    message = "{file} is not what its publisher says it is: its {what} is {found}, not {wanted}."
    hint = "It was thrown away. Run the same command again to fetch it anew."


class ModelIncomplete(TimbreError):
    code, status = "model_incomplete", 422
    message = "The folder {folder} lacks {files}."
    hint = "A model needs: {wanted}."


class NoRoom(TimbreError):
    code, status = "no_room", 507
    message = "{what} needs {needed} of free space in {folder}; there is {free}."
    hint = "Free some, or set TIMBRE_HOME to a folder on another disk."


class BadCheckpoint(TimbreError):
    code, status = "bad_checkpoint", 422
    message = "{file} is not a checkpoint that Timbre can read: {reason}."
    hint = "Timbre reads XTTS checkpoints as .pth, .pt or .safetensors with their config.json and vocab.json."


class UnsafeCheckpoint(TimbreError):
    code, status = "unsafe_checkpoint", 422
    message = "{file} was refused: it asks to run {name}, which no XTTS checkpoint needs. Nothing in it was run."
    hint = "Get the file from its author again, or ask for it as safetensors."


class WrongTensor(TimbreError):
    code, status = "wrong_tensor", 422
    message = "{file}: {key} has shape {found}, the configuration wants {wanted}."
    hint = "The checkpoint and its config.json do not belong together."


class MissingTensor(TimbreError):
    code, status = "missing_tensor", 422
    message = "{file} lacks {key}; the configuration wants it with shape {wanted}."
    hint = "The checkpoint is incomplete, or its config.json belongs to another."


class UnknownTensor(TimbreError):
    code, status = "unknown_tensor", 422
    message = "{file} holds {key} with shape {found}, which the configured model has no place for."
    hint = "The checkpoint and its config.json do not belong together."


class WrongBase(TimbreError):
    code, status = "wrong_base", 422
    message = "{file} is an adapter of another model: of {found}, and {wanted} is loaded."
    hint = "Load the model that it was trained on, or train it on this one."


class UnknownAdapter(TimbreError):
    code, status = "unknown_adapter", 404
    message = "The engine holds no adapter '{adapter}'."
    hint = "It holds: {known}."


class AdapterElsewhere(TimbreError):
    code, status = "adapter_elsewhere", 403
    message = "{file} does not lie in {folder}, which adapters are loaded from."
    hint = "Put it there."
