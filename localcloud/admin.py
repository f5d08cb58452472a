"""The side door for the command line: status, deploy, tick, stop. On 127.0.0.1 and not for browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, request

from localcloud.servers import api_app, api_error, json_body
from pipeline.batch_limits import read_limits

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud


def create_app(cloud: LocalCloud) -> Flask:
    """Make the administration's server."""
    app = api_app("admin")

    @app.before_request
    def refuse_browsers() -> Response | None:
        # A page in the user's browser could otherwise POST here.
        return api_error(403, "not for browsers") if "Origin" in request.headers else None

    @app.get("/status")
    def status() -> Response:
        return jsonify(cloud.status())

    @app.post("/deploy")
    def deploy() -> Response:
        wanted = json_body(request.get_json(silent=True))
        drivers = wanted.get("drivers")
        if not isinstance(drivers, list) or not drivers or not all(isinstance(driver, str) for driver in drivers):
            return api_error(400, "drivers: a list of driver ids is required")
        try:
            limits = _limits(wanted.get("limits", {}))
        except (TypeError, ValueError) as error:
            return api_error(400, f"limits: {error}")
        changed = cloud.deploy(tuple(drivers), limits)
        return jsonify({"changed": changed, **cloud.status()})

    @app.post("/tick")
    def tick() -> Response:
        answer = cloud.tick(request.get_data())
        return Response(answer.body, answer.status or 502, content_type=answer.content_type)

    @app.post("/events/switches")
    def set_switches() -> Response:
        switches = json_body(request.get_json(silent=True))
        try:
            cloud.set_event_switches(switches)
        except TypeError as error:
            return api_error(400, str(error))
        return jsonify(switches)

    @app.post("/stop")
    def stop() -> Response:
        cloud.ask_to_stop()
        return jsonify({})

    return app


def _limits(wanted: object) -> dict[str, str]:
    if not isinstance(wanted, dict):
        raise TypeError("an object is required")
    return read_limits((name, str(value)) for name, value in wanted.items())
