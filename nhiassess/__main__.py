"""So that ``python -m nhiassess`` is the command line."""

import os
import sys

# Python looks for modules where it is started, which may be the very folder that is to be assessed
if sys.path[:1] == [os.getcwd()]:
    del sys.path[0]

from nhiassess.cli import main

if __name__ == "__main__":
    main()
