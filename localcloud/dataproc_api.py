"""Dataproc's REST paths and errors, so that Google's own batch client may ask; `dataproc` says what is honoured."""

import uuid
from typing import Any

from flask import Flask, Response, jsonify, request

from localcloud.dataproc import ACTIVE, Dataproc
from localcloud.servers import api_app, api_error, json_body

_TYPE = "type.googleapis.com/google.cloud.dataproc.v1"


def create_app(dataproc: Dataproc) -> Flask:
    """Make the REST server of a Dataproc."""
    app = api_app("dataproc")
    _add_batches(app, dataproc)
    _add_operations(app, dataproc)
    return app


def _add_batches(app: Flask, dataproc: Dataproc) -> None:
    parent = "/v1/projects/<project>/locations/<region>/batches"

    @app.post(parent)
    def create_batch(project: str, region: str) -> Response:
        batch_id = request.args.get("batchId", "") or f"batch-{uuid.uuid4().hex}"
        wanted = json_body(request.get_json(silent=True))
        if violations := dataproc.violations(batch_id, wanted):
            return _refuse(violations)
        batch = dataproc.create(f"projects/{project}/locations/{region}/batches/{batch_id}", wanted)
        if batch is None:
            return api_error(409, f"Already exists: Failed to create batch: Batch {batch_id}")
        return jsonify(_operation(batch))

    @app.get(parent)
    def list_batches(project: str, region: str) -> Response:
        if request.args.get("filter"):
            return api_error(400, "localcloud's Dataproc offers no list filters")
        prefix = f"projects/{project}/locations/{region}/batches/"
        listed = [batch for batch in dataproc.batches.values() if batch["name"].startswith(prefix)]
        listed.sort(key=lambda batch: batch["createTime"], reverse=True)
        start, size = int(request.args.get("pageToken") or 0), int(request.args.get("pageSize") or 20)
        following = str(start + size) if start + size < len(listed) else ""
        return jsonify({"batches": listed[start : start + size], "nextPageToken": following})

    @app.get(f"{parent}/<batch_id>")
    def get_batch(project: str, region: str, batch_id: str) -> Response:
        batch = dataproc.batches.get(batch_id)
        return _not_found(project, region, batch_id) if batch is None else jsonify(batch)

    @app.delete(f"{parent}/<batch_id>")
    def delete_batch(project: str, region: str, batch_id: str) -> Response:
        batch = dataproc.batches.get(batch_id)
        if batch is None:
            return _not_found(project, region, batch_id)
        if batch["state"] in ACTIVE:
            return api_error(400, f"Batch {batch_id} is {batch['state']}: cancel it first", "FAILED_PRECONDITION")
        dataproc.delete(batch)
        return jsonify({})


def _add_operations(app: Flask, dataproc: Dataproc) -> None:
    def find(operation_id: str) -> dict[str, Any] | None:
        return next((batch for batch in dataproc.batches.values() if batch["uuid"] == operation_id), None)

    @app.get("/v1/projects/<project>/<any(regions, locations):kind>/<region>/operations/<operation_id>")
    def get_operation(project: str, kind: str, region: str, operation_id: str) -> Response:
        batch = find(operation_id)
        if batch is None:
            return api_error(404, f"Not found: Operation projects/{project}/{kind}/{region}/operations/{operation_id}")
        return jsonify(_operation(batch))

    @app.post("/v1/projects/<project>/<any(regions, locations):kind>/<region>/operations/<operation_id>:cancel")
    def cancel_operation(project: str, kind: str, region: str, operation_id: str) -> Response:
        batch = find(operation_id)
        if batch is None:
            return api_error(404, f"Not found: Operation projects/{project}/{kind}/{region}/operations/{operation_id}")
        dataproc.cancel(batch)
        return jsonify({})


def _operation(batch: dict[str, Any]) -> dict[str, Any]:
    metadata = {"batch": batch["name"], "batchUuid": batch["uuid"], "createTime": batch["createTime"]}
    operation: dict[str, Any] = {
        "name": batch["operation"],
        "metadata": {"@type": f"{_TYPE}.BatchOperationMetadata", **metadata, "operationType": "BATCH"},
        "done": batch["state"] not in ACTIVE,
    }
    if batch["state"] == "SUCCEEDED":
        operation["response"] = {"@type": f"{_TYPE}.Batch", **batch}
    elif operation["done"]:
        operation["error"] = {"code": 1 if batch["state"] == "CANCELLED" else 10, "message": batch["stateMessage"]}
    return operation


def _refuse(violations: list[tuple[str, str]]) -> Response:
    response = api_error(400, "; ".join(f"{field}: {why}" for field, why in violations))
    document = json_body(response.get_json())
    listed = [{"field": field, "description": why} for field, why in violations]
    document["error"]["details"] = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": listed}]
    refusal = jsonify(document)
    refusal.status_code = 400
    return refusal


def _not_found(project: str, region: str, batch_id: str) -> Response:
    return api_error(404, f"Not found: Batch projects/{project}/locations/{region}/batches/{batch_id}")
