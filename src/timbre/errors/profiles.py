"""What can be wrong with a profile."""

from timbre.errors.base import TimbreError


class UnknownProfile(TimbreError):
    code, status = "unknown_profile", 404
    message = "There is no profile '{profile}'."
    hint = "The profiles are: {known}."


class BuiltInProfile(TimbreError):
    code, status = "built_in_profile", 409
    message = "The profile '{profile}' is built in and cannot be changed or deleted."
    hint = "Duplicate it, and change the copy."


class ProfileNameTaken(TimbreError):
    code, status = "profile_name_taken", 409
    message = "There is a profile '{name}' already."
    hint = "Choose another name."


class BadProfile(TimbreError):
    code, status = "bad_profile", 422
    message = "The profile cannot be kept: {reason}."
    hint = "A profile needs a name of 1 to 80 characters; its description may have 400."
