"""What the shipped site of nginx hands on between browsers and the nodes, and what it refuses."""

import http.client
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mmt.server import LARGEST_REQUEST
from tests import parts
from tests.certificate import NAME
from tests.nginx import Nginx
from tests.product import ROOT

from .asking import PATIENCE_SECONDS, ask, connected
from .node import HALF

pytestmark = pytest.mark.skipif(
    parts.nginx() is None, reason=f"No nginx. Try: {parts.part('nginx').how}"
)
LARGEST = LARGEST_REQUEST - 1  # bytes: the product refuses the bound itself


class Node:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        command = [sys.executable, "-m", "tests.deploy.node", str(folder), "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip().rstrip("/")

    @property
    def was_reached(self) -> bool:
        return (self.folder / "begun").exists()

    def go(self) -> None:
        (self.folder / "go").touch()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[Node]]:
    found = [Node(tmp_path / name) for name in ("one", "two")]
    yield found
    for node in found:
        node.go()
        node.kill()


@pytest.fixture
def site(tmp_path: Path, nodes: list[Node]) -> Iterator[Nginx]:
    (tmp_path / "nginx").mkdir()
    found = Nginx(tmp_path / "nginx")
    found.start([node.url for node in nodes])
    yield found
    found.stop()


@pytest.fixture
def node(nodes: list[Node], site: Nginx) -> Node:
    """The only one, the other being dead."""
    nodes[1].kill()
    return nodes[0]


def until(is_so: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_what_a_client_claims_of_itself_is_taken_away(site: Nginx) -> None:
    claims = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"}
    claims |= {"X-Request-ID": "0" * 32, "Forwarded": "for=203.0.113.7"}
    seen = ask(site, "/", source="127.0.0.3", headers=claims).json()
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("127.0.0.3", "https")
    assert re.fullmatch("[0-9a-f]{32}", seen["HTTP_X_REQUEST_ID"])
    assert seen["HTTP_X_REQUEST_ID"] != "0" * 32
    assert seen["HTTP_FORWARDED"] is None


def test_a_body_comes_through_up_to_the_products_own_bound(site: Nginx) -> None:
    assert ask(site, "/", bytes(LARGEST)).json()["size"] == LARGEST
    with connected(site) as connection:
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(LARGEST_REQUEST + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413


@contextmanager
def export(site: Nginx) -> Iterator[http.client.HTTPResponse]:
    with connected(site) as connection:
        connection.request("GET", "/halves/")
        with connection.getresponse() as answer:
            yield answer


def test_the_first_of_an_export_arrives_before_the_last_is_made(site: Nginx, node: Node) -> None:
    with export(site) as answer:
        first = answer.read(len(HALF) // 2)
        node.go()
        assert len(first) + len(answer.read()) == 2 * len(HALF)


def test_an_export_that_a_node_could_not_end_does_not_look_whole(site: Nginx, node: Node) -> None:
    with export(site) as answer:
        answer.read(len(HALF) // 2)
        node.kill()
        with pytest.raises(http.client.IncompleteRead):
            answer.read()


def test_a_sheet_that_is_sent_is_never_a_file_here(site: Nginx, node: Node) -> None:
    with ThreadPoolExecutor(1) as beside:
        sending = beside.submit(ask, site, "/held/", bytes(LARGEST))
        until(lambda: node.was_reached)
        opened = files_of(site)
        node.go()
        assert sending.result().json()["size"] == LARGEST
    assert opened
    assert [path for path in opened if "/kept/" in path] == []


def test_an_export_that_is_read_slowly_is_never_a_file_here(site: Nginx, node: Node) -> None:
    node.go()
    with export(site):  # of which nothing is read, while another is read whole
        assert len(ask(site, "/halves/").body) == 2 * len(HALF)
        opened = files_of(site)
    assert [path for path in opened if "/kept/" in path] == []


def files_of(site: Nginx) -> list[str]:
    """Return what its workers have open, also what has no name any more."""
    children = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text().split()
    places = [path for child in children for path in Path(f"/proc/{child}/fd").iterdir()]
    return [str(path.readlink()) for path in places if path.is_symlink()]


def test_a_dead_node_is_not_noticed_by_who_asks(site: Nginx, node: Node) -> None:
    assert {ask(site, "/").status for _ in range(8)} == {200}


def test_what_was_sent_to_a_dying_node_is_not_sent_again_from_here(
    site: Nginx, nodes: list[Node]
) -> None:
    with ThreadPoolExecutor(1) as beside:
        sending = beside.submit(ask, site, "/held/", b"a signature")
        until(lambda: any(node.was_reached for node in nodes))
        [other] = [node for node in nodes if not node.was_reached]
        [reached] = [node for node in nodes if node is not other]
        reached.kill()
        assert sending.result().status == 502
    assert not other.was_reached


def at_once(
    site: Nginx, path: str, many: int, between: Callable[[], None] = lambda: None
) -> list[int]:
    """Send so many requests, each on a connection of its own; return what was answered."""
    with ExitStack() as stack:
        waiting = [stack.enter_context(connected(site)) for _ in range(many)]
        for connection in waiting:
            connection.request("GET", path)
        between()
        return [connection.getresponse().status for connection in waiting]


def test_a_flood_at_the_door_is_turned_away_and_pages_are_not(site: Nginx) -> None:
    until(lambda: set(at_once(site, "/accounts/login/", 60)) == {200, 429})
    assert set(at_once(site, "/", 60)) == {200}


def test_one_address_does_not_take_every_connection(site: Nginx, nodes: list[Node]) -> None:
    def go() -> None:
        until(lambda: all(node.was_reached for node in nodes))
        for node in nodes:
            node.go()

    answered = at_once(site, "/held/", 110, go)
    assert answered.count(429) >= 10
    assert answered.count(200) + answered.count(429) == 110
    assert ask(site, "/", source="127.0.0.4").json()["HTTP_HOST"] == f"{NAME}:{site.port}"
