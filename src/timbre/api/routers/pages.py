"""The web page and what it is made of: ours from this package, Bootstrap from its own."""

from pathlib import Path

import bootstrap_wrapper  # type: ignore[import-untyped]
from fastapi import APIRouter, FastAPI
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

WEB = Path(__file__).parents[2] / "web"
router = APIRouter(include_in_schema=False)


class Files(StaticFiles):
    """Files that a browser asks about again each time, so that an upgrade is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> FileResponse:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer  # type: ignore[return-value]


@router.get("/")
async def page() -> FileResponse:
    """The page: what its hash names is shown by its own scripts."""
    return FileResponse(WEB / "index.html", headers={"Cache-Control": "no-cache"})


def install(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/static/bootstrap", Files(directory=bootstrap_wrapper.get_bootstrap_dir()))
    for folder in ("js", "css", "locales"):
        app.mount(f"/static/{folder}", Files(directory=WEB / folder))


@router.get("/static/icon.svg")
async def icon() -> FileResponse:
    """The mark in a browser's tab."""
    return FileResponse(WEB / "icon.svg")
