"""The HTTP way in: FastAPI on uvicorn. Never imports torch; whatever needs the model goes through the engine's client."""
