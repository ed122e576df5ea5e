"""A server whose bounds a test chooses: `python bounded.py JSON` with fields of `ServerOptions`."""

import sys

from grader.server.options import ServerOptions
from grader.server.serving import serve

if __name__ == "__main__":
    options = ServerOptions.model_validate_json(sys.argv[1])
    sys.exit(serve(options, lambda line: sys.stdout.write(line + "\n") and sys.stdout.flush()))
