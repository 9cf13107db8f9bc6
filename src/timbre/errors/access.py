"""Who may not do what, and why."""

from timbre.errors.base import TimbreError


class KeyMissing(TimbreError):
    code, status = "missing_api_key", 401
    message = "This service needs an API key."
    hint = "Send it as the header 'Authorization: Bearer tb_…', or sign in on the page. 'timbre keys create' makes one."


class InvalidKey(TimbreError):
    code, status = "invalid_api_key", 401
    message = "The API key is not one of this service's."
    hint = "Look whether it was copied whole, from tb_ on. 'timbre keys list' shows how each key begins."


class KeyExpired(TimbreError):
    code, status = "expired_api_key", 401
    message = "The API key '{name}' expired on {on}."
    hint = "Ask whoever runs this service for a new one."


class KeyRevoked(TimbreError):
    code, status = "revoked_api_key", 401
    message = "The API key '{name}' was revoked on {on}."
    hint = "Ask whoever runs this service for a new one."


class SessionEnded(TimbreError):
    code, status = "session_ended", 401
    message = "You are no longer signed in."
    hint = "Sign in again with your API key."


class CsrfFailed(TimbreError):
    code, status = "csrf_failed", 403
    message = "A change by a signed-in browser needs the header X-CSRF-Token."
    hint = "Send the token that GET /session names as csrf."


class ScopeMissing(TimbreError):
    code, status = "missing_scope", 403
    message = "The API key '{name}' may not do this: it lacks the scope {scope}."
    hint = "Ask whoever runs this service for a key with that scope."


class RateExceeded(TimbreError):
    code, status = "rate_limit_exceeded", 429
    message = "More than {limit} requests were sent within a minute."
    hint = "Send the next one in {retry_after} s."


class QuotaSpent(TimbreError):
    code, status = "quota_spent", 429
    message = "The API key '{name}' may speak {limit} characters a day; {left} are left today, and {wanted} were sent."
    hint = "The day begins anew at 00:00 UTC."


class TooManyOwnJobs(TimbreError):
    code, status = "too_many_own_jobs", 429
    message = "The API key '{name}' may have {limit} jobs at once, and has {count}."
    hint = "Wait until some of them are done, or cancel some."
    retry_after = 30


class UnknownKey(TimbreError):
    code, status = "unknown_key", 404
    message = "There is no API key '{key}'."
    hint = "'timbre keys list', or GET /keys, shows those there are."


class BadKey(TimbreError):
    code, status = "bad_key", 422
    message = "The API key cannot be made so: {reason}."
    hint = "A key has a name of 1 to 80 characters, one or more of the scopes {scopes}, and may expire."


class KeyIsRevoked(TimbreError):
    code, status = "key_is_revoked", 409
    message = "The API key '{name}' is revoked and cannot be changed."
    hint = "Make a new one."


class KeyInUse(TimbreError):
    code, status = "key_in_use", 409
    message = "The API key '{name}' is in use."
    hint = "Revoke it first: timbre keys revoke {key}"


class KeyNeeded(TimbreError):
    code, status = "key_needed", 500
    message = "Timbre does not listen at {host}, where others can reach it, before there is an API key."
    hint = "Make one first: timbre keys create NAME --scope admin"


class WeakKey(TimbreError):
    code, status = "weak_key", 500
    message = "TIMBRE_API_KEY has fewer than {least} characters, so that it could be guessed."
    hint = "Take one that is made by chance, such as what 'openssl rand -base64 32' prints."


class BadCertificate(TimbreError):
    code, status = "bad_certificate", 500
    message = "TIMBRE_TLS_CERTIFICATE and TIMBRE_TLS_KEY cannot be used: {reason}."
    hint = "Both name PEM files: the certificate with those that vouch for it, and its key without a passphrase."


class BadServer(TimbreError):
    code, status = "bad_server", 422
    message = "'{server}' is no address of a service."
    hint = "Write it like http://127.0.0.1:8005."


class ServerAway(TimbreError):
    code, status = "server_away", 503
    message = "No Timbre answers at {server}: {reason}."
    hint = "Look at the address and its port, such as http://127.0.0.1:8005."


class ServerRefused(TimbreError):
    code, status = "server_refused", 502
    message = "{message}"
    hint = "{hint}"
