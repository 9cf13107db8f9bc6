"""The HTTP way in: FastAPI on uvicorn. Never imports torch: what needs the model goes through the engine's client."""
