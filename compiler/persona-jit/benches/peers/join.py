"""Adds persona's cells to copies of the harness's parts B and C: `join.py HARNESS` writes `partb_ours.py` and `partc_ours.py`."""
import sys

HARNESS = sys.argv[1]

# Behind these lines of a part, these of ours.
PART_B = {
    "    big = N * S\n": '''    if not A.parquet:
        for name, run in ours.segments(segs, path, T, A.n).items():
            B.add(g, name, run, ck)
    else:
        B.add(g, "persona: counts", ours.segments_from_files(segs, path, T, A.n, False), ck)
        B.add(g, "persona: members file", ours.segments_from_files(segs, path, T, A.n, True), ck)
        keyed = ours.with_keys(path)
        B.add(g, "limit: arrow-rs decode of all columns with the key", lambda: LP.pq_decode(keyed.encode(), ",".join(["id"] + names).encode(), T))
''',
}
PART_C = {
    "B = Bench(A.reps, A.budget)\n": '''import ours
for q in (1, 2, 3, 4):
    B.add({1: "C1 purchases 30d >= 3", 2: "C2 sum(amount) 90d > 500", 3: "C3 cart_add (30d) and no purchase within 24h", 4: "C4 email_open 7d > 3"}[q], "persona", ours.behaviour([q], path, T), lambda r, q=q: one(q)(r[0]))
rfm_ours = ours.RecencyFrequencyMoney(path, T)
B.add("C5 RFM quintiles", "persona", rfm_ours.run, lambda r: rfm_ours.check(P, pid[ty == 6], ts[ty == 6], am[ty == 6], [x for x in ref[5] if x]))
B.add("C1-C4 together", "persona", ours.behaviour([1, 2, 3, 4], path, T), lambda r: four(r))
''',
}


def join(part, additions):
    with open(f"{HARNESS}/py/part{part}.py") as file:
        text = file.read()
    for line, ours in additions.items():
        if text.count(line) != 1:
            sys.exit(f"part{part}.py has not the line {line!r}: another harness than the one this was written for")
        text = text.replace(line, line + ours)
    text = text.replace("from common import *\n", "from common import *\nimport ours\n", 1)
    with open(f"{HARNESS}/py/part{part}_ours.py", "w") as file:
        file.write(text)


join("b", PART_B)
join("c", PART_C)
