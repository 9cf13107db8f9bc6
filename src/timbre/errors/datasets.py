"""What can be wrong with a dataset and its recordings."""

from timbre.errors.base import TimbreError


class BadDataset(TimbreError):
    code, status = "bad_dataset", 422
    message = "The dataset cannot be made so: {reason}."
    hint = "GET /training/datasets/parameters lists what can be set, with its limits."


class UnknownDataset(TimbreError):
    code, status = "unknown_dataset", 404
    message = "There is no dataset '{dataset}'."
    hint = "GET /training/datasets lists them."
