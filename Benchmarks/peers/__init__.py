# SPDX-License-Identifier: Apache-2.0
# All proxies of the comparison, in the order of the tables.

from .attache import Attache, AttacheOnDebian13, AttacheWithoutTunnel, AttacheWithoutTunnelOrSession
from .envoy import Envoy
from .floor import Floor
from .haproxy import HAProxy
from .nghttpx import NGHTTPX
from .nginx import NGINX
from .peer import AUTHORITY, GROUP, RELAYED, SUITE, Peer, Shape
from .stunnel import Stunnel

OURS = Attache.name
ALL = (
    Attache, AttacheOnDebian13, AttacheWithoutTunnel, AttacheWithoutTunnelOrSession,
    Floor, HAProxy, NGINX, Stunnel, Envoy, NGHTTPX,
)
RIVALS = (HAProxy.name, NGINX.name, Stunnel.name, Envoy.name, NGHTTPX.name)  # other people's proxies
PEERS = {peer.name: peer for peer in ALL}
