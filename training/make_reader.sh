#!/bin/sh
# The shipped reader's recipe from a clean checkout: `sh make_reader.sh PLATES` from this folder. Two to three hours on one core, seeds fixed.
# Starts from the weights of models/reader.onnx, which make_reader.sh replaces: check out the file of version 0.1.0 first.
set -eu
plates=${1:?name the folder with manifest.jsonl}
run=runs/reader
mkdir -p "$run"
export OMP_NUM_THREADS=1 ORT_DISABLE_TELEMETRY=1

(cd .. && npm run --silent build)
node corners.mjs "$plates" "$run/corners.jsonl"
python3 -m reader.shipped --plates "$plates" --corners "$run/corners.jsonl" --out "$run/shipped.pt"
python3 -m reader.train --plates "$plates" --corners "$run/corners.jsonl" --init "$run/shipped.pt" --out "$run" \
  --lr 1.3e-3 --easy-steps 1 --steps STEPS
python3 -m reader.fit_colors --plates "$plates" --corners "$run/corners.jsonl" --weights "$run/final.pt" --count 9000
python3 -m reader.export --plates "$plates" --corners "$run/corners.jsonl" --weights "$run/with-colors.pt"
