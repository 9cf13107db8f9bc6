"""Text on its way to the model: languages, normalisation, splitting, tokens.

No torch; heavy packages are imported where they are used.
"""
