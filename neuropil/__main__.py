"""Run the command line with ``python -m neuropil``."""

from .command_line import main

if __name__ == "__main__":
    main()
