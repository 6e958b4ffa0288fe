"""``python -m terminal.app``"""

import sys

from terminal.app.main import main

if __name__ == "__main__":
    sys.exit(main())
