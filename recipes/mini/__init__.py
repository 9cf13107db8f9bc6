"""How the built-in model was made, from nothing: `python -m recipes.mini STEP`, or `make mini` for all of it."""
