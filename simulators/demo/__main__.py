"""``python -m simulators.demo``."""

import sys

from simulators.demo.cli import main

if __name__ == "__main__":
    sys.exit(main())
