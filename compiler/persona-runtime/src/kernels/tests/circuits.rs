//! Circuits against a tree of what their gates mean.

use super::Random;
use crate::kernels::{CHUNK, Circuit, Gates, Isa, Row, Wire};

/// What a gate was made of.
enum Made {
    And(Vec<Wire>),
    Or(Vec<Wire>),
}

/// All rows of a circuit's wires as they were made, one after another.
fn meaning(inputs: &[Row], made: &[(Made, Wire)], wires: &[Wire], len: usize) -> Vec<Row> {
    let all = Row::first(len);
    let mut known: Vec<(Wire, Row)> = Vec::new();
    for (at, row) in inputs.iter().enumerate() {
        known.push((Wire::input(at as u32), *row));
    }
    let find = |known: &[(Wire, Row)], wire: Wire| {
        let direct = known.iter().find(|(name, _)| *name == wire);
        let (negated, row) = match direct {
            Some((_, row)) => (false, *row),
            None => (
                true,
                known
                    .iter()
                    .find(|(name, _)| *name == !wire)
                    .expect("made before")
                    .1,
            ),
        };
        Row(std::array::from_fn(|word| {
            let word = (row.0[word], all.0[word]);
            if negated { word.1 & !word.0 } else { word.0 }
        }))
    };
    for (made, wire) in made {
        let row = match made {
            Made::And(wires) => wires.iter().fold(all, |mut row, wire| {
                row.and(&find(&known, *wire));
                row
            }),
            Made::Or(wires) => wires.iter().fold(Row::NONE, |row, wire| {
                let other = find(&known, *wire);
                Row(std::array::from_fn(|word| row.0[word] | other.0[word]))
            }),
        };
        known.push((*wire, row));
    }
    wires.iter().map(|wire| find(&known, *wire)).collect()
}

fn random_gates(
    inputs: usize,
    count: usize,
    random: &mut Random,
) -> (Gates, Vec<(Made, Wire)>, Vec<Wire>) {
    let mut gates = Gates::new(inputs);
    let mut wires: Vec<Wire> = (0..inputs).map(|row| Wire::input(row as u32)).collect();
    let mut made = Vec::new();
    for _ in 0..count {
        let some = (0..random.below(5)).map(|_| {
            // Mostly late ones, so that circuits are deep.
            let reach = if random.one_in(3) {
                wires.len()
            } else {
                wires.len().min(4)
            };
            let back = 1 + random.below(reach);
            let wire = wires[wires.len() - back];
            if random.one_in(3) { !wire } else { wire }
        });
        let some: Vec<Wire> = some.collect();
        let (how, wire) = if random.one_in(2) {
            let wire = gates.and(&some);
            (Made::And(some), wire)
        } else {
            let wire = gates.or(&some);
            (Made::Or(some), wire)
        };
        made.push((how, wire));
        wires.push(wire);
    }
    (gates, made, wires)
}

fn agree(circuit: &mut Circuit, given: &[Row], expected: &[Row], len: usize) {
    let junk = Row([0xAAAA_AAAA_AAAA_AAAA; 32]);
    let rows_of = |circuit: &Circuit| {
        let mut rows = vec![junk; circuit.rows()];
        rows[..given.len()].copy_from_slice(given);
        rows
    };
    for isa in Isa::available() {
        let mut rows = rows_of(circuit);
        circuit.run(isa, &mut rows, len);
        for (output, expected) in circuit.outputs().iter().zip(expected) {
            assert_eq!(rows[*output as usize], *expected, "{isa:?}, {len} rows");
        }
    }
    // The first output's row beside the counts, then every other one's, then all.
    for step in [usize::MAX, 2, 1] {
        for output in (0..expected.len()).step_by(step) {
            circuit.keep(output);
        }
        for isa in Isa::available() {
            let mut rows = rows_of(circuit);
            let mut counts = vec![5; expected.len()];
            circuit.count(isa, &mut rows, len, &mut counts);
            for (output, (expected, count)) in expected.iter().zip(counts).enumerate() {
                assert_eq!(count, 5 + expected.count(), "{isa:?}, {len} rows");
                if output % step == 0 {
                    let row = circuit.outputs()[output] as usize;
                    assert_eq!(rows[row], *expected, "{isa:?}, {len} rows");
                }
            }
        }
    }
}

#[test]
fn generated_circuits_give_what_their_gates_mean() {
    let mut random = Random(23);
    for round in 0..if cfg!(miri) { 12 } else { 600 } {
        let inputs = random.below(7);
        let count = random.below(if round % 10 == 0 { 80 } else { 8 });
        let (gates, made, wires) = random_gates(inputs + 1, count, &mut random);
        let len = if random.one_in(3) {
            CHUNK
        } else {
            random.below(CHUNK)
        };
        let given = (0..inputs + 1).map(|_| {
            let mut row = Row(std::array::from_fn(|_| random.next()));
            row.and(&Row::first(len));
            row
        });
        let given: Vec<Row> = given.collect();
        let outputs = (0..random.below(6)).map(|_| {
            let wire = wires[wires.len() - 1 - random.below(wires.len().min(9))];
            if random.one_in(4) { !wire } else { wire }
        });
        let outputs: Vec<Wire> = outputs.collect();
        let expected = meaning(&given, &made, &outputs, len);
        agree(&mut gates.finish(&outputs), &given, &expected, len);
    }
}

#[test]
fn a_condition_as_people_write_them_is_one_gate() {
    let mut gates = Gates::new(4);
    let [a, b, c, d] = [0, 1, 2, 3].map(Wire::input);
    let either = gates.or(&[b, !c]);
    let both = gates.and(&[a, either]);
    let neither = gates.or(&[d, both]);
    let circuit = gates.finish(&[both]);
    assert_eq!((circuit.rows(), circuit.outputs()), (5, &[4][..]));
    let mut gates = Gates::new(4);
    let any = gates.or(&[a, b]);
    let circuit = gates.finish(&[!any, a, a]);
    assert_eq!((circuit.rows(), circuit.outputs()), (5, &[4, 0, 0][..]));
    assert_ne!(neither, both);
}

#[test]
fn the_empty_and_is_the_chunk_and_the_empty_or_nothing() {
    for len in [0, 1, 64, 100, CHUNK] {
        let mut gates = Gates::new(0);
        let (all, none) = (gates.and(&[]), gates.or(&[]));
        let mut circuit = gates.finish(&[all, none, !none, !all]);
        let (all, none) = (Row::first(len), Row::NONE);
        agree(&mut circuit, &[], &[all, none, all, none], len);
    }
}

#[test]
#[should_panic(expected = "a wire of an input or an earlier gate")]
fn a_wire_of_nothing_is_refused() {
    Gates::new(2).and(&[Wire::input(0), Wire::input(2)]);
}
