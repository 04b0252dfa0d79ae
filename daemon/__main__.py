"""`python -m daemon` is the same as `officed`."""

from daemon.command_line.commands import main

if __name__ == "__main__":
    main()
