"""`python -m oauth_connector` is `oauth-connector`."""

import sys

from oauth_connector.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
