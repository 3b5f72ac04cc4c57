"""Figures of scipy and statsmodels for the experiments among the real data, for `reference.json`:

    pip install scipy==1.17.1 statsmodels==0.15.0 pyarrow
    python reference.py ../../../../shared/data > reference.json
"""

import json
import sys

import numpy as np
import pyarrow.parquet as parquet
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats import proportion

folder = sys.argv[1]


def cookie_cats():
    rows = parquet.read_table(f"{folder}/experiments/cookie_cats.parquet").to_pylist()
    arms = {arm: [row for row in rows if row["version"] == arm] for arm in ("gate_30", "gate_40")}
    people = [len(arms["gate_30"]), len(arms["gate_40"])]
    found = {"people": people, "ratio_p": float(stats.chisquare(people).pvalue)}
    for goal in ("retention_1", "retention_7"):
        c, t = (sum(row[goal] for row in arm) for arm in arms.values())
        z, p = proportion.proportions_ztest([t, c], people[::-1])
        pair = (t, people[1], c, people[0])
        found[goal] = {
            "converted": [c, t],
            "z": float(z),
            "p": float(p),
            "newcombe": [float(x) for x in proportion.confint_proportions_2indep(*pair, method="newcomb")],
            "ratio": [
                float(x)
                for x in proportion.confint_proportions_2indep(*pair, method="log-adjusted", compare="ratio")
            ],
        }
    rounds = [np.array([row["sum_gamerounds"] for row in arm], dtype=float) for arm in arms.values()]
    test = stats.ttest_ind(rounds[1], rounds[0], equal_var=False)
    found["rounds"] = {
        "t": float(test.statistic),
        "p": float(test.pvalue),
        "interval": [float(x) for x in test.confidence_interval(0.95)],
    }
    return found


def asos():
    final = {}
    for row in parquet.read_table(f"{folder}/experiments/asos_digital_experiments_dataset.parquet").to_pylist():
        if row["metric_id"] == 1:
            key = (row["experiment_id"], row["variant_id"])
            if key not in final or row["time_since_start"] > final[key]["time_since_start"]:
                final[key] = row
    found = []
    for (experiment, variant), row in sorted(final.items()):
        test = stats.ttest_ind_from_stats(
            row["mean_t"], row["variance_t"] ** 0.5, row["count_t"],
            row["mean_c"], row["variance_c"] ** 0.5, row["count_c"],
            equal_var=False,
        )
        ratio = stats.chisquare([row["count_c"], row["count_t"]])
        found.append([experiment, variant, float(test.statistic), float(test.pvalue), float(ratio.pvalue)])
    return found


versions = {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__}
head = json.dumps({"versions": versions, "cookie_cats": cookie_cats()}, indent=1)
lines = ",\n  ".join(json.dumps(row) for row in asos())
print(head[:-2] + ',\n "asos": [\n  ' + lines + "\n ]\n}")
