"""Which ID tokens let nobody in: a wrong claim, a wrong signature, no signature, a key that is not the provider's."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import time

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from oidc_office import SPOILT, Office, opened
from openid_provider import CLIENT, Claims


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as office:
        yield office


def _forged(claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048))


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unsigned(claims: Claims) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda claims: claims.update(nonce="another"), id="nonce of another login"),
        pytest.param(lambda claims: claims.pop("nonce"), id="no nonce"),
        pytest.param(lambda claims: claims.update(iss="https://login.example.net"), id="another issuer"),
        pytest.param(lambda claims: claims.pop("iss"), id="no issuer"),
        pytest.param(lambda claims: claims.update(aud="another"), id="for another client"),
        pytest.param(lambda claims: claims.update(aud="another", azp=CLIENT), id="for another, by us"),
        pytest.param(lambda claims: claims.update(aud=[CLIENT, "b"], azp="b"), id="authorised another party"),
        pytest.param(lambda claims: claims.pop("aud"), id="for nobody"),
        pytest.param(lambda claims: claims.update(exp=int(time()) - 70), id="expired"),
        pytest.param(lambda claims: claims.pop("exp"), id="never expires"),
        pytest.param(lambda claims: claims.update(nbf=int(time()) + 120), id="not yet"),
        pytest.param(lambda claims: claims.update(at_hash="AAAA"), id="of another access token"),
    ],
)
def test_a_token_with_a_wrong_claim_lets_nobody_in(office: Office, spoil: Callable[[Claims], object]) -> None:
    office.provider.spoil = spoil
    refused = office.log_in()
    assert refused.status_code == 401
    assert SPOILT in refused.text
    assert office.who is None


@pytest.mark.parametrize("sign", [_forged, _unsigned, lambda _: "x.y.z", lambda _: ""])
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(office: Office, sign: Callable[[Claims], str]) -> None:
    office.provider.sign = sign
    assert SPOILT in office.log_in().text
    assert office.who is None


def test_the_public_key_is_no_shared_secret(office: Office) -> None:
    """The classic confusion: HS256 over the bytes of the key that everybody can read."""
    public = office.provider.key.as_pem(private=False)

    def sign(claims: Claims) -> str:
        signed = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
        mac = hmac.new(public, signed.encode(), "sha256").digest()
        return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    office.provider.sign = sign
    assert SPOILT in office.log_in().text
    assert office.who is None


def test_a_minute_of_wrong_clocks_is_forgiven(office: Office) -> None:
    office.provider.spoil = lambda claims: claims.update(
        exp=int(time()) - 50, nbf=int(time()) + 50, iat=int(time()) + 50
    )
    office.log_in()
    assert office.who is not None


def test_new_keys_of_the_provider_are_fetched(office: Office) -> None:
    office.log_in()
    office.browser.cookies.clear()
    office.provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    assert SPOILT in office.log_in().text, "not more often than once a minute"
    office.seconds = 61
    office.log_in()
    assert office.who is not None
