"""`oauth-connector` with shorter times: its identity counts as lost after seconds of nothing but 401."""

import sys

from oauth_connector.__main__ import main
from oauth_connector.kube import identity

identity.FIRST_PAUSE = identity.LONGEST_PAUSE = 0.5
identity.UNREADY_AFTER, identity.LOST_AFTER = 1.0, 4.0

if __name__ == "__main__":
    sys.exit(main())
