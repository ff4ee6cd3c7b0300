#!/bin/sh
# The shipped reader's recipe from a clean checkout: `sh make_reader.sh PLATES` from this folder. Some 70 minutes on two cores, seeds fixed.
# It starts from two earlier readers out of the repository's history, seven tenths of the weights of commit ee3045e and three of version 0.1.0's (f42935b), and
# ends with seven tenths of what was trained and three of ee3045e's. Replaces models/reader.onnx and models/reader.json.
set -eu
plates=${1:?name the folder with manifest.jsonl}
run=runs/reader
mkdir -p "$run/first" "$run/second"
export OMP_NUM_THREADS=1 ORT_DISABLE_TELEMETRY=1

for file in detector.onnx detector.json reader.onnx reader.json; do
  git show "f42935b:models/$file" > "$run/first/$file"
done
git show ee3045e:models/reader.onnx > "$run/second/reader.onnx"
# The corners come from version 0.1.0's engine.
if [ ! -s "$run/corners.jsonl" ]; then
  (cd .. && npm run --silent build)
  node corners.mjs "$plates" "$run/corners.jsonl" "$run/first"
fi
python3 -m reader.shipped --plates "$plates" --corners "$run/corners.jsonl" --out "$run/shipped.pt" \
  --model "$run/second/reader.onnx" --other "$run/first/reader.onnx" --share 0.3
python3 -m reader.train --plates "$plates" --corners "$run/corners.jsonl" --init "$run/shipped.pt" --out "$run" \
  --lr 1.3e-3 --easy-steps 1 --steps 3600 --descent 1200
python3 -m reader.shipped --plates "$plates" --corners "$run/corners.jsonl" --model "$run/second/reader.onnx" --out "$run/second.pt"
python3 -m reader.mean --weights "$run/final.pt" --other "$run/second.pt" --share 0.3 --out "$run/mean.pt"
python3 -m reader.fit_colors --plates "$plates" --corners "$run/corners.jsonl" --weights "$run/mean.pt" --count 9000
python3 -m reader.export --plates "$plates" --corners "$run/corners.jsonl" --weights "$run/with-colors.pt"
