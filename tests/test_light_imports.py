"""What few offices need is not loaded by all: libraries stay in memory for as long as the daemon runs."""

import subprocess
import sys


def test_the_libraries_of_a_company_login_are_loaded_where_there_is_one_only() -> None:
    program = "import sys, daemon.bootstrap; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"daemon.bootstrap", "fastapi"} <= set(loaded)
    assert not {"httpx", "joserfc", "authlib", "cryptography"} & set(loaded)
