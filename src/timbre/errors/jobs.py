"""What can be wrong with a job."""

from timbre.errors.base import TimbreError


class UnknownJob(TimbreError):
    code, status = "unknown_job", 404
    message = "There is no job '{job}'."
    hint = "GET /jobs lists yours."


class JobExpired(TimbreError):
    code, status = "job_expired", 410
    message = "The job '{job}' and its audio were kept until {until} and are gone."
    hint = "Send its text again. TIMBRE_JOB_KEPT_HOURS sets how long jobs are kept."


class JobNotReady(TimbreError):
    code, status = "job_not_ready", 425
    message = "The job '{job}' is {state} and has no audio yet."
    hint = "Ask with timeout=60 to wait for it, or follow it at /ws/jobs/{job}."
    retry_after = 2


class JobTimeout(TimbreError):
    code, status = "job_timeout", 408
    message = "The job '{job}' was not done within {seconds} s; it goes on."
    hint = "Ask again, with a longer timeout if you like."
    retry_after = 1


class JobHasNoAudio(TimbreError):
    code, status = "job_has_no_audio", 409
    message = "The job '{job}' {state}, so there is no audio of it."
    hint = "GET /jobs/{job} says why."


class JobHasNoWords(TimbreError):
    code, status = "job_has_no_words", 409
    message = "When the words of the job '{job}' are said was not asked for."
    hint = "Make the job with word_times: true; timbre jobs submit --word-times."


class JobEnded(TimbreError):
    code, status = "job_ended", 409
    message = "The job '{job}' has ended: it {state}."
    hint = "Only a job that waits or runs can be paused or cancelled, and only one that is paused goes on."


class KeyReused(TimbreError):
    code, status = "idempotency_key_reused", 409
    message = "The Idempotency-Key '{key}' was sent before with another request."
    hint = "Use a new key for each new request, and the same key only to repeat one."


class BadIdempotencyKey(TimbreError):
    code, status = "bad_idempotency_key", 422
    message = "The Idempotency-Key has to be 1 to 200 printable characters."
    hint = "A UUID is a good one."


class TooManyJobs(TimbreError):
    code, status = "too_many_jobs", 429
    message = "{count} jobs are waiting already; at most {limit} may."
    hint = "Wait until some of them are done."
    retry_after = 30


class UnknownBatch(TimbreError):
    code, status = "unknown_batch", 404
    message = "There is no batch '{batch}'."
    hint = "POST /jobs/batch makes one."


class BadBatch(TimbreError):
    code, status = "bad_batch", 422
    message = "The batch cannot be taken: {reason}."
    hint = "A batch has 1 to {most} texts; nothing of it was begun."


class BrokerAway(TimbreError):
    code, status = "broker_away", 503
    message = "The broker does not answer: {reason}."
    hint = "Jobs are kept and begin once it is back. Look at TIMBRE_BROKER_URL."
    retry_after = 5


class WorkLost(TimbreError):
    code, status = "work_lost", 500
    message = "The job was begun {attempts} times and each time whoever worked on it ended without a word."
    hint = "Look at the worker's log for the time when it stopped."


class LongWorkFailed(TimbreError):
    code, status = "long_work_failed", 500
    message = "The process that worked on the job ended with code {exit}: {reason}."
    hint = "Look at the worker's log."


class BrokerMissing(TimbreError):
    code, status = "broker_missing", 500
    message = "There is no Valkey and no Redis server on this machine that jobs could be announced through."
    hint = "Install one (valkey-server or redis-server), or set TIMBRE_BROKER_URL to one that runs elsewhere."


class SocketPathTooLong(TimbreError):
    code, status = "socket_path_too_long", 500
    message = "The socket {path} has a path that is too long for the system."
    hint = "Set TIMBRE_HOME to a folder with a path of at most 80 characters."


class WrongVoiceForMode(TimbreError):
    code, status = "wrong_voice_for_mode", 422
    message = "The mode {mode} does not go with the voice '{voice}', which {kind}."
    hint = "Use the mode {other}, or leave the mode out."


class LongName(TimbreError):
    code, status = "long_name", 422
    message = "The name is too long; it may have {longest} characters."
    hint = "Shorten it, or leave it out."


class UnknownStatus(TimbreError):
    code, status = "unknown_status", 422
    message = "There is no job status '{status}'."
    hint = "It can be: {known}."


class BadRange(TimbreError):
    code, status = "bad_range", 416
    message = "The range {range} is not in a file of {bytes} bytes."
    hint = "Ask for bytes from 0 to {bytes} less one."
