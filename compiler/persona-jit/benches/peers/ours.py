"""persona's part of the peers' harness: writes its tables and segments as packages, and answers them in the harness's process.

The harness's parts B and C import this module (see `run`); it adds cells named `persona` beside the limits and the peers, with
the harness's own checks of every answer.
"""
import ctypes as C
import datetime
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common import DATA, NOW_US
from gen_data import COUNTRY, DEVICE, PLAN

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = f"{DATA}/persona"
CONFIG = '[package]\nname = "peers"\nversion = "0.1.0"\nlanguage = "1"\ntimezone = "UTC"\n'


def library():
    lib = C.CDLL(os.environ.get("PERSONA_PEERS", f"{HERE}/target/release/libpersona_peers.so"))
    lib.persona_open.restype = C.c_void_p
    for name in ("persona_run", "persona_values", "persona_files"):
        getattr(lib, name).restype = C.c_uint64
    return lib


LIB = library()


def open_package(folder, threads, read=True):
    engine = LIB.persona_open(folder.encode(), C.c_int64(NOW_US), C.c_uint32(threads), C.c_uint32(read))
    if not engine:
        raise RuntimeError(f"the package in {folder} does not open")
    return C.c_void_p(engine)


def write_package(name, program):
    folder = f"{WORK}/{name}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/persona.toml", "w") as file:
        file.write(CONFIG)
    with open(f"{folder}/rules.persona", "w") as file:
        file.write(program)
    return folder


# ---- part B: segments over profiles ----

with open(f"{HERE}/person.persona") as file:
    PROFILE = f"""enum Country {{ {", ".join(COUNTRY)} }}
enum Device {{ {", ".join(DEVICE)} }}
enum Plan {{ {", ".join(PLAN)} }}
""" + file.read()


def instant(micros):
    at = datetime.datetime.fromtimestamp(micros / 1e6, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def atom(a):
    col = a["col"]
    if a["op"] == "true":
        return col
    if a["op"] == "in":
        from gen_data import CITY
        names = {"country": COUNTRY, "device": DEVICE, "plan": PLAN, "city": [f'"{c}"' for c in CITY]}[col]
        values = [names[i] for i in a["vals"]]
        return f"{col} == {values[0]}" if len(values) == 1 else f"{col} in [{', '.join(values)}]"

    def literal(x):
        if col in ("last_seen", "signup"):
            return instant(x)
        if col == "balance":
            return f"{x // 100}.{x % 100:02d} USD"
        if col in ("spend", "churn"):
            return repr(float(x))
        return repr(x)

    low, high = a.get("lo"), a.get("hi")
    if low is not None and high is not None:
        return f"{col} between {literal(low)} and {literal(high)}"
    return f"{col} >= {literal(low)}" if low is not None else f"{col} <= {literal(high)}"


def segment(number, clauses):
    parts = [atom(c[0]) if len(c) == 1 else "(" + " or ".join(map(atom, c)) + ")" for c in clauses]
    return f"segment s{number:04d} {{ when {' and '.join(parts)} }}\n"


def with_keys(path):
    """The profiles' file with a key: the harness's has none."""
    to = path.replace(".parquet", "_id.parquet")
    if not os.path.exists(to):
        table = pq.read_table(path)
        keys = np.char.add("p", np.char.zfill(np.arange(table.num_rows).astype("U8"), 8))
        table = table.add_column(0, "id", pa.array(keys))
        pq.write_table(table, to, row_group_size=1_000_000, compression="zstd")
    return to


def segments_package(segs, path, name):
    source = f'source people of Person {{ from "{os.path.relpath(with_keys(path), f"{WORK}/{name}")}" }}\n'
    return write_package(name, PROFILE + source + "".join(segment(i, s) for i, s in enumerate(segs)))


# What a run makes beside counts.
COUNTS, MEMBERS, AGAIN = 0, 1, 2


def cell(engine, threads, answers, makes):
    """A cell that answers a package over data in memory, and gives its counts."""
    counts = np.zeros(answers, np.uint64)

    def run():
        LIB.persona_run(engine, C.c_uint32(threads), C.c_uint32(makes), C.c_void_p(counts.ctypes.data))
        return counts.copy()

    return run


def segments(segs, path, threads, n):
    """Cells that answer the segments over profiles in memory, by name: as the limit and the peers do, only how many members each
    has; and who they are, a bit for each profile, in new memory or where the answers before were."""
    engine = open_package(segments_package(segs, path, f"b_{n}_{len(segs)}"), threads)
    ways = {"persona": COUNTS, "persona: members": MEMBERS, "persona: members, memory used again": AGAIN}
    return {name: cell(engine, threads, len(segs), makes) for name, makes in ways.items()}


def segments_from_files(segs, path, threads, n, members):
    """A cell that reads the profiles' file, answers, and writes the members if asked."""
    engine = open_package(segments_package(segs, path, f"b_{n}_{len(segs)}"), threads, read=False)
    counts = np.zeros(len(segs), np.uint64)
    out = f"{WORK}/members.parquet".encode() if members else None

    def run():
        LIB.persona_files(engine, C.c_uint32(threads), C.c_char_p(out), C.c_void_p(counts.ctypes.data))
        return counts.copy()

    return run


# ---- part C: behaviour ----

KINDS = {"view": "View", "search": "Search", "login": "Login", "email_open": "EmailOpen", "cart_add": "CartAdd",
         "email_click": "EmailClick", "purchase": "Purchase", "push_open": "PushOpen"}

BEHAVIOUR = {
    1: "segment c1 { when did Purchase at least 3 times in last 30d }\n",
    2: "segment c2 { when sum(Purchase.amount in last 90d) > 500.0 }\n",
    3: "segment c3 { when (did CartAdd in last 30d then not Purchase within 24h) or (did CartAdd in last 24h then not Purchase) }\n",
    4: "segment c4 { when did EmailOpen at least 4 times in last 7d }\n",
    5: """segment buyers { when did Purchase }
trait tile_a: Int? = ntile(5, last(Purchase).at - 2020-01-01T00:00Z among buyers)
trait tile_b: Int? = ntile(5, count(Purchase) among buyers)
trait tile_c: Int? = ntile(5, sum(Purchase.amount) among buyers)
""",
}


def event_files(path):
    """A file for each kind of event, and one with the people: a table per kind is what persona reads and keeps."""
    folder = f"{WORK}/events"
    if os.path.exists(f"{folder}/people.parquet"):
        return folder
    os.makedirs(folder, exist_ok=True)
    table = pq.read_table(path)
    keys = np.char.add("p", np.char.zfill(np.arange(100_000).astype("U6"), 6))
    types = table["type"].cast(pa.string())
    for kind in KINDS:
        rows = table.filter(pa.compute.equal(types, kind))
        columns = {"person": pa.array(keys[rows["profile_id"].to_numpy()]), "at": rows["ts"], "amount": rows["amount"]}
        pq.write_table(pa.table(columns), f"{folder}/{kind}.parquet", compression="zstd")
    pq.write_table(pa.table({"id": pa.array(keys)}), f"{folder}/people.parquet")
    return folder


def behaviour_package(questions, path):
    name = "c_" + "".join(map(str, questions))
    files = os.path.relpath(event_files(path), f"{WORK}/{name}")
    program = "profile Person { id: String @key }\n"
    program += f'source people of Person {{ from "{files}/people.parquet" }}\n'
    for kind, event in KINDS.items():
        program += f"event {event} {{ amount: Float }}\n"
        program += f'source {kind}s of {event} {{\n  from "{files}/{kind}.parquet"\n  profile = column("person")\n}}\n'
    return write_package(name, program + "".join(BEHAVIOUR[q] for q in questions))


def behaviour(questions, path, threads):
    """A cell that answers some of C1 to C4, in their order."""
    engine = open_package(behaviour_package(questions, path), threads)
    run = cell(engine, threads, len(questions), COUNTS)
    return lambda: [int(count) for count in run()]


class RecencyFrequencyMoney:
    """C5. SQL's NTILE parts people whose values are equal by where they stand; persona's tiles do not. So the harness's counts of
    cells are no answer to compare with: `check` compares each person's three tiles with those computed here."""

    def __init__(self, path, threads):
        self.engine = open_package(behaviour_package([5], path), threads)
        self.threads = C.c_uint32(threads)
        # The answers by name: the segment of buyers, then the three tiles.
        self.counts = cell(self.engine, threads, 4, COUNTS)

    def run(self):
        return [int(count) for count in self.counts()]

    def values(self, answer, people):
        values = np.zeros(people, np.int64)
        count = LIB.persona_values(self.engine, self.threads, C.c_uint32(answer), C.c_void_p(values.ctypes.data))
        return values if count == people else None

    def check(self, people, person, at, amount, cells):
        """What is wrong, if anything: purchases are given by person in their order, and the sizes of the harness's cells."""
        count = np.bincount(person, minlength=people)
        last = np.full(people, np.iinfo(np.int64).min)
        np.maximum.at(last, person, at)
        # In the order of events, as both add.
        spent = np.bincount(person, weights=amount, minlength=people)
        buyers = np.flatnonzero(count)
        keys = [last, count, spent]
        apart = np.stack([tiles(key[buyers]) for key in keys])
        if sorted(np.unique(apart, axis=1, return_counts=True)[1]) != sorted(cells):
            return "the tiles computed here are not the harness's"
        ranked = self.values(0, people)
        if ranked is None or not np.array_equal(ranked, count > 0):
            return "other people are buyers"
        for answer, key in enumerate(keys, 1):
            # Buyers are who is ranked among; whoever has a value has a tile, and only the last purchase of nobody is missing.
            expected = np.where((answer > 1) | (count > 0), tiles(key[buyers], key), np.iinfo(np.int64).min)
            got = self.values(answer, people)
            if got is None or not np.array_equal(got, expected):
                return f"answer {answer}: {'none' if got is None else np.count_nonzero(got != expected)} differ"
        return None


def tiles(population, values=None):
    """Fifths, from 1. Of the population itself as SQL has it: by position, equal values one after another. Of values, as persona has
    it: each as the first of the population that is not less, or as the last of all."""
    order = np.argsort(population, kind="stable")
    if values is None:
        place = np.empty(len(population), np.int64)
        place[order] = np.arange(len(population))
    else:
        place = np.minimum(np.searchsorted(population[order], values, side="left"), len(population) - 1)
    size, larger = divmod(len(population), 5)
    ends = np.cumsum([size + (tile < larger) for tile in range(5)])
    return np.searchsorted(ends, place, side="right") + 1
