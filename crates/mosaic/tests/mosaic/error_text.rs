//! Error bodies, for people.

use tilewright_core::Backend;
use tilewright_mosaic::Mosaic;

fn said(body: &str) -> String {
    Mosaic::new().error_text(body.as_bytes()).unwrap_or_default()
}

#[test]
fn every_documented_shape_is_understood() {
    for (body, expected) in [
        (r#"{"message":["a is bad","b is bad"],"error_code":400}"#, "a is bad; b is bad (error_code 400)"),
        (r#"{"message":"Bad request","error_code":"400"}"#, "Bad request (error_code 400)"),
        (r#"{"message":"not found","error_code":404}"#, "not found (error_code 404)"),
        (
            r#"{"message":"taken","error_code":409,"ts_error_code":"name_taken"}"#,
            "taken (error_code 409, ts_error_code name_taken)",
        ),
        (r#"{"error":"invalid_client","error_description":"no such client"}"#, "invalid_client: no such client"),
        (r#"{"error":{"message":"inner","error_code":500}}"#, "inner (error_code 500)"),
        (r#"{"message":"Forbidden","error":"Forbidden","statusCode":403}"#, "Forbidden"),
        (r#"{"detail":"odd"}"#, r#"{"detail":"odd"}"#),
        (r#"["one","two"]"#, "one; two"),
        (r#""just text""#, "just text"),
        ("upstream timed out", "upstream timed out"),
        (
            "<!DOCTYPE html><html><head><title>502 Bad\nGateway</title></head></html>",
            "an HTML page titled \"502 Bad Gateway\"",
        ),
        ("<html></html>", "an HTML page"),
        ("", ""),
        (" \n", ""),
        ("null", ""),
    ] {
        assert_eq!(said(body), expected, "{body}");
    }
}

#[test]
fn secrets_are_taken_out() {
    for body in [
        r#"{"message":["client_secret canary-7F is invalid"]}"#,
        r#"{"message":"client_secret: canary-7F"}"#,
        r#"{"detail":{"client_secret":{"value":"canary-7F"}}}"#,
        r#"{"message":"bad body {\"client_secret\":\"canary-7F\"}"}"#,
        r#"{"error_description":"access_token=canary-7F&x=y","error":"e"}"#,
        "Authorization: Bearer canary-7F",
        "<html><title>client_secret=canary-7F</title></html>",
    ] {
        assert!(!said(body).contains("canary"), "{}", said(body));
    }
}

#[test]
fn the_text_is_short_and_cannot_move_the_cursor() {
    let long = said(&format!(r#"{{"message":"{}"}}"#, "word ".repeat(200)));
    assert!(long.chars().count() <= 300 && long.ends_with('…'));
    let escape = said("{\"message\":\"a\\u001b[2Jb\\u0007\\nc\\u202ed\"}");
    assert_eq!(escape, "a [2Jb c d");
}
