"""Any bytes are read: atheris changes them towards code that nothing reached yet.

`python tests/fuzz/bytes.py --seconds 60` exits with another code than 0 when a file broke a source, took longer than
ten seconds or more than 1 GB. The file that did lies in build/fuzz; give it as an argument to read it again.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
OUT = TOP / "build" / "fuzz"
SLOWEST, LARGEST, LONGEST = 10, 1024, 16_384  # seconds, MB, bytes
_ROOM = 256  # MB above what was inherited


def main(words: list[str]) -> None:
    """Fuzz for a while, or read files that broke something again."""
    asked = argparse.ArgumentParser(description="Give mutated bytes to every format and source.")
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--seed", type=int, default=0, help="for the same choices again; 0 for others each time")
    asked.add_argument("--out", type=Path, default=OUT, help="where the inputs that reached more, and that broke, lie")
    asked.add_argument("files", nargs="*", help="inputs to read once instead")
    given = asked.parse_args(words)
    sys.path[0] = str(TOP)
    import atheris

    with atheris.instrument_imports(include=["nhiassess.formats", "nhiassess.sources"]):
        from tests.fuzz.ledger import Reading
    reading = Reading(Path(tempfile.mkdtemp(prefix="nhiassess-fuzz-")))
    corpus = given.out / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for name, content in reading.seeds():
        (corpus / name).write_bytes(content)
    # the peak of whoever started this counts as its own, says getrusage(2); only what is above that can be seen
    inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    limits = [
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={max(LARGEST, inherited + _ROOM)}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={given.out}/",
    ]
    box = given.files or [
        f"-max_total_time={given.seconds}",
        f"-seed={given.seed}",
        "-print_final_stats=1",
        str(corpus),
    ]
    atheris.Setup([sys.argv[0], *limits, *box], reading.read)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
