#!/usr/bin/env python3
"""Turns the Swedish spelling dictionary of the npm package `dictionary-sv` into data/words.zst.

    npm pack dictionary-sv@4.0.0
    python3 tools/convert.py dictionary-sv-4.0.0.tgz

Needs Python 3.9 and the program `zstd`. The same package always gives the same bytes. src/lexicon.rs reads them.

What comes out is text: first the rules of endings, one a line («flag strip add condition leads», `0` for nothing),
an empty line, then the words, one a line («word flags»), in lower case and in the order of their bytes. On the way:

* left out are words that the dictionary forbids, words with digits or signs, prefixes, rules that add signs;
* words that only differ in capitals become one, with the flags of all; `^` marks names;
* each rule says to which place it leads: `=` a form, `<` the beginning of a compound.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
from pathlib import Path

PACKAGE = "bbecca87cf98c9902d0cd1b0f9b373ac6d1410a78ade851ea453a7b922e7164f"
FORBIDDEN, NAME, FRAGMENT = "%", "^", "Z"
# What a form or a compound needs; numbers, hyphens and hints for spelling are of no use here.
KEPT = set("ABCDEFGHIJKLMNOPQRTUXYZdefghijkmtuvwxyzs>)")
LETTERS = re.compile(r"[a-zåäöéèàáâüóćńłšőřçëïêñ]+(-[a-zåäöéèàáâüóćńłšőřçëïêñ]+)*")


def rules(affixes):
    for line in affixes.splitlines():
        fields = line.split()
        if len(fields) < 5 or fields[0] != "SFX" or fields[1] not in KEPT:
            continue
        _, flag, strip, add, condition = fields[:5]
        add, _, leads = add.partition("/")
        if re.search(r"[-:]", add + strip):
            continue
        yield f"{flag} {strip} {add} {condition} {'<' if 'X' in leads or 'U' in leads else '='}"


def words(dictionary):
    found = {}
    for line in dictionary.splitlines()[1:]:
        word, _, flags = line.partition("/")
        small = word.lower()
        if FORBIDDEN in flags or not LETTERS.fullmatch(small):
            continue
        kept = {flag for flag in flags if flag in KEPT}
        # The ends of family names have a flag of their own.
        if word != small or "c" in flags:
            kept.add(NAME)
        before = found.setdefault(small, kept)
        # A common noun that is a name as well is a common noun, a fragment that is a word as well a word.
        found[small] = (before | kept) - {mark for mark in (NAME, FRAGMENT) if mark not in before & kept}
    for word in sorted(found, key=lambda word: word.encode()):
        yield f"{word} {''.join(sorted(found[word]))}"


def main():
    archive = Path(sys.argv[1])
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == PACKAGE, "another package"
    with tarfile.open(archive) as package:
        affixes, dictionary = (
            package.extractfile(f"package/index.{end}").read().decode() for end in ("aff", "dic")
        )
    text = "\n".join([*rules(affixes), "", *words(dictionary)]) + "\n"
    target = Path(__file__).parent.parent / "data/words.zst"
    packed = subprocess.run(["zstd", "-19", "--single-thread", "-c"], input=text.encode(), capture_output=True, check=True)
    target.write_bytes(packed.stdout)
    print(f"{len(text)} bytes in {len(packed.stdout)}")


main()
