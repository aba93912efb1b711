//! The questions that the vendor's documents leave open, each with a switch for its other answer.
//!
//! The default is what the safest reading of the documents describes. A switch changes how the tenant behaves
//! from then on; it never rewrites what is stored.

use serde::{Deserialize, Serialize};

/// How the tenant answers the open questions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// Does a PUT apply the update schema's defaults to fields it leaves out, and to members that an object
    /// in it leaves out? Default: no, absent is unchanged.
    pub put_fills_defaults: bool,
    /// What becomes of a null? Default: it is refused.
    pub nulls: Nulls,
    /// In which order do lists of values come back? Default: as they were sent.
    pub list_order: ListOrder,
    /// May the default client, or the last one, be deleted by itself? Default: no, 400. Otherwise the oldest
    /// client that remains becomes the default.
    pub default_client_deletable: bool,
    /// When a create has both `first_client` and the flat client fields, which counts? Default:
    /// `first_client`. Otherwise the flat fields override it.
    pub flat_fields_win: bool,
    /// Which names are unique, and what does a PUT that takes one get? Default: application names in the
    /// tenant and client names in their application; 409 on create, 400 on PUT.
    pub names: NameUniqueness,
    /// Are names that differ only in case the same name? Default: no.
    pub names_ignore_case: bool,
    /// What happens when a second application becomes the Authentication Hub? Default: 400. Otherwise the
    /// first silently ceases to be it.
    pub hub_hand_over: bool,
    /// Do lists show the management application and the vendor's own applications? Default: no.
    pub system_applications_listed: bool,
    /// Do reads return the fields that only the write schemas have? Default: no.
    pub write_only_returned: bool,
    /// Is `client_secret` masked, except in the answer to a create? Default: no, it is plain text.
    pub secrets_masked: bool,
    /// What does GET clients of an application that is not there get? Default: 400.
    pub missing_application: MissingApplication,
    /// Is an application that belongs to others reported as 404 rather than 403? Default: no.
    pub foreign_is_missing: bool,
    /// So many reads that touch an application or its clients still show what was there before the last
    /// write. Default: none.
    pub late_reads: u32,
    /// Does a PUT that changes nothing move `updated_at`? Default: no.
    pub no_op_moves_updated_at: bool,
    /// Is `token_endpoint_auth_method` a view of `authentication_configuration` and `pkce` on reads?
    /// Default: no, it is stored for itself.
    pub auth_method_derived: bool,
    /// Does the server write scheme and host of URIs in lower case, and add the `/` of an empty path?
    /// Default: no.
    pub uris_normalised: bool,
    /// Does the server strip white space around names and descriptions? Default: no.
    pub text_trimmed: bool,
    /// Are empty texts missing on reads? Default: no.
    pub empty_text_dropped: bool,
    /// Are empty lists missing on reads? Default: no.
    pub empty_lists_dropped: bool,
    /// Do key sets (`jwks`) come back with their keys in another order, and the members of each key too?
    /// Default: no.
    pub key_sets_reordered: bool,
    /// Do numbers come back with a fraction (`900.0`)? Default: no.
    pub numbers_as_floats: bool,
    /// Does a PUT with the same `custom_domain` leave its verification alone? Default: no, it starts again.
    pub custom_domain_kept: bool,
    /// Are members that no schema has ignored? Default: no, 400.
    pub unknown_members_ignored: bool,
    /// Are claims and prompts accepted that the published schema does not list? Default: no, 400.
    pub enums_open: bool,
    /// Is an empty `redirect_uris` refused? Default: no.
    pub empty_redirect_uris_refused: bool,
    /// Are clients wrapped in `result`, as the first generation of the documents has it? Default: no.
    pub clients_wrapped: bool,
    /// How does a field that was never set look? Default: it is missing.
    pub unset: Unset,
    /// Are lists in reverse order of creation? Default: no, oldest first.
    pub newest_first: bool,
    /// Does the list of applications lack more than the logo (`authenticator_preferences`,
    /// `invite_client_id`, `subdomain`)? Default: no.
    pub poor_list: bool,
    /// Is a FAPI client with settings that do not comply refused? Default: no, `enforce_par` and `pkce` are
    /// corrected. An authentication method that does not comply is refused either way.
    pub fapi_refuses: bool,
    /// Is the `message` of a 400 one text rather than a list? Default: no.
    pub message_as_text: bool,
    /// Does a 409 lack its `ts_error_code`, as in the documents of 2025? Default: no.
    pub conflict_without_code: bool,
    /// Do errors of the token endpoint have `message` and `error_code` rather than the OAuth members?
    /// Default: no.
    pub token_errors_as_message: bool,
    /// Is the token's claim for roles called `role` rather than `roles`? Default: no.
    pub role_claim_singular: bool,
    /// Are the operations on applications closed to a management token, as the security entries of the
    /// OpenAPI document read literally? Default: no. Not among [`Quirks::switches`] and not set by
    /// [`Quirks::all_thrown`], since no run can succeed with it.
    pub admin_refused_on_applications: bool,
}

/// What becomes of a null in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nulls {
    /// 400.
    #[default]
    Refused,
    /// At the top level as if the member were not there; deeper it is refused.
    Ignored,
    /// At the top level the stored field goes; deeper it is refused.
    Clear,
}

/// The order of lists of values on reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOrder {
    /// As sent.
    #[default]
    Kept,
    /// Sorted.
    Sorted,
    /// Last first.
    Reversed,
}

/// Which names must be unique. Subdomains and custom domains always are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameUniqueness {
    /// No name must.
    None,
    /// All must; a create gets 409, a PUT 400.
    #[default]
    CreateAndUpdate400,
    /// All must; a create and a PUT get 409.
    CreateAndUpdate409,
}

/// The answer to GET clients of an application that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingApplication {
    /// 400: the only error that this operation documents.
    #[default]
    BadRequest,
    /// 404.
    NotFound,
    /// 200 with an empty list.
    Empty,
}

/// How a field looks that was never set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unset {
    /// Not there.
    #[default]
    Missing,
    /// Null.
    Null,
    /// Objects that can be switched off are there, switched off; everything else is missing.
    Disabled,
}

/// A switch: its name, and what throws it.
pub type Switch = (&'static str, fn(&mut Quirks));

/// Every switch. Where several set one field, [`Quirks::all_thrown`] ends with the last.
const SWITCHES: &[Switch] = &[
    ("put_fills_defaults", |q| q.put_fills_defaults = true),
    ("nulls_clear", |q| q.nulls = Nulls::Clear),
    ("nulls_ignored", |q| q.nulls = Nulls::Ignored),
    ("lists_sorted", |q| q.list_order = ListOrder::Sorted),
    ("lists_reversed", |q| q.list_order = ListOrder::Reversed),
    ("default_client_deletable", |q| q.default_client_deletable = true),
    ("flat_fields_win", |q| q.flat_fields_win = true),
    ("names_conflict_on_put", |q| q.names = NameUniqueness::CreateAndUpdate409),
    ("names_not_unique", |q| q.names = NameUniqueness::None),
    ("names_ignore_case", |q| q.names_ignore_case = true),
    ("hub_hand_over", |q| q.hub_hand_over = true),
    ("system_applications_listed", |q| q.system_applications_listed = true),
    ("write_only_returned", |q| q.write_only_returned = true),
    ("secrets_masked", |q| q.secrets_masked = true),
    ("missing_application_empty", |q| q.missing_application = MissingApplication::Empty),
    ("missing_application_not_found", |q| q.missing_application = MissingApplication::NotFound),
    ("foreign_is_missing", |q| q.foreign_is_missing = true),
    ("late_reads", |q| q.late_reads = 2),
    ("no_op_moves_updated_at", |q| q.no_op_moves_updated_at = true),
    ("auth_method_derived", |q| q.auth_method_derived = true),
    ("uris_normalised", |q| q.uris_normalised = true),
    ("text_trimmed", |q| q.text_trimmed = true),
    ("empty_text_dropped", |q| q.empty_text_dropped = true),
    ("empty_lists_dropped", |q| q.empty_lists_dropped = true),
    ("key_sets_reordered", |q| q.key_sets_reordered = true),
    ("numbers_as_floats", |q| q.numbers_as_floats = true),
    ("custom_domain_kept", |q| q.custom_domain_kept = true),
    ("unknown_members_ignored", |q| q.unknown_members_ignored = true),
    ("enums_open", |q| q.enums_open = true),
    ("empty_redirect_uris_refused", |q| q.empty_redirect_uris_refused = true),
    ("clients_wrapped", |q| q.clients_wrapped = true),
    ("unset_disabled", |q| q.unset = Unset::Disabled),
    ("unset_null", |q| q.unset = Unset::Null),
    ("newest_first", |q| q.newest_first = true),
    ("poor_list", |q| q.poor_list = true),
    ("fapi_refuses", |q| q.fapi_refuses = true),
    ("message_as_text", |q| q.message_as_text = true),
    ("conflict_without_code", |q| q.conflict_without_code = true),
    ("token_errors_as_message", |q| q.token_errors_as_message = true),
    ("role_claim_singular", |q| q.role_claim_singular = true),
];

impl Quirks {
    /// Every switch with its name, for tests that throw one at a time.
    pub fn switches() -> Vec<Switch> {
        SWITCHES.to_vec()
    }

    /// Every question in its other answer, as far as the answers can go together.
    pub fn all_thrown() -> Quirks {
        let mut quirks = Quirks::default();
        for (_, throw) in SWITCHES {
            throw(&mut quirks);
        }
        quirks
    }
}
