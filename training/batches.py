"""Batches drawn by other processes than the one that trains.

Batch k is drawn from its own random numbers, seeded by k, and handed out as the k-th: a run sees the same pictures however many processes draw
them, and after it was resumed.
"""

import multiprocessing as mp
import queue
import random
from contextlib import nullcontext

# Batches that each process keeps ready.
AHEAD = 4
# Seconds after which a process that has given nothing is looked after.
LOOK_EVERY = 30


class Batches:
    """`next()` gives `draw(rng, k)` for k = `first`, `first` + 1 and so on. A `turn` (a lock) keeps drawing and training from running at once."""

    def __init__(self, draw, seed, first, workers, turn=None):
        self._queues = [mp.Queue(maxsize=AHEAD) for _ in range(workers)]
        self._taken = 0
        self._processes = [
            mp.Process(target=_fill, args=(filled, draw, seed, first + index, workers, turn), daemon=True) for index, filled in enumerate(self._queues)
        ]
        # Forked, so that the pictures are loaded once and shared.
        for process in self._processes:
            process.start()

    def next(self):
        """The next batch. RuntimeError where the process that draws it has ended."""
        index = self._taken % len(self._queues)
        self._taken += 1
        while True:
            try:
                return self._queues[index].get(timeout=LOOK_EVERY)
            except queue.Empty:
                if not self._processes[index].is_alive():
                    raise RuntimeError(f"drawing process {index} has ended") from None

    def stop(self):
        for process in self._processes:
            process.terminate()


def _fill(filled, draw, seed, first, stride, turn):
    import cv2

    cv2.setNumThreads(1)
    index = first
    while True:
        with turn or nullcontext():
            batch = draw(random.Random(f"{seed}:{index}"), index)
        filled.put(batch)
        index += stride
