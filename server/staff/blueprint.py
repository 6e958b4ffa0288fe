"""The pages of staff stand in several modules and share one blueprint."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

BLUEPRINT = Blueprint("staff", __name__, template_folder="templates")
Answer = Response | str | tuple[str, int]
