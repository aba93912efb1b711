//! Transmit Security Mosaic as data: its kinds, the rules between their fields, and the pure mapping of steps to
//! requests and of answers to live objects.
//!
//! [`Mosaic`] is the whole of it, an implementation of [`tilewright_core::Backend`]. Nothing here sends a request,
//! reads a file or knows the time. Facts come from the vendor's public reference,
//! <https://developer.transmitsecurity.com/openapi/user/apps.openapi>.

mod kinds;
mod mosaic;
mod regions;
mod rules;
mod wire;

pub use mosaic::Mosaic;
pub use regions::{REGIONS, Region, base_url_of_region, token_url_of};
