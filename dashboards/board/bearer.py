"""Who calls the API: a program with a token, or a person with the board's session."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dashboards.board.door import Person
from dashboards.board.visitor import Reception

_SCHEME = HTTPBearer(auto_error=False, description="a token of `officed users token`")


class Bearer:
    """A dependency of FastAPI: the caller, or 401, or 403."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    def __call__(
        self, request: Request, token: Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)]
    ) -> Person:
        """A session reads only: what it may change stands in forms, which nobody else can send."""
        accounts = self._reception.entry.accounts
        if token is not None:
            known = accounts.bearer(token.credentials) if accounts is not None else None
        else:
            known = self._reception.recognise(request).person if request.method == "GET" else None
        if known is None:
            raise HTTPException(401, "log in, or show a token", headers={"WWW-Authenticate": "Bearer"})
        if "read" not in known.scopes and request.method == "GET":
            raise HTTPException(403, "this token may not read")
        return known
