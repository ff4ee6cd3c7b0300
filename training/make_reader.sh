#!/bin/sh
# The shipped reader's recipe from a clean checkout: `sh make_reader.sh PLATES` from this folder. Some 40 minutes on one core, seeds fixed.
# It starts from the reader of version 0.1.0, taken out of the repository's history, and replaces models/reader.onnx and models/reader.json.
set -eu
plates=${1:?name the folder with manifest.jsonl}
run=runs/reader
mkdir -p "$run"
export OMP_NUM_THREADS=1 ORT_DISABLE_TELEMETRY=1

mkdir -p "$run/before"
for file in detector.onnx detector.json reader.onnx reader.json; do
  git show "f42935b:models/$file" > "$run/before/$file"
done
(cd .. && npm run --silent build)
node corners.mjs "$plates" "$run/corners.jsonl" "$run/before"
python3 -m reader.shipped --plates "$plates" --corners "$run/corners.jsonl" --model "$run/before/reader.onnx" --out "$run/shipped.pt"
python3 -m reader.train --plates "$plates" --corners "$run/corners.jsonl" --init "$run/shipped.pt" --out "$run" \
  --lr 1.3e-3 --easy-steps 1 --steps 2000 --one-core
python3 -m reader.fit_colors --plates "$plates" --corners "$run/corners.jsonl" --weights "$run/final.pt" --count 9000
python3 -m reader.export --plates "$plates" --corners "$run/corners.jsonl" --weights "$run/with-colors.pt"
