"""A mean of two readers' weights, each a file of `reader.shipped` or `reader.train`: `python3 -m reader.mean --weights FILE --other FILE --share 0.3 --out FILE`."""

import argparse

import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--other", required=True, help="a reader of the same ancestry")
    parser.add_argument("--share", type=float, required=True, help="what the other counts, 0 to 1")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    own, other = (torch.load(file)["average"] for file in (args.weights, args.other))
    torch.save({"average": {name: torch.lerp(value, other[name], args.share) if value.is_floating_point() else value for name, value in own.items()}}, args.out)


if __name__ == "__main__":
    main()
