"""Queues that say one thing and do another: what the printer is really sent decides, and officed's sheets agree with it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from print_watch import Watch, watching
from real_cups import Cups, cups, needs_cups

pytestmark = [pytest.mark.real, pytest.mark.timeout(120), needs_cups]

TWO = "sides=two-sided-long-edge"
GENERIC = "drv:///sample.drv/generic.ppd"


@pytest.fixture(scope="module")
def server() -> Iterator[Cups]:
    folder = Path(tempfile.mkdtemp(prefix="officed-cups-"))
    folder.chmod(0o755)
    try:
        with cups(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def watch(server: Cups, tmp_path: Path) -> Iterator[Watch]:
    with watching(server, tmp_path) as made:
        yield made


def test_against_sides_of_the_queue_the_ppd_wins_as_the_printer_s_own_file_shows(server: Cups, watch: Watch) -> None:
    """`lpadmin -o sides-default` on a queue with a PPD: what the printer is sent decides what is right."""
    before = server.lines()
    wrong: dict[object, object] = {}
    for queue, options in (
        ("one", ["Option1=True", "sides-default=two-sided-long-edge"]),
        ("two", ["Option1=True", "Duplex=DuplexNoTumble", "sides-default=one-sided"]),
    ):
        sent = server.folder / f"{queue}.ps"
        sent.touch()
        sent.chmod(0o666)
        server.queue(queue, GENERIC, f"file://{sent}", options)
        for asked in ((), ("Duplex=DuplexNoTumble",), ("Duplex=None",), (TWO,), ("sides=one-sided",)):
            sent.write_bytes(b"")
            number = server.print(queue, 3, *asked)
            before += 1
            server.finish(before)
            watch.all()
            truth = "yes" if b"/Duplex true" in sent.read_bytes() else "no"
            heard = watch.heard()[number]
            if (heard.two_sided, heard.sheets) != (truth, 2 if truth == "yes" else 3):
                wrong[queue, asked] = (heard.two_sided, heard.sheets, truth)
            if not asked:
                assert truth == {"one": "no", "two": "yes"}[queue], "sides-default has won"
    assert wrong == {}


def test_what_cups_pdf_prints_is_counted_by_the_sheets_that_it_would_be(server: Cups, watch: Watch) -> None:
    model = next((line.split()[0] for line in server.ask("lpinfo", "-m").splitlines() if "CUPS-PDF_noopt" in line), "")
    if not model:
        pytest.skip("not installed: printer-driver-cups-pdf")
    queue = f"pdf{server.port}"
    server.queue(queue, model, "cups-pdf:/")
    before, title = server.lines(), f"officed {server.port}"
    expected = {
        # a name that no user has: the file goes to cups-pdf's own folder for such, and not to somebody's home
        server.print(queue, pages, *asked, title=title, copies=copies, user="officed-nobody"): sheets
        for pages, asked, copies, sheets in (
            (1, (TWO,), 1, 1),
            (3, (TWO,), 1, 3),
            (3, (), 2, 6),
            (4, ("number-up=2",), 1, 2),
        )
    }
    server.finish(before + len(expected))
    for left in (
        *Path("/var/spool/cups-pdf/ANONYMOUS").glob(f"officed_{server.port}*"),
        Path(f"/var/log/cups/cups-pdf-{queue}_log"),
    ):
        left.unlink(missing_ok=True)
    assert watch.all() == len(expected)
    heard = watch.heard()
    assert {number: heard[number].sheets for number in expected} == expected
    assert {heard[number].two_sided for number in expected} == {"no"}, "cups-pdf turns no sheet"
