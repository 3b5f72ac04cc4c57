//! Pieces of work for several threads, whose results are taken in order. Knows nothing of the work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Condvar, Mutex, PoisonError};

/// So many results, for each thread, may wait for one before them.
const WAITING: usize = 2;

/// Makes `count` results on several threads and gives them to `take` in order, from this thread. The first error, in
/// that order, ends it.
pub(crate) fn in_order<T: Send, E: Send>(
    threads: usize,
    count: usize,
    make: impl Fn(usize) -> Result<T, E> + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.min(count);
    if threads < 2 {
        return (0..count).try_for_each(|at| take(make(at)?));
    }
    let next = AtomicUsize::new(0);
    let taken = Mutex::new(0_usize);
    let moved = Condvar::new();
    let lock = || taken.lock().unwrap_or_else(PoisonError::into_inner);
    let serve = |sender: std::sync::mpsc::SyncSender<(usize, Result<T, E>)>| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let mut taken = lock();
            while at >= taken.saturating_add(threads * WAITING) {
                taken = moved.wait(taken).unwrap_or_else(PoisonError::into_inner);
            }
            drop(taken);
            if sender.send((at, make(at))).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(threads);
        for _ in 0..threads {
            let (serve, sender) = (&serve, sender.clone());
            scope.spawn(move || serve(sender));
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut wanted = 0;
        let mut result = Ok(());
        'all: for (at, made) in &receiver {
            early.insert(at, made);
            while let Some(made) = early.remove(&wanted) {
                result = made.and_then(&mut take);
                if result.is_err() {
                    break 'all;
                }
                wanted += 1;
                *lock() = wanted;
                moved.notify_all();
            }
        }
        // Whoever still waits may stop: nobody listens any more.
        drop(receiver);
        *lock() = usize::MAX;
        moved.notify_all();
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_up_to_the_first_error() {
        for threads in [1, 2, 7] {
            for fails_at in [0, 1, 50, 99, 1000] {
                let make = |at| if at < fails_at { Ok(at) } else { Err(at) };
                let mut taken = Vec::new();
                let result = in_order(threads, 100, make, |at| {
                    taken.push(at);
                    Ok(())
                });
                let whole = fails_at.min(100);
                assert_eq!(taken, (0..whole).collect::<Vec<_>>());
                assert_eq!(
                    result,
                    if fails_at < 100 {
                        Err(fails_at)
                    } else {
                        Ok(())
                    }
                );
            }
        }
    }

    #[test]
    fn an_error_of_the_taker_ends_the_work() {
        let result = in_order(
            3,
            1000,
            Ok,
            |at| if at == 10 { Err("full") } else { Ok(()) },
        );
        assert_eq!(result, Err("full"));
    }
}
