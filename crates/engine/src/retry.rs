//! When to try again, as a pure function.

use std::time::Duration;

use crate::transport::TransportError;

/// How patient a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most.
    pub max_tries: u32,
    /// How long a request waits in all.
    pub max_wait: Duration,
    /// The first wait; each further one is twice as long, with jitter.
    pub first_wait: Duration,
}

impl Default for RetryPolicy {
    /// 5 tries or 30 seconds of waiting.
    fn default() -> Self {
        Self { max_tries: 5, max_wait: Duration::from_secs(30), first_wait: Duration::from_millis(300) }
    }
}

/// How a try ended.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// With an answer of this status, and what `Retry-After` said.
    Status(u16, Option<Duration>),
    /// Without one.
    Lost(TransportError),
}

impl RetryPolicy {
    /// How long to wait before the next try; `None` to give up, or where nothing is wrong.
    ///
    /// `repeatable` says whether the request may be sent again although it may have taken effect. A request that was
    /// refused for its rate, or was never sent, may be sent again in any case. `chance` is in 0..1.
    pub(crate) fn wait(
        &self,
        ending: &Ending,
        repeatable: bool,
        tries: u32,
        waited: Duration,
        chance: f64,
    ) -> Option<Duration> {
        let (again, asked) = match ending {
            Ending::Status(429, asked) => (true, *asked),
            Ending::Status(502..=504, asked) => (repeatable, *asked),
            Ending::Status(500, _) => (repeatable, None),
            Ending::Status(_, _) => (false, None),
            Ending::Lost(TransportError::Connect { .. }) => (true, None),
            Ending::Lost(TransportError::Cut { .. }) => (repeatable, None),
            Ending::Lost(TransportError::TooLarge | TransportError::Invalid { .. }) => (false, None),
        };
        if !again || tries >= self.max_tries {
            return None;
        }
        let doubled = self.first_wait * 2_u32.saturating_pow(tries.saturating_sub(1).min(10));
        let wait = asked.unwrap_or_else(|| doubled.mul_f64(0.5 + chance));
        waited.checked_add(wait).is_some_and(|all| all <= self.max_wait).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(ending: &Ending, repeatable: bool, tries: u32) -> Option<Duration> {
        RetryPolicy::default().wait(ending, repeatable, tries, Duration::ZERO, 0.5)
    }

    #[test]
    fn a_create_is_repeated_only_where_it_cannot_have_taken_effect() {
        let cut = Ending::Lost(TransportError::Cut { reason: String::new() });
        let refused = Ending::Lost(TransportError::Connect { host: String::new(), reason: String::new() });
        assert!(wait(&cut, false, 1).is_none() && wait(&cut, true, 1).is_some());
        assert!(wait(&Ending::Status(503, None), false, 1).is_none());
        assert!(wait(&Ending::Status(500, None), false, 1).is_none());
        assert!(wait(&refused, false, 1).is_some() && wait(&Ending::Status(429, None), false, 1).is_some());
    }

    #[test]
    fn retry_after_is_honoured_up_to_the_limit() {
        let asked = |seconds| Ending::Status(429, Some(Duration::from_secs(seconds)));
        assert_eq!(wait(&asked(7), true, 1), Some(Duration::from_secs(7)));
        assert_eq!(wait(&asked(31), true, 1), None);
    }

    #[test]
    fn the_fifth_try_is_the_last() {
        assert!(wait(&Ending::Status(500, None), true, 4).is_some());
        assert!(wait(&Ending::Status(500, None), true, 5).is_none());
    }

    #[test]
    fn client_errors_are_final() {
        for status in [400, 401, 403, 404, 409, 422, 501] {
            assert!(wait(&Ending::Status(status, None), true, 1).is_none(), "{status}");
        }
    }
}
