"""The Merkle tree of RFC 6962: what lets an auditor check a few hashes instead of the log.

Owns the hashing of leaves and nodes, the frontier that grows with the log in constant memory,
proofs that an event is in the log (inclusion) and that a later log only added to an earlier one
(consistency), and their verification. Pure: no database, no clock, nothing of ours imported, so
the same file serves an offline verifier. Hashes are 32 raw bytes; a leaf's index is its
position in the log minus one.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash the bytes of one entry: SHA-256 of 0x00 and ``data``."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent: SHA-256 of 0x01, ``left`` and ``right``."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree reduced to the roots of its complete subtrees, largest and oldest first.

    ``peaks`` has one hash for each bit set in ``size``: at most 63, whatever the log's length.
    It is what a checkpoint stores; ``Frontier(size, peaks)`` continues from there.
    """

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Continue a tree of ``size`` leaves. Raises ValueError if the peaks cannot be its."""
        if size < 0 or len(peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves does not have {len(peaks)} peaks")
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        carry, peaks = self.size, self.peaks
        while carry & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            carry >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """Root hash of all leaves so far; the hash of nothing for an empty tree."""
        if not self.peaks:
            return EMPTY_ROOT
        *larger, root = self.peaks
        for peak in reversed(larger):
            root = node_hash(peak, root)
        return root


class Tree:
    """A tree with every complete subtree kept, for many proofs over the same leaves.

    About 140 bytes a leaf; a proof then costs a handful of hashes.
    """

    def __init__(self, leaf_hashes: Iterable[bytes]) -> None:
        level = list(leaf_hashes)
        self.size = len(level)
        self._levels = [level]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)
            level = [node_hash(left, right) for left, right in pairs]
            self._levels.append(level)

    def root(self) -> bytes:
        """Root hash of all leaves; the hash of nothing for an empty tree."""
        return self._root(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Hashes that lead from leaf ``index`` (from 0) to the root. Raises ValueError."""
        if not 0 <= index < self.size:
            raise ValueError(f"leaf {index} is not in a tree of {self.size} leaves")
        return list(self._path(index, 0, self.size))

    def consistency_proof(self, earlier_size: int) -> list[bytes]:
        """Hashes that show the first ``earlier_size`` (from 1) leaves unchanged. ValueError."""
        if not 0 < earlier_size <= self.size:
            raise ValueError(f"a tree of {self.size} leaves did not grow from {earlier_size}")
        return list(self._subproof(earlier_size, 0, self.size, whole=True))

    def _root(self, start: int, end: int) -> bytes:
        width = end - start
        if width.bit_count() == 1:
            return self._levels[width.bit_length() - 1][start // width]
        middle = start + _split(width)
        return node_hash(self._root(start, middle), self._root(middle, end))

    def _path(self, index: int, start: int, end: int) -> Iterator[bytes]:
        if end - start == 1:
            return
        middle = start + _split(end - start)
        if index < middle:
            yield from self._path(index, start, middle)
            yield self._root(middle, end)
        else:
            yield from self._path(index, middle, end)
            yield self._root(start, middle)

    def _subproof(self, size: int, start: int, end: int, *, whole: bool) -> Iterator[bytes]:
        """SUBPROOF of RFC 6962, 2.1.2; ``whole``: the verifier knows this subtree's root."""
        if size == end:
            if not whole:
                yield self._root(start, end)
            return
        middle = start + _split(end - start)
        if size <= middle:
            yield from self._subproof(size, start, middle, whole=whole)
            yield self._root(middle, end)
        else:
            yield from self._subproof(size, middle, end, whole=False)
            yield self._root(start, middle)


def _split(width: int) -> int:
    """Largest power of two below ``width`` (from 2), where RFC 6962 divides a tree."""
    return 1 << ((width - 1).bit_length() - 1)


def inclusion_proof(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Prove that leaf ``index`` (from 0) is in the tree. Hashes every leaf; see ``Tree``."""
    return Tree(leaf_hashes).inclusion_proof(index)


def consistency_proof(earlier_size: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Prove that the tree grew from its first ``earlier_size`` leaves. Hashes every leaf."""
    return Tree(leaf_hashes).consistency_proof(earlier_size)


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``proof`` leads from leaf hash ``leaf`` at ``index`` to ``root`` of ``size`` leaves.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size or not _are_hashes(leaf, *proof):
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            node, last = _climb(node, last)
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    earlier_size: int, size: int, proof: Sequence[bytes], earlier_root: bytes, root: bytes
) -> bool:
    """Whether ``proof`` shows that the tree of ``root`` begins with the tree of ``earlier_root``.

    Says no about an empty earlier tree: everything grows from nothing, so it proves nothing.
    Source: RFC 9162, 2.1.4.2.
    """
    if not 0 < earlier_size <= size or not _are_hashes(*proof):
        return False
    if earlier_size == size:
        return not proof and earlier_root == root
    known = earlier_size.bit_count() == 1
    hashes = iter([earlier_root, *proof] if known else proof)
    node, last = _climb(earlier_size - 1, size - 1, through=1)
    before = after = next(hashes, b"")
    for sibling in hashes:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            node, last = _climb(node, last)
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and before == earlier_root and after == root


def _are_hashes(*items: bytes) -> bool:
    return all(len(item) == HASH_BYTES for item in items)


def _climb(node: int, last: int, *, through: int = 0) -> tuple[int, int]:
    """Go up while ``node`` is a right child (``through=1``) or an only one (0), not past 0."""
    while node and node & 1 == through:
        node, last = node >> 1, last >> 1
    return node, last
