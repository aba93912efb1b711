//! The edge of tilewright: transport, token, pacing, retries, refresh, apply and bindings.
