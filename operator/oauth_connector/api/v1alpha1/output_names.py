"""Names of an output Secret and of its keys that have a meaning for other programs, and so cannot be chosen.

The values of a Secret come from a token server that the author of a connector chooses. Under one of these names, a
program would take them for something else than a token.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from oauth_connector.api.names import KEY_SECRET, STATE_SUFFIX
from oauth_connector.api.schema.fields import Rule, cel_literal
from oauth_connector.api.v1alpha1.references import KEY, LONGEST_KEY, DataKey, ObjectName

_SECRETS_OF_OTHERS = (
    r"sh\.helm\.release\..*",  # the releases of Helm: https://helm.sh/docs/topics/advanced/#storage-backends
    "bootstrap-token-.*",  # https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/
    "cacerts|istio-ca-secret",  # https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
    "argocd-(secret|initial-admin-secret|notifications-secret)",  # Argo CD: its signing key, password, and tokens
    KEY_SECRET,
)
"""Secrets that programs find by name."""

_VARIABLES = (
    # The dynamic loader and the C library: unsecvars.h of glibc.
    "LD_(AUDIT|BIND_.*|DEBUG.*|DYNAMIC_WEAK|HWCAP_MASK|LIBRARY_PATH|ORIGIN_PATH|PRELOAD|PROFILE.*|SHOW_AUXV)(_32|_64)?",
    "GCONV_PATH|GETCONF_DIR|GLIBC_TUNABLES|HOSTALIASES|LOCALDOMAIN|LOCPATH|MALLOC_.*|NIS_PATH|NLSPATH|TMPDIR|TZDIR",
    "RESOLV_HOST_CONF|RES_OPTIONS",
    # Other loaders, shells and interpreters: `initial_badenv_table` of sudo, plugins/sudoers/env.c.
    "DYLD_.*|_RLD.*|SHLIB_PATH|LIBPATH|KRB5_CONFIG.*|KRB5_KTNAME|TERMINFO.*|TERMPATH|TERMCAP",
    "PATH|HOME|SHELL|IFS|CDPATH|ENV|BASH_.*|BASHOPTS|SHELLOPTS|PROMPT_COMMAND|PS4|GLOBIGNORE|FPATH|ZDOTDIR|TMPPREFIX",
    "NULLCMD|READNULLCMD|PERLIO.*|PERL5?(DB|LIB|OPT)|PYTHON[A-Z]+|RUBYLIB|RUBYOPT|BUNDLE_GEMFILE",
    "CLASSPATH|(JAVA_TOOL|JDK_JAVA|_JAVA)_OPTIONS",
    # https://nodejs.org/api/cli.html, https://learn.microsoft.com/dotnet/core/tools/dotnet-environment-variables,
    # https://www.php.net/manual/configuration.file.php, https://www.lua.org/manual/5.4/manual.html#7
    "NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED)|(?i:npm_config_.*)",
    "DOTNET_STARTUP_HOOKS|(COR|CORECLR)_.*PROFIL.*|PHPRC|PHP_INI_SCAN_DIR|LUA_(C?PATH|INIT).*",
    # Commands of Git, certificate authorities, proxies, and the API server that kubectl trusts.
    "GIT_(ASKPASS|CONFIG.*|EDITOR|EXEC_PATH|EXTERNAL_DIFF|PAGER|PROXY_COMMAND|SSH|SSH_COMMAND|TEMPLATE_DIR)",
    "OPENSSL_(CONF|ENGINES|MODULES)|SSL_CERT_(DIR|FILE)|SSLKEYLOGFILE|(.*_)?CA_BUNDLE|KUBECONFIG",
    "(?i:(all|ftp|https?|no)_proxy)",
)
"""Variables that decide which code a process runs or which server it trusts. With `envFrom` each key becomes one."""

_RESERVED_NAME = re.compile("|".join((*_SECRETS_OF_OTHERS, f".*{STATE_SUFFIX}")))
_RESERVED_KEY = re.compile("|".join(_VARIABLES))


def _refuse(pattern: re.Pattern[str], message: str) -> Rule[str]:
    return Rule(
        f"!self.matches({cel_literal(f'^({pattern.pattern})$')})", message, lambda name: not pattern.fullmatch(name)
    )


OutputName = Annotated[
    ObjectName,
    _refuse(
        _RESERVED_NAME,
        f"must not be a name that is reserved for this operator (*{STATE_SUFFIX}, {KEY_SECRET}), Helm"
        " (sh.helm.release.*), Kubernetes (bootstrap-token-*), Istio or Argo CD: choose another name",
    ),
]
_ENVIRONMENT = (
    "must not be an environment variable that decides which code a process runs or which server it trusts, such as"
    " LD_PRELOAD, NODE_OPTIONS or HTTPS_PROXY: choose another key"
)
OutputKey = Annotated[DataKey, _refuse(_RESERVED_KEY, _ENVIRONMENT)]

_KEY = re.compile(KEY)

OUTPUT_KEY_RULES: tuple[Rule[Mapping[str, str]], ...] = (
    Rule(
        f"self.all(k, k.matches({cel_literal(f'^({KEY})$')}) && size(k) <= 253)",
        "must have valid keys: letters, digits, '-', '_' and '.', and not '..' at the beginning",
        lambda texts: all(_KEY.fullmatch(key) and len(key) <= LONGEST_KEY for key in texts),
    ),
    Rule(
        f"self.all(k, !k.matches({cel_literal(f'^({_RESERVED_KEY.pattern})$')}))",
        _ENVIRONMENT,
        lambda texts: not any(_RESERVED_KEY.fullmatch(key) for key in texts),
    ),
)
"""The rules of `OutputKey` for the keys of a map."""
