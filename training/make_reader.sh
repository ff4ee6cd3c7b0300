#!/bin/sh
# The shipped reader's recipe from a clean checkout: `sh make_reader.sh PLATES` from this folder. The training takes ten minutes with DEVICE=cuda WORKERS=8 on an
# H200, some five hours on two cores; the rest ten minutes. It starts from the reader of commit 72c135d. Replaces models/reader.onnx and models/reader.json.
set -eu
plates=${1:?name the folder with manifest.jsonl}
where="--device ${DEVICE:-cpu} --workers ${WORKERS:-1}"
run=runs/reader
mkdir -p "$run/start"
export OMP_NUM_THREADS=1 ORT_DISABLE_TELEMETRY=1

sh find_corners.sh "$plates"
corners=runs/corners.jsonl
git show 72c135d:models/reader.onnx > "$run/start/reader.onnx"
python3 -m reader.shipped --plates "$plates" --corners "$corners" --model "$run/start/reader.onnx" --out "$run/start.pt"
python3 -m reader.train --plates "$plates" --corners "$corners" --init "$run/start.pt" --out "$run/first" \
  --batch 128 --lr 1.5e-3 --easy-steps 1 --steps 9600 --descent 6720 $where
python3 -m reader.train --plates "$plates" --corners "$corners" --init "$run/first/final.pt" --out "$run/second" --seed "reader 2" \
  --batch 128 --lr 1.2e-3 --easy-steps 1 --steps 3700 --descent 2900 $where
python3 -m reader.mean --weights "$run/second/final.pt" --other "$run/first/final.pt" --share 0.5 --out "$run/mean.pt"
python3 -m reader.fit_colors --plates "$plates" --corners "$corners" --weights "$run/mean.pt" --count 9000
python3 -m reader.export --plates "$plates" --corners "$corners" --weights "$run/with-colors.pt"
