"""A key that a client signs with is read for each request (RFC 7523 §2.2)."""

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.builders import a_connector, a_spec
from tests.support.signing_keys import P256_KEY, P384_KEY, write_pem
from tests.support.world import World


async def test_a_replaced_key_of_a_client_signs_the_next_assertion() -> None:
    """The new key may need another algorithm; nothing but the Secret is changed."""
    world = World()
    world.cluster.add(a_connector(a_spec(client={"id": "robot", "keyRef": {"name": "key"}})))
    for key in (P256_KEY, P384_KEY):
        world.cluster.add_credential("shop", "key", **{"tls.key": write_pem(key).encode()})
        await world.run(3600)
    first, last = (world.provider.requests[at]["client_assertion"][0] for at in (0, -1))
    assert jwt.decode(first, ECKey(P256_KEY, P256_KEY), algorithms=["ES256"]).claims["sub"] == "robot"
    assert jwt.decode(last, ECKey(P384_KEY, P384_KEY), algorithms=["ES384"]).claims["sub"] == "robot"
