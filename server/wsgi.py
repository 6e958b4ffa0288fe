"""For a WSGI server: ``gunicorn 'server.wsgi:build()'``."""

from __future__ import annotations

import os

from flask import Flask

from server.app import create_app
from server.config import load_settings
from server.setup import open_database


def build() -> Flask:
    """The application with the settings of the machine; its database is brought to this version first."""
    settings = load_settings({}, os.environ)
    return create_app(settings, database=open_database(settings))
