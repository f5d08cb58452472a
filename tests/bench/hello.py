"""What check_release's cold start is measured against: a function that imports Google's storage client and greets."""

import flask
import functions_framework
from google.cloud import storage  # type: ignore[attr-defined, unused-ignore]


@functions_framework.http
def hello(request: flask.Request) -> str:
    """Greet."""
    del request
    return f"hello from {storage.__version__}\n"
