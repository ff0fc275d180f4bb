"""The kinds of this project that the API server serves at a moment."""

import asyncio

import aiohttp
import orjson

from oauth_connector.api.names import GROUP, VERSION
from oauth_connector.kube.errors import NOT_FOUND

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)


async def find_served_kinds(session: aiohttp.ClientSession, server: str) -> frozenset[str] | None:
    """Return the plurals that the API server serves, or nothing if it does not say.

    The list of groups and that of the kinds of a group are updated at different moments, and kopf reads both.
    """
    try:
        groups, kinds = await asyncio.gather(
            _read_list(session, f"{server}/apis", "groups"),
            _read_list(session, f"{server}/apis/{GROUP}/{VERSION}", "resources"),
        )
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError):
        return None
    return kinds if GROUP in groups else frozenset()


async def _read_list(session: aiohttp.ClientSession, url: str, member: str) -> frozenset[str]:
    """Return the names of a discovery document. Raises aiohttp's errors, `ValueError` and `KeyError`."""
    async with session.get(url, timeout=TIMEOUT) as response:
        if response.status == NOT_FOUND:
            return frozenset()
        response.raise_for_status()
        return frozenset(item["name"] for item in orjson.loads(await response.read())[member])
