"""So that ``python -m nhiassess`` is the command line."""

from nhiassess.cli import main

if __name__ == "__main__":
    main()
