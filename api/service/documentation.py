"""The page that describes every request, /docs, from files of this machine: it works without a network."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

PAGE, FILES = "/docs", "/docs-files"


def add_documentation(app: FastAPI) -> None:
    """Serve the page; `app` must have been made without FastAPI's own, which loads its files from elsewhere."""
    app.mount(FILES, StaticFiles(directory=str(files("fastapi_offline") / "static")))
    page = get_swagger_ui_html(
        openapi_url=str(app.openapi_url),
        title=app.title,
        swagger_js_url=f"{FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{FILES}/swagger-ui.css",
        swagger_favicon_url=f"{FILES}/favicon.png",
        oauth2_redirect_url=None,
    )

    @app.get(PAGE, include_in_schema=False)
    async def documentation() -> HTMLResponse:
        return page
