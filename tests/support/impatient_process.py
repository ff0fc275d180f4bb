"""`oauth-connector` with shorter times: its identity counts as lost after seconds of nothing but 401."""

from oauth_connector import __main__
from oauth_connector.kube import identity


def main() -> int:
    """Run the command of the arguments."""
    identity.FIRST_PAUSE = identity.LONGEST_PAUSE = 0.5
    identity.UNREADY_AFTER, identity.LOST_AFTER = 1.0, 4.0
    return __main__.main()
