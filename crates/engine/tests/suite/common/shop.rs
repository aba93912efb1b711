//! Manifests that are written down: small ones whose requests can be counted.
