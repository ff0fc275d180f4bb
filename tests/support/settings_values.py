"""Values of the chart that its schema alone would accept, and the operator or the consent server would refuse."""

from tests.support.chart_values import Values


def allow(**entry: object) -> Values:
    """Return values that allow two destinations, the second with this content."""
    return {"settings": {"allowedDestinations": [{"host": "login.corp.example"}, entry]}}


def trust(*proxies: str) -> Values:
    """Return values with the networks of proxies."""
    return {"consent": {"settings": {"clientAddressHeader": "X-Forwarded-For", "trustedProxies": list(proxies)}}}


def bypass(entry: str) -> Values:
    """Return values of a proxy that is not used for two hosts, the second this one."""
    return {"egressProxy": {"url": "http://proxy.corp.example:3128", "noProxy": ["*.corp.example", entry]}}


def token(**changes: object) -> Values:
    """Return values with a token of the operator that has this content."""
    entry = {"audience": "https://sso.corp.example", "namespaces": ["shop"], "hosts": ["sso.corp.example"]}
    return {"operatorTokens": [{**entry, **changes}]}


TOKEN = "/operatorTokens/0"
ENTRY = "settings/allowedDestinations[1]"
IN_SCHEMA = "/settings/allowedDestinations/1"
PROXY = "consent/settings/trustedProxies[0]"
BYPASSED = "/egressProxy/noProxy/1"
DEADLINE = "settings/renewDeadlineSeconds must be at least a second shorter than settings/leaseDurationSeconds"
RETRY = "settings/leaseRetrySeconds must be at most a quarter of settings/renewDeadlineSeconds"
LABELS = "/settings/allowedOutputLabels/0"
HEADER = "consent/settings/clientAddressHeader"
PROXIES = "consent/settings/trustedProxies"

REFUSED: dict[str, tuple[Values, str]] = {
    "a deadline beyond the Lease": (
        {"settings": {"leaseDurationSeconds": 5, "renewDeadlineSeconds": 15, "leaseRetrySeconds": 9}},
        DEADLINE,
    ),
    "the default deadline beyond the Lease": ({"settings": {"leaseDurationSeconds": 10}}, DEADLINE),
    "a deadline beyond the default Lease": (
        {"settings": {"leaseDurationSeconds": None, "renewDeadlineSeconds": 14.5}},
        DEADLINE,
    ),
    "a Lease below the default deadline": (
        {"settings": {"leaseDurationSeconds": 10, "renewDeadlineSeconds": None}},
        DEADLINE,
    ),
    "too few retries": ({"settings": {"leaseRetrySeconds": 2.6}}, RETRY),
    "too short for the default retries": ({"settings": {"renewDeadlineSeconds": 7, "leaseRetrySeconds": None}}, RETRY),
    "host and network": (allow(host="idp.example", cidr="10.0.0.0/8"), f"{ENTRY}: set exactly one of host and cidr"),
    "ports only": (allow(ports=[9443]), f"{ENTRY}: set exactly one of host and cidr"),
    "no port": (allow(host="idp.example", ports=[]), f"{IN_SCHEMA}/ports"),
    "a host with a scheme": (allow(host="https://idp.example"), f"{IN_SCHEMA}/host"),
    "a host with a port": (allow(host="idp.example:8443"), f"{IN_SCHEMA}/host"),
    "a host with a path": (allow(host="idp.example/token"), f"{IN_SCHEMA}/host"),
    "any host": (allow(host="*"), f"{IN_SCHEMA}/host"),
    "bits of a host": (allow(cidr="10.0.0.5/8"), f"{ENTRY}/cidr: 10/0/0/5/8 has bits of a host after its first 8"),
    "bits of a host within a byte": (allow(cidr="10.0.65.0/18"), f"{ENTRY}/cidr: 10/0/65/0/18 has bits"),
    "bits of a host in IPv6": (allow(cidr="fd00:0:0:1::/63"), f"{ENTRY}/cidr: fd00:0:0:1::/63 has bits"),
    "a length beyond IPv4": (allow(cidr="10.0.0.0/99"), f"{ENTRY}/cidr: 10/0/0/0/99 is not a network"),
    "a length beyond IPv6": (allow(cidr="fd00::/129"), f"{ENTRY}/cidr: fd00::/129 is not a network"),
    "a length of zero and more": (allow(cidr="10.0.0.0/08"), f"{IN_SCHEMA}/cidr"),
    "a mask": (allow(cidr="10.0.0.0/255.0.0.0"), f"{IN_SCHEMA}/cidr"),
    "a part beyond a byte": (allow(cidr="10.0.256.0/24"), f"{ENTRY}/cidr: 10/0/256/0/24 is not a network"),
    "an octal part": (allow(cidr="010.0.0.0/8"), f"{ENTRY}/cidr: 010/0/0/0/8 is not a network"),
    "three parts": (allow(cidr="10.0.0/24"), f"{ENTRY}/cidr: 10/0/0/24 is not a network"),
    "IPv6 too short": (allow(cidr="fd00:/8"), f"{ENTRY}/cidr: fd00:/8 is not a network"),
    "IPv6 too long": (allow(cidr="1:2:3:4:5:6:7:8:9/8"), f"{ENTRY}/cidr: 1:2:3:4:5:6:7:8:9/8 is not a network"),
    "IPv6 with no zeros left out": (allow(cidr="1::2:3:4:5:6:7:8/128"), f"{ENTRY}/cidr: 1::2:3:4:5:6:7:8/128 is not"),
    "IPv6 with two gaps": (allow(cidr="fd00::1::/64"), f"{ENTRY}/cidr: fd00::1::/64 is not a network"),
    "IPv4 in IPv6": (allow(cidr="::ffff:10.0.0.0/104"), f"{ENTRY}/cidr: ::ffff:10/0/0/0/104 is not a network"),
    "a host as a network": (allow(cidr="corp.example"), f"{IN_SCHEMA}/cidr"),
    "a header without proxies": (
        {"consent": {"settings": {"clientAddressHeader": "X-Forwarded-For"}}},
        f"{PROXIES} is required if {HEADER} is set",
    ),
    "proxies without a header": (
        {"consent": {"settings": {"trustedProxies": ["10.0.0.0/8"]}}},
        f"{HEADER} is required if {PROXIES} is set",
    ),
    "a proxy with bits of a host": (trust("10.0.0.5/8"), f"{PROXY}: 10/0/0/5/8 has bits of a host"),
    "a proxy by name": (trust("proxy.example"), "/consent/settings/trustedProxies/0"),
    "an egress proxy on port 0": ({"egressProxy": {"url": "http://proxy.corp.example:0"}}, "/egressProxy/url"),
    "an egress proxy on no port": ({"egressProxy": {"url": "http://proxy.corp.example:65536"}}, "/egressProxy/url"),
    "an egress proxy without a name": ({"egressProxy": {"url": "http://::3128"}}, "/egressProxy/url"),
    "a host without the proxy, with a scheme": (bypass("https://idp.corp.example"), BYPASSED),
    "a host without the proxy, with a port": (bypass("idp.corp.example:443"), BYPASSED),
    "a domain without the proxy, as curl has it": (bypass(".corp.example"), BYPASSED),
    "no host with the proxy": (bypass("*"), BYPASSED),
    "a network without the proxy, with bits of a host": (
        bypass("10.0.0.5/8"),
        "egressProxy/noProxy[1]: 10/0/0/5/8 has bits of a host",
    ),
    "an incomplete network without the proxy": (bypass("fd00:/8"), "egressProxy/noProxy[1]: fd00:/8 is not a network"),
    "an operator's token for the Kubernetes API": (
        token(audience="https://kubernetes.default.svc"),
        f"{TOKEN}/audience",
    ),
    "an operator's token for every namespace": (token(namespaces=["*"]), f"{TOKEN}/namespaces/0"),
    "an operator's token for no namespace": (token(namespaces=[]), f"{TOKEN}/namespaces"),
    "an operator's token for no host": (token(hosts=[]), f"{TOKEN}/hosts"),
    "an operator's token for a pattern of hosts": (token(hosts=["*.example"]), f"{TOKEN}/hosts/0"),
    "an audience of the operator twice": (
        {"operatorTokens": token()["operatorTokens"] * 2},
        "operatorTokens must name each audience once",
    ),
    "a label of no controller": ({"settings": {"allowedOutputLabels": ["example.com/team"]}}, LABELS),
    "a label of Kubernetes": ({"settings": {"allowedOutputLabels": ["app.kubernetes.io/instance"]}}, LABELS),
    "a label as YAML has it": ({"settings": {"allowedOutputLabels": ["argoproj.io/type: cluster"]}}, LABELS),
}
"""By what is wrong: the values, and what Helm says, with `/` for each dot."""

HOSTS = ("Login.Corp.Example", "login.corp.example.", "*.corp.example", "dex", "my_dex.auth.svc", "10.0.0.5")
NETWORKS = ("0.0.0.0/0", "10.0.0.0/8", "10.0.64.0/18", "255.255.255.254/31", "10.0.0.5/32", "10.0.0.5")
NETWORKS_6 = ("::/0", "fc00::/7", "FD00::/8", "fd00:0:0:2::/63", "::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::/112")

URLS = ("https://proxy.corp.example:3129/", "http://10.0.0.1:65535", "http://[fd00::1]:8080")
ALLOWED_LABELS = (
    "argocd.argoproj.io/secret-type=repository",
    "argocd.example/x",
    "toolkit.fluxcd.io/a_b.c",
    "helm.sh/x=",
)

ACCEPTED: dict[str, Values] = {
    "times of other controllers": {
        "settings": {"leaseDurationSeconds": 60, "renewDeadlineSeconds": 40, "leaseRetrySeconds": 5}
    },
    "times at their bounds": {
        "settings": {"leaseDurationSeconds": 12, "renewDeadlineSeconds": 11, "leaseRetrySeconds": 2.75}
    },
    "no times": {
        "settings": dict.fromkeys(("leaseDurationSeconds", "renewDeadlineSeconds", "leaseRetrySeconds")),
    },
    **{f"host {host}": allow(host=host) for host in HOSTS},
    **{f"network {cidr}": allow(cidr=cidr) for cidr in (*NETWORKS, *NETWORKS_6)},
    "proxies": trust("10.0.0.0/8", "fd00::/8", "192.0.2.1"),
    **{f"{host} without the proxy": bypass(host) for host in (*HOSTS, *NETWORKS, *NETWORKS_6)},
    **{f"egress proxy {url}": {"egressProxy": {"url": url}} for url in URLS},
    "labels of controllers": {"settings": {"allowedOutputLabels": list(ALLOWED_LABELS)}},
}
"""By what they are for: values that chart and processes accept."""
