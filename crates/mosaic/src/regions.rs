//! Where the vendor serves its API. Presets only: any other base URL, such as one on a custom domain, is as good.
//!
//! <https://developer.transmitsecurity.com/openapi/api_ref_intro>

use url::Url;

/// A place where the vendor serves the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The word for it in project files, such as `eu`.
    pub name: &'static str,
    /// The base URL that paths are appended to.
    pub base_url: &'static str,
}

/// The regions that the vendor publishes. `sbx` is the sandbox.
pub const REGIONS: &[Region] = &[
    Region { name: "us", base_url: "https://api.transmitsecurity.io/cis" },
    Region { name: "eu", base_url: "https://api.eu.transmitsecurity.io/cis" },
    Region { name: "ca", base_url: "https://api.ca.transmitsecurity.io/cis" },
    Region { name: "au", base_url: "https://api.au.transmitsecurity.io/cis" },
    Region { name: "jp", base_url: "https://api.gasne1-ts01.transmitsecurity.io/cis" },
    Region { name: "sbx", base_url: "https://api.sbx.transmitsecurity.io/cis" },
];

/// The base URL of a region, or `None` for a word that is none of [`REGIONS`].
#[must_use]
pub fn base_url_of_region(region: &str) -> Option<&'static str> {
    REGIONS.iter().find(|r| r.name == region).map(|r| r.base_url)
}

/// The token endpoint that belongs to a base URL: `/oidc/token` at the root of the same host, not below `/cis`.
/// `None` where the base URL is no absolute URL.
#[must_use]
pub fn token_url_of(base_url: &str) -> Option<String> {
    let url = Url::parse(base_url).ok().filter(Url::has_host)?;
    url.join("/oidc/token").ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_endpoint_is_at_the_root_of_the_host() {
        for region in REGIONS {
            let token = token_url_of(region.base_url);
            assert_eq!(token, Some(region.base_url.replace("/cis", "/oidc/token")));
        }
        assert_eq!(token_url_of("http://127.0.0.1:8080/cis/").as_deref(), Some("http://127.0.0.1:8080/oidc/token"));
        assert_eq!(token_url_of("not a url"), None);
        assert_eq!(base_url_of_region("mars"), None);
    }
}
