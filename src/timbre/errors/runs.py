"""What can be wrong with training runs under way, their searches and what they show."""

from timbre.errors.base import TimbreError


class NoBuild(TimbreError):
    code, status = "no_build", 409
    message = "There is nothing to learn from: the dataset '{dataset}' has not been built."
    hint = "Build it first: POST /training/dataset/build, or: timbre dataset run {dataset}"


class UnknownBuild(TimbreError):
    code, status = "unknown_build", 404
    message = "There is no build '{build}'."
    hint = "GET /training/datasets/{{dataset_id}}/builds lists those of a dataset."


class NoActiveRun(TimbreError):
    code, status = "no_active_run", 409
    message = "No training run of yours {state}."
    hint = "GET /training/runs lists them; name one with run_id."


class RunEnded(TimbreError):
    code, status = "run_ended", 409
    message = "The training run '{run}' has ended: it {state}."
    hint = "Only a run that waits or runs can be paused or stopped; only one that did not complete goes on."


class RunActive(TimbreError):
    code, status = "run_active", 409
    message = "The training run '{run}' has not ended: it {state}."
    hint = "Stop it first, with POST /training/stop, or: timbre train stop {run}"


class RunOfSearch(TimbreError):
    code, status = "run_of_search", 409
    message = "The training run '{run}' is a trial of the search '{search}', which decides how far it goes."
    hint = "Stop, pause or resume the search instead: POST /training/search/{search}/stop"


class UnknownSearch(TimbreError):
    code, status = "unknown_search", 404
    message = "There is no search '{search}'."
    hint = "GET /training/searches lists them."


class BadSearch(TimbreError):
    code, status = "bad_search", 422
    message = "The search cannot be begun so: {reason}."
    hint = "POST /training/search takes what POST /training/start takes, and lists of what is to be tried."


class SearchEnded(TimbreError):
    code, status = "search_ended", 409
    message = "The search '{search}' has ended: it {state}."
    hint = "Only a search that waits or runs can be paused or stopped; only one that did not complete goes on."


class SearchActive(TimbreError):
    code, status = "search_active", 409
    message = "The search '{search}' has not ended: it {state}."
    hint = "Stop it first: POST /training/search/{search}/stop"


class SearchFailed(TimbreError):
    code, status = "search_failed", 500
    message = "The search '{search}' failed: {reason}."
    hint = "See what its runs said: timbre train log RUN"


class CheckpointInUse(TimbreError):
    code, status = "checkpoint_in_use", 409
    message = "The checkpoint '{checkpoint}' is promoted to '{target}'."
    hint = "Demote it first: POST /training/checkpoints/{checkpoint}/demote"


class UnknownSample(TimbreError):
    code, status = "unknown_sample", 404
    message = "There is no sample '{sample}'."
    hint = "GET /training/samples lists them."


class TrainingOutOfMemory(TimbreError):
    code, status = "training_out_of_memory", 422
    message = "The training needs more memory than {where} has: {reason}."
    hint = "Make batch smaller and accumulate larger, set save_memory, choose lora, or a smaller lora_rank."


class TrainingProcessEnded(TimbreError):
    code, status = "training_process_ended", 500
    message = "One of the {count} processes that make the run ended before its time."
    hint = "The log has its last words; too little memory is a frequent cause, and `processes` makes it fewer."


class TrainingFailed(TimbreError):
    code, status = "training_failed", 500
    message = "The training run '{run}' failed: {reason}."
    hint = "See what it said: timbre train log {run}"


class TensorboardFailed(TimbreError):
    code, status = "tensorboard_failed", 502
    message = "TensorBoard did not start: {reason}."
    hint = "Try: python -m tensorboard.main --version_tb"


class TensorboardEnded(TimbreError):
    code, status = "tensorboard_ended", 410
    message = "This address of TensorBoard is no longer valid."
    hint = "Ask for a new one: GET /training/tensorboard-url"
