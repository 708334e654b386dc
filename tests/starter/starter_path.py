# SPDX-License-Identifier: Apache-2.0
"""What the tests of scripts/starter share: the path to it, and a way out where a package is missing."""
import contextlib
import importlib.util
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

sys.dont_write_bytecode = True
sys.path.insert(0, str(REPOSITORY / "scripts" / "starter"))

SKIPPED = 77  # what CTest's SKIP_RETURN_CODE says


def skip_without(*modules):
    """Ends the program as skipped, and says why, where a module cannot be imported."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        print(f"SKIPPED: Python has no {', '.join(missing)} (scripts/install-deps test)")
        sys.exit(SKIPPED)


@contextlib.contextmanager
def temporary_directory():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
