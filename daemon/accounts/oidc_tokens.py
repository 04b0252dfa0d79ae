"""Whether an ID token is to be trusted: signed by the provider, for us, for this login, now. Authlib checks; we say what has to hold."""

from collections.abc import Mapping
from datetime import datetime

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # ships no types
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from daemon.accounts.oidc_exchange import Refused, Tokens
from daemon.configuration.oidc_entry import OidcEntry

Claims = Mapping[str, object]
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures by a public key. Not `none`, and nothing that a shared secret or the public key itself could make (HS…)."""
SKEW_SECONDS = 60


class UnknownKey(Refused):
    """Signed by a key we do not know (yet), or not signed at all: newer keys may know better."""


def checked(tokens: Tokens, keys: KeySet, entry: OidcEntry, nonce: str, now: datetime) -> Claims:
    """The claims of a token that holds (OpenID Connect Core § 3.1.3.7). Raises Refused and UnknownKey."""
    try:
        token = jwt.decode(tokens.id_token, keys, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, TypeError, KeyError) as trouble:
        raise UnknownKey(f"its ID token's signature does not hold ({type(trouble).__name__})") from None
    claims = CodeIDToken(
        token.claims,
        token.header,
        {"iss": {"essential": True, "value": entry.issuer}, "aud": {"essential": True, "value": entry.client_id}},
        {"nonce": nonce, "client_id": entry.client_id, "access_token": tokens.access_token},
    )
    try:
        claims.validate(int(now.timestamp()), SKEW_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as trouble:
        named = getattr(trouble, "claim", None)
        what = named if isinstance(named, str) else type(trouble).__name__
        raise Refused(f"its ID token does not hold ({what})") from None
    return dict(token.claims)
