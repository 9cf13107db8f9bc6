"""`python -m timbre`: the same as the command `timbre`."""

import sys

from timbre.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
