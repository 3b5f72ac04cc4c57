//! The trigger machine (SEMANTICS §6): what starts runs, what they do, what is sent. Reads no clock; a function of its inputs.
//!
//! **Person by person.** Nothing of one person depends on another but the watermark, so each advances by itself. Outcomes are
//! put in order by (instant, profile's key bytewise, the order in which they happened to the profile); no batch boundary shows.
//!
//! **Inputs.** Events and rows of the profile ([`Input`]). The watermark is the greatest instant seen, less the campaign's
//! lateness; instants strictly before it are processed, at the end all. What comes with an instant before the watermark is
//! late: its instant becomes the watermark, it starts nothing by itself (memberships and changes that follow from it do), and is
//! counted. Of events of one profile and kind with one identifier, the first in the total order counts as long as neither is
//! processed, later the one that is.
//!
//! **The stream's start.** Everything up to [`Options::from`], included, is history. Memberships and values then are the base
//! line of profiles that have a row without an instant, or anything up to then. Other profiles appear with their first input:
//! their base line is *no member*, and the value in the first step 3 of their first instant. Inactivity that was due up to the
//! start does not fire. Anniversaries and recurrences fire after the start, and after the instant of appearance.
//!
//! **One instant of one person**, in rounds:
//!
//! 1. Changes of attributes (first round only), then the round's events one by one. Of each: the history is visible up to and
//!    including it; `stop on` of live runs; `wait until` of waiting runs, whose captures are taken now; inactivity counts anew;
//!    then entries in the order of trigger names. An entry is asked: `where`, `when`, a live run of the same key, `enter`.
//! 2. `stop when` of all live runs, with all of the round's events visible.
//! 3. In the order of trigger names: memberships, changes, inactivity, anniversaries and recurrences that are due.
//! 4. Runs whose wait is over, new ones included, in the order (trigger name, key): steps until a wait, a send or the end.
//! 5. Sends that are due, by priority (higher first), trigger name, key.
//! 6. If anything happened, another round. Its events are those that were emitted and sent in this one, in the order in which
//!    that was done. They are in the history from the moment at which they were made; step 1 looks at each of them with what
//!    came before.
//!
//! A wait whose end is not after now is over at once. `wait until 09:00` ends strictly after now.
//!
//! **Sends** are asked, each time: stale; the package's holdout; holdouts of experiments about this trigger or content; the
//! address; what the channel, then the purpose requires; the channel's skips; the content's skips, its variant, what the variant
//! gives up for; quiet hours; limits. A transactional channel knows no holdouts, quiet hours and limits. Quiet hours that hold
//! end, for this message, at the first instant at which the clock on the wall shows at least their end; of several the latest.
//! A full limit has room, if nothing else is sent, at the first instant at which enough has left its window; of several the
//! latest. A deferred message is asked again then, or when it becomes stale where that is earlier. It is stale later than 72
//! hours after its step was reached, later than its `within` after that, and at its `before` or later (also when it is first
//! asked); the two are asked when its step is reached.
//!
//! **Filters** of events (`where`) are asked when the event is processed, of history at the base line.
//!
//! **Exposure** to an experiment is recorded once per profile and experiment, for those who take part (also in its holdout):
//! at the first delivery of a message of a trigger or content that the experiment is about; for those in its holdout, at the first
//! such message that would have been delivered or deferred if nobody had asked for holdouts, and that no other holdout keeps back
//! (so that they compare with those who were reached, and not with all); or when a branch that was taken, a
//! variant that was delivered or a `skip` would have come out otherwise in another arm, or in none.

mod ask;
mod check;
mod clock;
mod codec;
mod cover;
mod engine;
mod events;
mod input;
mod intake;
mod live;
mod needs;
mod outcome;
mod person;
mod program;
mod quick;
mod react;
mod replay;
mod run;
mod save;
mod send;
mod start;
mod state;
mod store;
mod stream;
mod turn;
mod witness;

pub use clock::{anniversary, recurrence};
pub use engine::Unsettled;
pub use input::{Counts, Input, Options, What};
pub use live::{Doing, Live};
pub use needs::{Need, Needs};
pub use outcome::{
    Deferral, Delivery, Drop, Ended, Happened, Message, Outcome, Refusal, RunId, RunStart, Stopped,
    Waits, key,
};
pub use person::Person;
pub use program::Program;
pub use replay::{Change, Replay, replay, replay_person};
pub use send::{Room, quiet_until, room};
pub use state::{BadState, STATE_VERSION, State};
pub use store::Store;
pub use stream::Machine;
pub use witness::{Seen, Sight, Witness};
