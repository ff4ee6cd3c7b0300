#!/bin/sh
# The shipped reader's recipe from a clean checkout: `sh make_reader.sh PLATES` from this folder. Some minutes on one core, seeds fixed.
# No step of training: the weights are seven tenths of the reader before it (commit ee3045e), three tenths of version 0.1.0's (f42935b), which that one was
# trained on from, both out of the repository's history; then the colour head anew. Replaces models/reader.onnx and models/reader.json.
set -eu
plates=${1:?name the folder with manifest.jsonl}
run=runs/reader
mkdir -p "$run"
export OMP_NUM_THREADS=1 ORT_DISABLE_TELEMETRY=1

# The corners come from version 0.1.0's engine.
mkdir -p "$run/first" "$run/before"
for file in detector.onnx detector.json reader.onnx reader.json; do
  git show "f42935b:models/$file" > "$run/first/$file"
done
git show ee3045e:models/reader.onnx > "$run/before/reader.onnx"
if [ ! -s "$run/corners.jsonl" ]; then
  (cd .. && npm run --silent build)
  node corners.mjs "$plates" "$run/corners.jsonl" "$run/first"
fi
python3 -m reader.shipped --plates "$plates" --corners "$run/corners.jsonl" --out "$run/mixed.pt" \
  --model "$run/before/reader.onnx" --other "$run/first/reader.onnx" --share 0.3
python3 -m reader.fit_colors --plates "$plates" --corners "$run/corners.jsonl" --weights "$run/mixed.pt" --count 9000
python3 -m reader.export --plates "$plates" --corners "$run/corners.jsonl" --weights "$run/with-colors.pt"
