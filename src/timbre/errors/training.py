"""What can be wrong with a training run and its checkpoints."""

from timbre.errors.base import TimbreError


class BadTraining(TimbreError):
    code, status = "bad_training", 422
    message = "The training cannot be started so: {reason}."
    hint = "GET /training/parameters lists what can be set, with its limits."


class UnknownRun(TimbreError):
    code, status = "unknown_run", 404
    message = "There is no training run '{run}'."
    hint = "GET /training/runs lists them."


class UnknownCheckpoint(TimbreError):
    code, status = "unknown_checkpoint", 404
    message = "There is no checkpoint '{checkpoint}'."
    hint = "GET /training/checkpoints lists them."


class BadPromotion(TimbreError):
    code, status = "bad_promotion", 422
    message = "The checkpoint cannot be made that: {reason}."
    hint = "docs/tuned-voices.md says what a checkpoint can become."


class NotPromoted(TimbreError):
    code, status = "not_promoted", 409
    message = "The checkpoint '{checkpoint}' is not promoted{target}."
    hint = "GET /training/promotions lists what is."


class PromotionOvertaken(TimbreError):
    code, status = "promotion_overtaken", 409
    message = "The checkpoint '{other}' has taken the place of this one in '{target}'."
    hint = "Demote that one first: then this one is back."


class CheckpointModelChanged(TimbreError):
    code, status = "checkpoint_model_changed", 409
    message = "The checkpoint '{checkpoint}' is of the model '{model}' as it was; that has other weights now."
    hint = "Bring the model's former files back, or fine-tune the model as it is now."


class UnknownExport(TimbreError):
    code, status = "unknown_export", 404
    message = "There is no such file of the job '{job}'."
    hint = "It is there once the job is completed, and as long as the job is kept."
