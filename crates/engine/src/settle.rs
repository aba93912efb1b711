//! Reads live state after a run that was killed, with patience for lists that do not show yet what that run made.

use std::time::Duration;

use tilewright_core::LiveState;
use tilewright_core::diff::identify;

use crate::journal::Leftover;
use crate::refresh::{RefreshError, RefreshInput, refresh};
use crate::tenant::Reader;

/// The waits before each further look, in milliseconds: 15 seconds in all.
const LOOKS: [u64; 5] = [500, 1000, 2000, 4000, 7500];

/// Reads live state. Where a killed run may have made something that is not shown, looks again for a while before its
/// absence is believed; without a leftover this is [`refresh`].
///
/// # Errors
/// As [`refresh`].
pub async fn refresh_after(
    reader: &Reader,
    input: RefreshInput<'_>,
    leftover: Option<&Leftover>,
) -> Result<LiveState, RefreshError> {
    let mut live = refresh(reader, input).await?;
    let Some(leftover) = leftover else { return Ok(live) };
    for wait in LOOKS {
        if !misses_something(reader, input, leftover, &live) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(wait)).await;
        live = refresh(reader, input).await?;
    }
    Ok(live)
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
