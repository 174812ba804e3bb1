"""Attacks that reach out: over networks, to services of the machine, to the kernel."""

from __future__ import annotations

from attacks.attack import Attack, Group
from attacks.catalogue.tools import attack

ATTACKS: tuple[Attack, ...] = (
    attack(
        "connects_to_services",
        Group.ESCAPES,
        "connects to a server of the operator's over TCP",
        r"""
def connected(kind, address):
    with socket.socket(kind) as link:
        link.settimeout(3)
        link.connect(address)
        return link.recv(100)

def requested():
    import urllib.request
    with urllib.request.urlopen("http://127.0.0.1:@tcp_port@/", timeout=3) as answer:
        return answer.read(100)

attempt(lambda: connected(socket.AF_INET, ("127.0.0.1", @tcp_port@)), requested)
""",
    ),
    attack(
        "sends_datagrams",
        Group.ESCAPES,
        "sends data out over UDP, and asks for names",
        r"""
def sent():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        return link.sendto(b"scores", ("127.0.0.1", @tcp_port@))

attempt(sent)
""",
    ),
    attack(
        "connects_to_engine",
        Group.ESCAPES,
        "asks a container engine's socket to start something as root",
        r"""
def connected(address):
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(3)
        link.connect(address)
        return link.recv(100)

attempt(lambda: connected("@unix_socket@"))
""",
    ),
    attack(
        "connects_to_abstract_sockets",
        Group.ESCAPES,
        "connects to a socket that no folder holds",
        r"""
def connected(address):
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(3)
        link.connect(address)
        return link.recv(100)

attempt(lambda: connected("\0@unix_socket@"))
""",
    ),
    attack(
        "asks_the_kernel_over_sockets",
        Group.ESCAPES,
        "opens netlink, raw, virtual-machine and crypto sockets",
        r"""
attempt(
    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
    lambda: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0),
    lambda: socket.socket(40, socket.SOCK_STREAM, 0),
)
""",
    ),
    attack(
        "serves",
        Group.ESCAPES,
        "opens a port for somebody outside",
        r"""
attempt(lambda: socket.create_server(("0.0.0.0", 0)).getsockname())
""",
    ),
    attack(
        "downloads",
        Group.ESCAPES,
        "lets Keras fetch a file from a server",
        r"""
import keras
attempt(lambda: read(keras.utils.get_file("@marker@-got", "http://127.0.0.1:@tcp_port@/", cache_dir=".")))
""",
    ),
)
