"""The metadata server of GCE and Cloud Run: what gives Google's clients a project and credentials without a key.

Honours: `Metadata-Flavor: Google` (required, and returned), project, region, zone, the default service account with
`recursive=true`, access tokens and ID tokens for an audience.
Does not check: anything about access tokens (no stand-in reads them); every process here is the same account, whose
name does not end in gserviceaccount.com, because google-auth would then ask the real IAM about it.
Source: https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
"""

import secrets
from collections.abc import Callable

from flask import Flask, Response, abort, jsonify, request

from localcloud.tokens import LIFETIME_S, TokenSigner

_ACCOUNT_PATH = "/computeMetadata/v1/instance/service-accounts/<account>/"
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)


def create_app(project: str, region: str, email: str, signer: TokenSigner) -> Flask:
    """Make the metadata server of a project whose default account is `email`."""
    app = Flask("metadata")
    texts = {
        "/": "computeMetadata/",
        "/computeMetadata/v1/": "instance/\nproject/\n",
        "/computeMetadata/v1/project/project-id": project,
        "/computeMetadata/v1/project/numeric-project-id": "100000000001",
        "/computeMetadata/v1/instance/id": "1",
        "/computeMetadata/v1/instance/region": f"projects/100000000001/regions/{region}",
        "/computeMetadata/v1/instance/zone": f"projects/100000000001/zones/{region}-1",
        "/computeMetadata/v1/universe/universe-domain": "googleapis.com",
        "/computeMetadata/v1/instance/service-accounts/": f"default/\n{email}/\n",
    }
    for path, text in texts.items():
        app.add_url_rule(path, path, _answer_with(text))
    _add_flavor(app)
    _add_account(app, email, signer)
    return app


def _answer_with(text: str) -> Callable[[], Response]:
    return lambda: Response(text, content_type="application/text")


def _add_flavor(app: Flask) -> None:
    @app.before_request
    def require_flavor() -> Response | None:
        if request.path != "/" and request.headers.get("Metadata-Flavor") != "Google":
            return Response("Missing Metadata-Flavor:Google header.", 403)
        return None

    @app.after_request
    def return_flavor(response: Response) -> Response:
        response.headers["Metadata-Flavor"] = "Google"
        response.headers["Server"] = "Metadata Server for localcloud"
        return response


def _add_account(app: Flask, email: str, signer: TokenSigner) -> None:
    def require(account: str) -> None:
        if account not in ("default", email):
            abort(404)

    @app.get(_ACCOUNT_PATH)
    def describe(account: str) -> Response:
        require(account)
        if request.args.get("recursive", "").lower() != "true":
            return Response("aliases\nemail\nidentity\nscopes\ntoken\n", content_type="application/text")
        return jsonify({"aliases": ["default"], "email": email, "scopes": list(_SCOPES)})

    @app.get(f"{_ACCOUNT_PATH}email")
    def tell_email(account: str) -> Response:
        require(account)
        return Response(email, content_type="application/text")

    @app.get(f"{_ACCOUNT_PATH}scopes")
    def tell_scopes(account: str) -> Response:
        require(account)
        return Response("\n".join(_SCOPES), content_type="application/text")

    @app.get(f"{_ACCOUNT_PATH}token")
    def give_access_token(account: str) -> Response:
        require(account)
        token = f"ya29.localcloud-{secrets.token_urlsafe(24)}"
        return jsonify({"access_token": token, "expires_in": LIFETIME_S, "token_type": "Bearer"})  # nosec B105 # a kind of token

    @app.get(f"{_ACCOUNT_PATH}identity")
    def give_id_token(account: str) -> Response:
        require(account)
        audience = request.args.get("audience", "")
        if not audience:
            return Response("non-empty audience parameter required", 400)
        return Response(signer.sign(email, audience), content_type="text/html")
