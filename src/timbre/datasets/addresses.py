"""Which addresses may be fetched from: public ones, and the networks that the settings name. Nothing else, whatever a
name resolves to now or a moment later.
"""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from timbre.errors import AddressRefused, BadAddress, NotFetched
from timbre.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST = 2_000
SHOWN = 80
WRAPPED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind NAT64
TUNNELS = tuple(map(ipaddress.ip_network, ("2002::/16", "2001::/32", "::/96", "fec0::/10")))
"""IPv6 that leads to an IPv4 address within it, or to a site of one's own."""


def checked(address: str) -> str:
    """An address that may be asked for, as far as its letters tell. Raises errors.BadAddress."""
    plain = address.strip()
    shown = ascii(plain[:SHOWN])[1:-1]
    if len(plain) > LONGEST:
        raise BadAddress(address=f"{shown}…", reason=f"it has more than {LONGEST} characters")
    try:
        parts = urlsplit(plain)
        port = parts.port
    except ValueError:
        raise BadAddress(address=shown, reason="it is no address") from None
    if parts.scheme not in {"http", "https"}:
        raise BadAddress(address=shown, reason="it begins with neither http:// nor https://")
    if not parts.hostname or port == 0 or any(sign.isspace() or not sign.isprintable() for sign in plain):
        raise BadAddress(address=shown, reason="it names no host")
    if parts.username is not None or parts.password is not None:
        raise BadAddress(address=shown, reason="it has a name or a password in it")
    return plain


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be connected to."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, chosen: Settings) -> "Reach":
        """Raises errors.BadAddress for a network that is none."""
        found = []
        for name in filter(None, (one.strip() for one in chosen.fetch_networks.split(","))):
            try:
                found.append(ipaddress.ip_network(name, strict=False))
            except ValueError:
                raise BadAddress(address=name, reason="TIMBRE_FETCH_NETWORKS holds it, and it is no network") from None
        return cls(tuple(found))

    def resolved(self, host: str, port: int) -> list[tuple[str, int]]:
        """What a host's name stands for now: addresses in figures, to be connected to as they are.

        A host of which one address may not be reached is refused whole. Raises errors.AddressRefused, NotFetched.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotFetched(address=host, reason="there is no such host") from None
        names = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not names or not all(self.holds(name) for name in names):
            raise AddressRefused(host=host)
        return [(name, port) for name in names]

    def holds(self, name: str) -> bool:
        """Whether an address in figures may be reached."""
        try:
            address = ipaddress.ip_address(name)
        except ValueError:  # a zone of this machine's own, fe80::1%eth0
            return False
        return _is_in(address, self.networks) or is_public(address)


def is_public(address: Address) -> bool:
    """Whether an address is anybody's on the internet: neither of a network of one's own, nor one in disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in WRAPPED:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if _is_in(address, TUNNELS):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
