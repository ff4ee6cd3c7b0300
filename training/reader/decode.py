"""The plainest reading of CTC frames, used while training; the server's decoder knows the formats of plates besides."""

from platerender.alphabet import CHARACTERS


def greedy_text(frames):
    """`frames`: the best class of every frame; repeats are folded, blanks (0) dropped."""
    text, before = [], 0
    for index in frames:
        if index != before and index != 0:
            text.append(CHARACTERS[index - 1])
        before = index
    return "".join(text)
