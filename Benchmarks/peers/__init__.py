# SPDX-License-Identifier: Apache-2.0
# All proxies of the comparison, in the order of the tables.

from .attache import Attache, AttacheOnDebian13
from .envoy import Envoy
from .floor import Floor
from .haproxy import HAProxy
from .nginx import NGINX
from .peer import GROUP, SUITE, Peer, Shape
from .stunnel import Stunnel

OURS = Attache.name
PEERS = {peer.name: peer for peer in (Attache, AttacheOnDebian13, Floor, HAProxy, NGINX, Stunnel, Envoy)}
