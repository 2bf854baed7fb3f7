import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.postgres.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves and the roots used by the Certificate Transparency reference implementations.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
VECTORS = Path(__file__).parents[3] / "shared" / "data" / "vectors-merkle"

leaf_lists = st.lists(st.binary(max_size=4).map(leaf_hash), min_size=1, max_size=70)


def vectors(name: str) -> list[dict[str, Any]]:
    path = VECTORS / f"{name}.json"
    if not path.exists():
        pytest.skip(f"published vectors {path.name} are not beside this checkout")
    found: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return list(found.values())


def decoded(vector: dict[str, Any], *fields: str) -> list[bytes]:
    return [base64.b64decode(vector[field]) for field in fields]


def proof_of(vector: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(text) for text in vector["proof"] or ()]


def root_by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word: slow, and sharing nothing with the code."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = root_by_definition(leaves[:k]), root_by_definition(leaves[k:])
    return sha256(b"\x01" + left + right).digest()


def test_frontier_has_the_published_root_at_every_size() -> None:
    frontier = Frontier()
    roots = []
    for data in CT_LEAVES:
        frontier.append(leaf_hash(data))
        roots.append(frontier.root())

    assert roots == CT_ROOTS


def test_kept_tree_has_the_published_root_at_every_size() -> None:
    leaves = [leaf_hash(data) for data in CT_LEAVES]

    assert [Tree(leaves[:size]).root() for size in range(1, 9)] == CT_ROOTS


def test_empty_tree_is_the_hash_of_nothing() -> None:
    published = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    assert Frontier().root() == Tree([]).root() == EMPTY_ROOT == published


def test_inclusion_proof_of_the_sixth_of_eight_is_the_published_one() -> None:
    leaves = [leaf_hash(data) for data in CT_LEAVES]

    proof = inclusion_proof(5, leaves)

    assert [item.hex() for item in proof] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert verify_inclusion(5, 8, leaves[5], proof, CT_ROOTS[7])


def test_consistency_proof_from_six_to_eight_is_the_published_one() -> None:
    leaves = [leaf_hash(data) for data in CT_LEAVES]

    proof = consistency_proof(6, leaves)

    assert [item.hex() for item in proof] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert verify_consistency(6, 8, proof, CT_ROOTS[5], CT_ROOTS[7])


def test_a_node_passed_off_as_a_leaf_hashes_differently() -> None:
    left, right = leaf_hash(b"one"), leaf_hash(b"two")

    assert leaf_hash(left + right) != node_hash(left, right)


def test_published_inclusion_vectors_get_their_published_verdict() -> None:
    for vector in vectors("inclusion"):
        leaf, root = decoded(vector, "leafHash", "root")

        said = verify_inclusion(
            vector["leafIdx"], vector["treeSize"], leaf, proof_of(vector), root
        )

        assert said is not vector["wantErr"], vector["desc"]


def test_published_consistency_vectors_get_their_published_verdict() -> None:
    for vector in vectors("consistency"):
        earlier, root = decoded(vector, "root1", "root2")

        said = verify_consistency(
            vector["size1"], vector["size2"], proof_of(vector), earlier, root
        )

        assert said is not vector["wantErr"], vector["desc"]


def test_published_happy_proofs_are_the_ones_made_here() -> None:
    leaves = [leaf_hash(data) for data in CT_LEAVES]
    made = 0
    for vector in vectors("inclusion"):
        if not vector["wantErr"] and decoded(vector, "root")[0] in CT_ROOTS:
            tree = Tree(leaves[: vector["treeSize"]])
            made += tree.inclusion_proof(vector["leafIdx"]) == proof_of(vector)
    for vector in vectors("consistency"):
        if not vector["wantErr"] and decoded(vector, "root2")[0] in CT_ROOTS:
            tree = Tree(leaves[: vector["size2"]])
            made += tree.consistency_proof(vector["size1"]) == proof_of(vector)

    assert made == 6


@given(leaf_lists)
def test_frontier_and_tree_agree_with_the_definition(leaves: list[bytes]) -> None:
    frontier = Frontier()
    frontier.extend(leaves)

    assert frontier.root() == Tree(leaves).root() == root_by_definition(leaves)


@given(leaf_lists, st.data())
def test_frontier_continues_from_its_stored_peaks(
    leaves: list[bytes], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    first = Frontier()
    first.extend(leaves[:cut])
    continued = Frontier(cut, list(first.peaks))
    continued.extend(leaves[cut:])

    assert continued.root() == root_by_definition(leaves)
    assert continued.size == len(leaves)


@given(leaf_lists, st.data())
def test_inclusion_proof_holds_for_its_leaf_and_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root = root_by_definition(leaves)
    proof = inclusion_proof(index, leaves)

    assert verify_inclusion(index, len(leaves), leaves[index], proof, root)
    assert not verify_inclusion(index, len(leaves), leaf_hash(b"another"), proof, root)
    assert not verify_inclusion(index, len(leaves), leaves[index], [*proof, root], root)


@given(leaf_lists, st.data())
def test_consistency_proof_holds_for_its_past_and_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    past, root = root_by_definition(leaves[:size]), root_by_definition(leaves)
    proof = consistency_proof(size, leaves)
    rewritten = root_by_definition([leaf_hash(b"rewritten"), *leaves[1:size]])

    assert verify_consistency(size, len(leaves), proof, past, root)
    assert not verify_consistency(size, len(leaves), proof, rewritten, root)
    assert not verify_consistency(size, len(leaves), [*proof, root], past, root)


def test_a_flipped_bit_anywhere_in_a_proof_is_noticed() -> None:
    leaves = [leaf_hash(data) for data in CT_LEAVES[:7]]
    proof = inclusion_proof(2, leaves)
    for spoilt in range(len(proof)):
        flipped = bytes([proof[spoilt][0] ^ 1]) + proof[spoilt][1:]
        forged = [*proof[:spoilt], flipped, *proof[spoilt + 1 :]]

        assert not verify_inclusion(2, 7, leaves[2], forged, CT_ROOTS[6])


@pytest.mark.parametrize("index", [-1, 3])
def test_no_proof_is_made_for_a_leaf_outside_the_tree(index: int) -> None:
    with pytest.raises(ValueError, match="not in a tree of 3 leaves"):
        inclusion_proof(index, [leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")])


@pytest.mark.parametrize("earlier_size", [0, 3])
def test_no_proof_is_made_from_a_past_that_was_not(earlier_size: int) -> None:
    with pytest.raises(ValueError, match="did not grow"):
        consistency_proof(earlier_size, [leaf_hash(b"a"), leaf_hash(b"b")])


def test_a_frontier_with_peaks_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="does not have 1 peaks"):
        Frontier(3, [leaf_hash(b"a")])


def test_a_hash_of_another_length_is_no_part_of_a_proof() -> None:
    leaves = [leaf_hash(data) for data in CT_LEAVES[:2]]

    assert not verify_inclusion(0, 1, b"", [], b"")
    assert not verify_inclusion(0, 2, leaves[0], [leaves[1][:31]], CT_ROOTS[1])
    assert not verify_consistency(1, 2, [b""], CT_ROOTS[0], CT_ROOTS[1])
