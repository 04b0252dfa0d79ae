"""Writes the passwords and tokens that docker-compose.yml mounts, each into a file of its own; run by `make secrets`.

Needs nothing but Python, so that it works before anything is installed. What exists is kept: a second run after a lost
file makes only that file. The broker's password file is derived from the others and always written anew.
"""

import base64
import hashlib
import os
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"
BROKER_USERS = ("officed", "officed-shadow", "devices", "print-agent")
SECRETS = (
    *(f"mqtt_{user}" for user in BROKER_USERS),
    "influxdb_admin_password",
    "influxdb_admin_token",
    "grafana_admin_password",
)
MOSQUITTO_ROUNDS = 101
"""Mosquitto's own number. The passwords have 256 random bits: more rounds would only slow every connect."""


def make_secrets(folder: Path) -> list[str]:
    """Make what is missing in this folder; returns the names of the new files. Raises OSError."""
    # The containers read with their own user ids: the folder shuts other people out, the files inside are readable.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    for name in SECRETS:
        path = folder / name
        if not path.exists():
            _write(path, secrets.token_urlsafe(32))
            made.append(name)
    lines = [f"{user}:{mosquitto_hash((folder / f'mqtt_{user}').read_text().strip())}" for user in BROKER_USERS]
    _write(folder / "mosquitto_passwords", "\n".join(lines) + "\n")
    return made


def mosquitto_hash(password: str, salt: bytes | None = None) -> str:
    """The password as mosquitto_passwd writes it: PBKDF2 with SHA-512, `$7$rounds$salt$hash`."""
    salt = salt or os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, MOSQUITTO_ROUNDS)
    return f"$7${MOSQUITTO_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a half-written password file would lock everybody out."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.chmod(0o644)
    fresh.replace(path)


def main() -> int:
    """Make them, and say what was made; never a value."""
    try:
        made = make_secrets(FOLDER)
    except OSError as error:
        print(f"officed: the secrets could not be written: {error}", file=sys.stderr)
        return 1
    print(f"{len(made)} made, {len(SECRETS) - len(made)} kept in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
