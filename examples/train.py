#!/usr/bin/env python3
"""Trains a small logistic regression and writes what a trainer of the field leaves behind.

The data is synthetic and seeded, all else is real: the weights are learned, the metrics are measured on samples that training
never saw, the rule checks count, and the audit chunk's root is computed over its events. Files in DIR:
  logistic_model_<ts>.json       the model
  logistic_metrics_<ts>.json     its metrics on the held-out fifth
  logistic_model_<ts>_card.json  its card, with the root of the audit chunk
  chunk_<ts>_<us>.json           the training audit
"""
import argparse, hashlib, json, math, pathlib, random
from datetime import datetime, timezone

FEATURES = ("violation_count", "severity_max", "recency_score", "frequency_score", "context_risk")
TRUTH = (9.0, 11.0, 3.0, -2.0, 5.0)  # what the learner has to find, around the middle of each feature
BATCH, RATE, BINS = 64, 0.5, 10


def sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def draw(count, seed, shift=0.0):
    """Samples (features, label); a shift moves the two most telling features, clipped to their range, but no label's reason."""
    rng = random.Random(seed)
    for _ in range(count):
        x = [rng.random() for _ in FEATURES]
        label = int(rng.random() < sigmoid(sum(w * (v - 0.5) for w, v in zip(TRUTH, x))))
        yield [min(1.0, v + shift) if i < 2 else v for i, v in enumerate(x)], label


def score(model, x):
    means, stds, weights = (model[key] for key in ("feature_means", "feature_stds", "feature_weights"))
    return sigmoid(model["bias"] + sum(weights[f] * (v - means[f]) / stds[f] for f, v in zip(FEATURES, x)))


def train(samples, epochs, l2, seed):
    columns = list(zip(*(x for x, _ in samples)))
    means = [sum(column) / len(column) for column in columns]
    stds = [math.sqrt(sum((v - m) ** 2 for v in column) / len(column)) for column, m in zip(columns, means)]
    rows = [([(v - m) / s for v, m, s in zip(x, means, stds)], label) for x, label in samples]
    weights, bias, rng = [0.0] * len(FEATURES), 0.0, random.Random(seed)
    for epoch in range(epochs):
        rng.shuffle(rows)
        for start in range(0, len(rows), BATCH):
            batch, rate = rows[start:start + BATCH], RATE / (1 + epoch)
            errors = [sigmoid(bias + sum(w * v for w, v in zip(weights, x))) - label for x, label in batch]
            slopes = [sum(e * x[i] for e, (x, _) in zip(errors, batch)) / len(batch) for i in range(len(weights))]
            weights = [w - rate * (slope + l2 * w) for w, slope in zip(weights, slopes)]
            bias -= rate * sum(errors) / len(batch)
    named = lambda values: dict(zip(FEATURES, values))
    return {"model_type": "logistic", "threshold": 0.5, "bias": bias, "feature_weights": named(weights),
            "feature_means": named(means), "feature_stds": named(stds), "trained": True, "training_samples": len(samples)}


def measure(scores, labels):
    both = list(zip(scores, labels))
    hits = sum(p >= 0.5 and y == 1 for p, y in both)
    precision, recall = hits / sum(p >= 0.5 for p in scores), hits / sum(labels)
    bins = [[] for _ in range(BINS)]
    for p, y in both:
        bins[min(BINS - 1, int(p * BINS))].append((p, y))
    ranks = sum(rank for rank, (_, y) in enumerate(sorted(both), 1) if y == 1)
    positive, negative = sum(labels), len(labels) - sum(labels)
    return {"precision": precision, "recall": recall,
            "accuracy": sum((p >= 0.5) == (y == 1) for p, y in both) / len(both),
            "f1": 2 * precision * recall / (precision + recall),
            "ece": sum(abs(sum(p - y for p, y in b)) for b in bins) / len(both),
            "roc_auc": (ranks - positive * (positive + 1) / 2) / (positive * negative),
            "brier": sum((p - y) ** 2 for p, y in both) / len(both)}


def data_violations(samples):
    return sum(y not in (0, 1) or not all(0 <= v <= 1 for v in x) for x, y in samples)


def prediction_violations(model, samples):
    """A score is a probability, and never falls when only the severity rises."""
    more_severe = lambda x: [x[0], 1.0, *x[2:]]
    return sum(not 0 <= score(model, x) <= score(model, more_severe(x)) <= 1 for x, _ in samples)


def merkle_root(events):
    """The field's scheme: SHA-256 of sorted JSON, then of two hex digests joined; an odd one is paired with itself."""
    level = [hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest() for event in events]
    while len(level) > 1:
        level += level[-1:] * (len(level) % 2)
        level = [hashlib.sha256((a + b).encode()).hexdigest() for a, b in zip(level[::2], level[1::2])]
    return level[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model-path", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--l2", type=float, default=1e-4, help="how strongly large weights are held back")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--num-samples", type=int, default=20000)
    options = parser.parse_args()
    config = {"epochs": options.epochs, "batch_size": BATCH, "num_samples": options.num_samples, "seed": options.seed,
              "train_ratio": 0.8, "split_strategy": "temporal", "l2": options.l2}
    events = []

    def audit(event_type, **details):
        now = datetime.now(timezone.utc).isoformat()
        events.append({"event_type": event_type, "model_type": "logistic", **details, "timestamp": now})

    began = datetime.now(timezone.utc)
    audit("training_start", **config)
    samples = list(draw(options.num_samples, options.seed))
    bad_rows = data_violations(samples)
    audit("governance_data_validation", samples_checked=len(samples), violations_found=bad_rows)
    cut = len(samples) * 4 // 5
    model = train(samples[:cut], options.epochs, options.l2, options.seed)
    audit("training_completed", epochs=options.epochs)
    held_out = samples[cut:]
    metrics = measure([score(model, x) for x, _ in held_out], [y for _, y in held_out])
    audit("validation_metrics", metrics=metrics)
    bad_scores = prediction_violations(model, held_out)
    audit("governance_prediction_validation", predictions_checked=len(held_out), violations_found=bad_scores)

    done = datetime.now(timezone.utc)
    stamp, chunk_id = done.strftime("%Y%m%d_%H%M%S"), began.strftime("chunk_%Y%m%d_%H%M%S_%f")
    stem = f"logistic_model_{stamp}"
    audit("model_saved", model_path=f"{stem}.json", metrics_path=f"logistic_metrics_{stamp}.json")
    root = merkle_root(events)
    card = {"model_version": stamp, "model_type": "logistic", "training_timestamp": done.isoformat(), "metrics": metrics,
            "training_config": config,
            "dataset_info": {"source": "synthetic", "samples": len(samples), "train_samples": cut, "val_samples": len(held_out)},
            "governance_summary": {"enabled": True, "data_violations": bad_rows, "prediction_violations": bad_scores},
            "audit_merkle_root": root, "drift_report_id": None, "model_path": f"{stem}.json"}
    chunk = {"chunk_id": chunk_id, "merkle_root": root, "created_at": began.isoformat(), "finalized_at": done.isoformat(),
             "event_count": len(events), "events": events}
    options.model_path.mkdir(parents=True, exist_ok=True)
    for name, content in ((stem, {**model, "timestamp": done.isoformat(), "version": "1.0"}),
                          (f"logistic_metrics_{stamp}", metrics), (f"{stem}_card", card), (chunk_id, chunk)):
        with open(options.model_path / f"{name}.json", "x", encoding="utf-8") as file:  # never over another training's
            file.write(json.dumps(content, indent=2) + "\n")
    print(f"{stem}: " + ", ".join(f"{name} {metrics[name]:.3f}" for name in ("accuracy", "f1", "ece")))


if __name__ == "__main__":
    main()
