"""A small OpenID provider of our own: real HTTP, real RS256, PKCE checked; each lie of the tests is one attribute."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from time import time
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from daemon.web import Web

CLIENT, SECRET = "officed", "a secret of the client"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
Claims = dict[str, object]


class Provider:
    """`claims` go into every token; `spoil` changes them, `sign` makes the token of them."""

    def __init__(self) -> None:
        self.key = KEY
        self.claims: Claims = {
            "sub": "0815",
            "preferred_username": "mei",
            "email": "mei@example.org",
            "email_verified": True,
            "groups": ["staff", "facilities"],
        }
        self.spoil: Callable[[Claims], object] = lambda _: None
        self.sign: Callable[[Claims], str] = self.signed
        self.seen: list[dict[str, str]] = []
        self.secret_in = "client_secret_basic"
        self._codes: dict[str, dict[str, str]] = {}
        routes = [
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]
        self.web = Web(Starlette(routes=routes), "127.0.0.1", 0)
        self.web.start()
        self.address = self.web.address
        self.named = self.address

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid or ""}, claims, self.key)

    async def _metadata(self, request: Request) -> Response:
        del request
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        told = {name: self.address + path for name, path in paths.items()}
        return JSONResponse({"issuer": self.named, "token_endpoint_auth_methods_supported": [self.secret_in], **told})

    async def _keys(self, request: Request) -> Response:
        del request
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.seen.append(asked)
        code = secrets.token_urlsafe(8)
        self._codes[code] = asked
        answer = urlencode({"code": code, "state": asked["state"], "iss": self.address})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 303)

    async def _token(self, request: Request) -> Response:
        body = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(body.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(body.get("code_verifier", "").encode()).digest())
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        is_client = request.headers.get("authorization") == expected
        if self.secret_in == "client_secret_post":
            is_client = (body.get("client_id"), body.get("client_secret")) == (CLIENT, SECRET)
        if not is_client:
            return JSONResponse({"error": "invalid_client"}, 401)
        if (
            asked is None
            or asked["code_challenge"] != challenge.decode().rstrip("=")
            or asked["code_challenge_method"] != "S256"
            or asked["redirect_uri"] != body.get("redirect_uri")
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time())
        claims: Claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        self.spoil(claims)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)})
