#!/usr/bin/env python3
"""Scores fresh samples with the models of a directory and writes drift_metrics.json as the field's monitoring script does.

drift_score is the largest distance between a feature's mean now and its mean in training, in standard deviations of training.
--shift moves the samples, as a world that changed would.
"""
import argparse, json, pathlib, random, sys
from datetime import datetime, timezone

from train import FEATURES, draw, score


def read(file):
    return json.loads(file.read_text(encoding="utf-8"))


def watch(file, samples):
    model = read(file)
    baseline = read(file.with_name(file.name.replace("_model_", "_metrics_")))["accuracy"]
    said = [score(model, x) >= model["threshold"] for x, _ in samples]
    accuracy = sum(yes == (y == 1) for yes, (_, y) in zip(said, samples)) / len(samples)
    drift = max(abs(sum(x[i] for x, _ in samples) / len(samples) - model["feature_means"][f]) / model["feature_stds"][f]
                for i, f in enumerate(FEATURES))
    return {"model_name": file.stem, "current_accuracy": accuracy, "baseline_accuracy": baseline,
            "accuracy_drop": baseline - accuracy, "positive_rate": sum(said) / len(said), "drift_score": drift,
            "drift_detected": drift >= 0.15 or baseline - accuracy > 0.05}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model-path", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--num-samples", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32), help="default: another each time")
    parser.add_argument("--shift", type=float, default=0.0)
    parser.add_argument("--output", type=pathlib.Path, default="drift_metrics.json", metavar="FILE")
    options = parser.parse_args()
    files = sorted(f for f in options.model_path.glob("*_model_*.json") if not f.name.endswith("_card.json"))
    if not files:
        sys.exit(f"monitor.py: no *_model_*.json in {options.model_path}: nothing was monitored, so nothing is written")
    samples = list(draw(options.num_samples, options.seed, options.shift))
    rows = [watch(file, samples) for file in files]
    report = {"timestamp": datetime.now(timezone.utc).isoformat(), "drift_detected": any(row["drift_detected"] for row in rows),
              "drift_score": max(row["drift_score"] for row in rows), "models_monitored": rows}
    options.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for row in rows:
        print(f"{row['model_name']}: accuracy {row['current_accuracy']:.3f}, drift score {row['drift_score']:.3f}"
              + (", DRIFT" if row["drift_detected"] else ""))


if __name__ == "__main__":
    main()
