"""`grader view RUN`: a run's page, served on this machine; it follows a run that goes on."""

from argparse import Namespace

from grader.cli.parser import Parser, count, path

SUMMARY = "show a run in the browser and follow it while it goes on"


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run_directory", metavar="RUN", type=path, help="a run's directory")
    parser.add_argument(
        "--port",
        metavar="N",
        type=count,
        default=0,
        help="port on 127.0.0.1; no other machine can reach it [default: any free one]",
    )
    parser.add_argument(
        "--open", action="store_true", help="also open the browser [default: print the address]"
    )


def run(arguments: Namespace) -> int:
    """Serve until interrupted, which is the ordinary end."""
    from grader.cli.output import show, tell  # noqa: PLC0415  heavy
    from grader.study.view import ViewServer  # noqa: PLC0415

    with ViewServer(arguments.run_directory, port=arguments.port) as viewer:
        show(f"{viewer.url}\n")
        tell("ctrl-C ends it")
        if arguments.open:
            import webbrowser  # noqa: PLC0415

            webbrowser.open(viewer.url)
        try:
            viewer.serve_forever()
        except KeyboardInterrupt:
            tell("")
    return 0
