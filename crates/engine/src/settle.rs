//! Reads live state after a run that was killed, with patience for readings that do not show yet what that run did.

use std::time::Duration;

use tilewright_core::LiveState;
use tilewright_core::diff::identify;

use crate::journal::Leftover;
use crate::refresh::{RefreshError, RefreshInput, refresh};
use crate::tenant::Reader;

/// The waits before each further look, in milliseconds: 15 seconds in all.
const LOOKS: [u64; 5] = [500, 1000, 2000, 4000, 7500];

/// Reads live state. After a killed run, looks again for a while where something that it may have made is not shown, and
/// where readings contradict each other, before that is believed; without a leftover this is [`refresh`].
///
/// # Errors
/// As [`refresh`].
pub async fn refresh_after(
    reader: &Reader,
    input: RefreshInput<'_>,
    leftover: Option<&Leftover>,
) -> Result<LiveState, RefreshError> {
    let mut read = refresh(reader, input).await;
    let Some(leftover) = leftover else { return read };
    for wait in LOOKS {
        let is_settled = match &read {
            Ok(live) => !misses_something(reader, input, leftover, live),
            Err(error) => !error.is_contradiction(),
        };
        if is_settled {
            break;
        }
        tokio::time::sleep(Duration::from_millis(wait)).await;
        read = refresh(reader, input).await;
    }
    read
}

/// Whether a create of unknown outcome has nothing to show for it.
fn misses_something(reader: &Reader, input: RefreshInput<'_>, leftover: &Leftover, live: &LiveState) -> bool {
    let identities = identify(input.desired, live, input.bindings, reader.backend().catalog());
    leftover
        .open
        .iter()
        .filter(|write| write.verb == "create")
        .flat_map(|write| std::iter::once(&write.address).chain(write.brings.as_ref()))
        .any(|address| input.desired.resources.contains_key(address) && identities.id(address).is_none())
}
