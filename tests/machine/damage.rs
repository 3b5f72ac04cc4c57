//! Bytes of states and machines that were damaged, in whatever way, are refused, or are another machine that comes to an end.

use std::panic::AssertUnwindSafe;

use persona_runtime::machine::{Machine, STATE_VERSION, State};

use super::world::{World, instant};
use crate::support::rng::Rng;

/// Every kind of start, wait and value that a state keeps.
const RULES: &str = "
segment rich { when points > 5 and did See in last 3d }
event Seen { tags: List<{ name: String, n: Int }>, sizes: Set<Int>, place: Geo?, paid: Money<EUR>, share: Float, on: Date, tier: Tier, ok: Bool }
content about(seen: Seen) {
  text: String
  skip when arm(try) is known and arm(try) == b \"b\"
  otherwise { text = \"{seen.paid} {seen.share} {seen.tags.size()}\" }
}
experiment try { on about arms { a, b } goal Buy }
channel slow {
  to email
  requires nothing
  quiet 08:00 to 20:00
  limit 1 per 2d
  limit 1 per week
  when full defer
}
trigger a {
  on Seen as seen
  per seen.tier
  enter 3 per week
  again restart
  stop on Buy where n > 3
  stop when points > 100
  wait pause
  send about(seen) via slow as m, within 2d
  wait until Open as o where message == m.message, at most 2d
  if o is known { emit Nudge { sku: o.message } }
  wait until monday at 09:00
  wait until renews
}
trigger b {\n  on enter rich including current\n  enter always\n  wait 1h\n  send hello via mail\n}
trigger c {\n  on change of tier as t where t.after != t.before\n  enter 1 per 7d\n  wait 2d\n  emit Nudge { sku: \"c\" }\n}
trigger d {\n  on inactivity of See for 2d\n  send hello via mail\n}
trigger e {\n  on anniversary of birthday at 09:00\n  wait 1d\n  send hello via mail\n}
trigger f {\n  on every monday at 09:00\n  wait until 18:00\n  send hello via mail\n}
";

const LIFE: &str = "
    - ada row points=9 birthday=1990-01-08 zone=Europe/Berlin renews=2026-02-01T00:00
    2026-01-02T10:00 ada See sku=A id=1
    2026-01-02T10:00 ada Seen paid=100 on=2026-01-01 tier=gold id=7
    2026-01-02T11:30 ada Seen paid=7 on=2026-01-01 tier=black
    2026-01-02T12:00 bob See sku=B
    2026-01-03T08:00 ada row tier=gold
    2026-01-03T09:00 bob row tier=black points=7
    2026-01-05T10:00 bob Seen paid=1 on=2026-01-01 tier=silver
    2026-01-06T10:00 cy Buy sku=C n=2
    - cy delete
    2026-01-06T12:00 dee Open message=x
    2026-01-06T11:58 ada See sku=D id=9
";

/// What a machine is at each step of a life.
fn saved(world: &World) -> Vec<Vec<u8>> {
    let mut machine = Machine::new(world.program());
    let mut saved = vec![machine.save()];
    for input in world.inputs(LIFE) {
        machine.push(input);
        machine.advance(&mut |_| {}).expect("triggers come to rest");
        saved.push(machine.save());
    }
    saved
}

/// Damages bytes in one way or another, a few times.
fn damage(rng: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=rng.index(3) {
        let place = rng.index(bytes.len() + 1);
        let byte = || [0, 1, 2, 0x7F, 0x80, 0xFF];
        match rng.index(7) {
            0 => bytes.truncate(place),
            1 => bytes.insert(place, *rng.pick(&byte())),
            2 => {
                let end = bytes.len().min(place + 1 + rng.index(9));
                bytes.drain(place.min(end)..end);
            }
            3 => {
                // A part of another machine.
                let from = rng.index(other.len());
                let some = &other[from..other.len().min(from + 1 + rng.index(30))];
                bytes.splice(place..place, some.iter().copied());
            }
            4 => {
                if let Some(at) = bytes.get_mut(place) {
                    *at = at.wrapping_add(*rng.pick(&[1, 2, 0xFF]));
                }
            }
            5 => {
                if let Some(at) = bytes.get_mut(place) {
                    *at ^= 1 << rng.index(8);
                }
            }
            _ => {
                if let Some(at) = bytes.get_mut(place) {
                    *at = *rng.pick(&byte());
                }
            }
        }
    }
}

#[test]
fn damaged_machines_are_refused_or_come_to_an_end() {
    let world = World::new(RULES);
    let saved = saved(&world);
    let until = instant("2026-02-20T00:00");
    let more = world.inputs(
        "2026-01-07T10:00 ada See sku=Z\n2026-01-07T10:00 eve Seen paid=3 on=2026-01-01 tier=gold",
    );
    let (mut refused, mut others) = (0, 0);
    for number in 0..4_000 {
        let mut rng = Rng::stream(11, number);
        let mut bytes = rng.pick(&saved).clone();
        let other = rng.pick(&saved).clone();
        damage(&mut rng, &mut bytes, &other);
        let went_on = std::panic::catch_unwind(AssertUnwindSafe(|| {
            let Ok(mut machine) = Machine::restore(world.program(), &bytes) else {
                return false;
            };
            for input in more.clone() {
                machine.push(input);
            }
            machine
                .finish(until, &mut |_| {})
                .expect("triggers come to rest");
            machine.save();
            true
        }));
        match went_on {
            Ok(true) => others += 1,
            Ok(false) => refused += 1,
            Err(_) => panic!("damage {number} makes a machine panic: {bytes:?}"),
        }
    }
    assert!(
        refused > 2_000 && others > 200,
        "{refused} refused, {others} others"
    );
}

#[test]
fn another_version_is_refused() {
    let world = World::new(RULES);
    for bytes in saved(&world) {
        for version in (0..=u8::MAX).filter(|version| *version != bytes[0]) {
            let mut other = bytes.clone();
            other[0] = version;
            assert!(Machine::restore(world.program(), &other).is_err());
        }
        assert!(Machine::restore(world.program(), &bytes).is_ok());
    }
    let mut state = Vec::new();
    State::default().write(&mut state, 0);
    assert_eq!(State::read(&state, 0), Ok(State::default()));
    for version in (0..=u8::MAX).filter(|version| *version != STATE_VERSION) {
        state[0] = version;
        assert!(State::read(&state, 0).is_err());
    }
}

#[test]
fn any_bytes_are_read_as_a_state_or_refused() {
    for number in 0..20_000 {
        let mut rng = Rng::stream(12, number);
        let length = rng.index(60);
        let mut bytes: Vec<u8> = (0..length)
            .map(|_| *rng.pick(&[0, 1, 2, 3, 6, 9, 0x80, 0xFF]))
            .collect();
        bytes.insert(0, STATE_VERSION);
        if let Ok(state) = State::read(&bytes, 7) {
            // What is read is written as it was meant.
            let mut again = Vec::new();
            state.write(&mut again, 7);
            assert_eq!(State::read(&again, 7), Ok(state));
        }
    }
}
