"""Profiles: named sets of sampling parameters, built in and made by users."""
