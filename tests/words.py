#!/usr/bin/env python3
"""Finds the words for src/packed.rs: those that make the texts of the sources shortest together with the list itself.

usage: tests/words.py [src]      prints the list, what is used most first, and on stderr what it gains

Run it when texts were added or changed much, and put the list into WORDS. A word is any run of characters within a line. It takes the one that
gains most, again and again; then those that gain nothing are dropped, since packing takes the longest word that fits, not the best one.
"""

import collections
import pathlib
import re
import sys

COUNT = 128  # octets from 0x80 to 0xff
LONGEST = 24


def texts(directory):
    """The literals in `packed!(...)` and in the tables of `texts! {...}`, as the program has them."""
    literal = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)
    escapes = {"n": "\n", '"': '"', "\\": "\\"}
    for path in sorted(pathlib.Path(directory).rglob("*.rs")):
        source = path.read_text().split("#[cfg(test)]\nmod tests")[0]
        for begin, found in ((r"packed!\(\s*", literal.match), (r"texts! \{", None)):
            for match in re.finditer(begin, source):
                if found:
                    one = literal.match(source, match.end())
                    parts = [one] if one else []
                else:
                    parts = literal.finditer(source, match.end(), source.index("\n}", match.end()))
                for part in parts:
                    yield re.sub(r"\\(\n\s*|.)", lambda m: escapes.get(m.group(1), ""), part.group(1))


def packed_len(text, words, uses):
    """How long `text` is when it is packed; counts in `uses`."""
    length = at = 0
    while at < len(text):
        longest = max((word for word in words if text.startswith(word, at)), key=len, default=None)
        if longest:
            uses[longest] += 1
        at += len(longest or " ")
        length += 1
    return length


def best_words(lines):
    words = []
    pieces = list(lines)
    while len(words) < COUNT + COUNT // 4:
        counts = collections.Counter()
        for piece in pieces:
            for begin in range(len(piece)):
                for end in range(begin + 2, min(begin + LONGEST, len(piece)) + 1):
                    counts[piece[begin:end]] += 1
        gain, word = max((((len(word) - 1) * count - len(word) - 1, word) for word, count in counts.items()), default=(0, ""))
        if gain <= 0:
            break
        words.append(word)
        pieces = [part for piece in pieces for part in piece.split(word) if len(part) > 1]
    return words


def main():
    all_texts = list(texts(sys.argv[1] if len(sys.argv) > 1 else "src"))
    lines = [line for text in all_texts for line in text.split("\n")]
    words = best_words(lines)
    while True:
        uses = collections.Counter({word: 0 for word in words})
        for line in lines:
            packed_len(line, words, uses)
        gains = sorted(((len(word) - 1) * uses[word] - len(word) - 1, word) for word in words)
        if gains[0][0] > 0 and len(words) <= COUNT:
            break
        words.remove(gains[0][1])
    words.sort(key=lambda word: -uses[word])
    # A literal cannot begin with a space behind a line's end.
    first = next(at for at, word in enumerate(words) if not word.startswith(" "))
    words.insert(0, words.pop(first))
    packed = sum(packed_len(text, words, uses) for text in all_texts)
    length = sum(len(text) for text in all_texts)
    print(f"{length} octets of text: {packed} packed, {sum(len(word) + 1 for word in words)} of words", file=sys.stderr)
    print("\n".join(words))


if __name__ == "__main__":
    main()
