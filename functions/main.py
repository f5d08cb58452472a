"""The entry points of the three Cloud Run functions; everything they do is in `pipeline`."""

import os

import flask
import functions_framework
import google.cloud.storage  # noqa: F401 # 0.1 s, while Cloud Run boosts a start, and not in the first request's thread
from cloudevents.http.event import CloudEvent

from pipeline.stages.handlers import handle_check, handle_landed, handle_manifest


@functions_framework.http
def check_release(request: flask.Request) -> flask.typing.ResponseReturnValue:
    """Look for releases, land them, and replay what has not happened: by a tick or by hand."""
    return handle_check(os.environ, request.method, dict(request.headers), request.get_data())


@functions_framework.cloud_event
def start_batch(event: CloudEvent) -> None:
    """Start the Spark batch for a ZIP that has been landed."""
    handle_landed(os.environ, dict(flask.request.headers), event)


@functions_framework.cloud_event
def start_dbt(event: CloudEvent) -> None:
    """Start the transform for a release that has been processed."""
    handle_manifest(os.environ, dict(flask.request.headers), event)
