#!/bin/sh
# The detector from scratch: `sh make_detector.sh PLATES` from this folder. Some two hours on two cores, seeds fixed.
# The shipped file came out of three shorter runs (README); this one run over all has not been compared with it.
set -eu
plates=${1:?name the folder with manifest.jsonl}
export OMP_NUM_THREADS=1 ORT_DISABLE_TELEMETRY=1

python3 -m detector.train --plates "$plates" --steps 13000
python3 -m detector.export --plates "$plates"
