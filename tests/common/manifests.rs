//! A second reader of manifests, for tests only: plain YAML, no checks. What it says a manifest asks for is held against
//! what the tenant holds, so that a mistake of the program's own reader shows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Tenant, files_in, read};

/// A document of a manifest, with overlays merged over it and variables resolved.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) kind: String,
    pub(crate) metadata: Json,
    pub(crate) spec: Json,
}

impl Document {
    /// `application/x` or `client/x/y`.
    pub(crate) fn address(&self) -> String {
        let key = self.metadata["name"].as_str().unwrap();
        match self.metadata["application"].as_str() {
            Some(parent) => format!("client/{parent}/{key}"),
            None => format!("application/{key}"),
        }
    }

    fn is_present(&self) -> bool {
        self.metadata["state"] != "absent"
    }
}

/// Every document of a text, as JSON.
pub(crate) fn yaml(text: &str) -> Vec<Json> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| {
            let mut value = serde_yaml::Value::deserialize(document).unwrap();
            value.apply_merge().unwrap();
            serde_json::to_value(value).unwrap()
        })
        .filter(|document| !document.is_null())
        .collect()
}

/// The environments of the project in a folder, by name.
pub(crate) fn environments(folder: &Path) -> BTreeMap<String, Json> {
    let project = yaml(&read(&folder.join("tilewright.yaml"))).remove(0);
    let environments = project["spec"]["environments"].as_object().cloned().unwrap_or_default();
    environments.into_iter().collect()
}

/// What the project in a folder states for an environment, by address.
pub(crate) fn documents(folder: &Path, environment: &str) -> BTreeMap<String, Document> {
    let project = yaml(&read(&folder.join("tilewright.yaml"))).remove(0);
    let settings = &project["spec"]["environments"][environment];
    let listed = |list: &Json, default: &[&str]| -> Vec<String> {
        let given = list.as_array().map(|l| l.iter().map(|p| p.as_str().unwrap().to_owned()).collect());
        given.unwrap_or_else(|| default.iter().map(ToString::to_string).collect())
    };
    let mut documents = BTreeMap::new();
    for path in listed(&project["spec"]["manifests"], &["manifests"]) {
        for document in below(&folder.join(path)) {
            documents.insert(document.address(), document);
        }
    }
    for path in listed(&settings["overlays"], &[]) {
        for over in below(&folder.join(path)) {
            match documents.get_mut(&over.address()) {
                Some(base) => {
                    merge(&mut base.metadata, &over.metadata);
                    merge(&mut base.spec, &over.spec);
                }
                None => drop(documents.insert(over.address(), over)),
            }
        }
    }
    for document in documents.values_mut() {
        resolve(&mut document.spec, &settings["variables"]);
    }
    documents
}

fn below(path: &Path) -> Vec<Document> {
    let files = if path.is_dir() { files_in(path, "") } else { vec![path.to_owned()] };
    let is_manifest = |f: &&PathBuf| f.extension().is_some_and(|e| ["yaml", "yml", "json"].iter().any(|k| e == *k));
    let mut documents = Vec::new();
    for file in files.iter().filter(is_manifest) {
        for mut document in yaml(&read(file)) {
            quote_files(&mut document["spec"], file.parent().unwrap());
            documents.push(Document {
                kind: document["kind"].as_str().unwrap().to_owned(),
                metadata: document["metadata"].clone(),
                spec: document["spec"].clone(),
            });
        }
    }
    documents
}

/// Puts the texts of files in, without their last line breaks; paths are relative to the file that names them.
fn quote_files(value: &mut Json, beside: &Path) {
    match value {
        Json::String(text) => {
            if let Some(name) = text.strip_prefix("${file:").and_then(|rest| rest.strip_suffix('}')) {
                let quoted = read(&beside.join(name));
                *text = quoted.strip_suffix('\n').unwrap_or(&quoted).to_owned();
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| quote_files(item, beside)),
        Json::Object(members) => members.values_mut().for_each(|member| quote_files(member, beside)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Maps merge, all else replaces.
fn merge(base: &mut Json, over: &Json) {
    match (base, over) {
        (_, Json::Null) => {}
        (Json::Object(base), Json::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name).or_insert(Json::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

/// Puts variables in; a text that is nothing but one takes its type too.
fn resolve(value: &mut Json, variables: &Json) {
    match value {
        Json::String(text) => {
            for (name, with) in variables.as_object().into_iter().flatten() {
                let placeholder = format!("${{var:{name}}}");
                if *text == placeholder && !with.is_string() {
                    *value = with.clone();
                    return;
                }
                let with = with.as_str().map_or_else(|| with.to_string(), ToOwned::to_owned);
                *text = text.replace(&placeholder, &with);
            }
            *text = text.replace("$${", "${");
        }
        Json::Array(items) => items.iter_mut().for_each(|item| resolve(item, variables)),
        Json::Object(members) => members.values_mut().for_each(|member| resolve(member, variables)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// What of the documents a tenant does not hold, and what it holds beside them. `loosely`: the tenant may write texts
/// in its own way and leave empty values out.
pub(crate) fn holds(tenant: &Tenant, documents: &BTreeMap<String, Document>, loosely: bool) -> Vec<String> {
    let present: Vec<&Document> = documents.values().filter(|d| d.is_present()).collect();
    let mut wrong = Vec::new();
    let mut expected: Vec<String> = present.iter().map(|d| path_of(d, documents)).collect();
    expected.sort();
    let found: Vec<String> = tenant.names().iter().map(|n| n.trim().to_owned()).collect();
    if expected != found {
        return vec![format!("expected {expected:?}, found {found:?}")];
    }
    let ids: BTreeMap<String, Json> = present.iter().map(|d| (d.address(), id_of(d, documents, tenant))).collect();
    for document in present {
        let live = live_of(document, documents, tenant);
        for (name, stated) in document.spec.as_object().into_iter().flatten() {
            let unit = if name.ends_with("_minutes") { 60 } else { 1 };
            let shown = if name == "custom_domain" { &live[name]["domain"] } else { &live[name] };
            if !same(stated, shown, &ids, unit, loosely) {
                wrong.push(format!("{} {name}: stated {stated}, held {shown}", document.address()));
            }
        }
        if document.metadata["default"] == true {
            let parent = &documents[&format!("application/{}", document.metadata["application"].as_str().unwrap())];
            if live_of(parent, documents, tenant)["client_id"] != live["client_id"] {
                wrong.push(format!("{} is not the default client", document.address()));
            }
        }
    }
    wrong
}

fn name_of(document: &Document) -> &str {
    document.spec[if document.kind == "Client" { "name" } else { "app_name" }].as_str().unwrap().trim()
}

fn path_of(document: &Document, documents: &BTreeMap<String, Document>) -> String {
    match document.metadata["application"].as_str() {
        Some(parent) => format!("{}/{}", name_of(&documents[&format!("application/{parent}")]), name_of(document)),
        None => name_of(document).to_owned(),
    }
}

fn live_of<'a>(document: &Document, documents: &BTreeMap<String, Document>, tenant: &'a Tenant) -> &'a Json {
    match document.metadata["application"].as_str() {
        Some(parent) => tenant.client(name_of(&documents[&format!("application/{parent}")]), name_of(document)),
        None => tenant.application(name_of(document)),
    }
}

fn id_of(document: &Document, documents: &BTreeMap<String, Document>, tenant: &Tenant) -> Json {
    live_of(document, documents, tenant)[if document.kind == "Client" { "client_id" } else { "app_id" }].clone()
}

fn same(stated: &Json, held: &Json, ids: &BTreeMap<String, Json>, unit: u64, loosely: bool) -> bool {
    if let Some(address) = stated["ref"].as_str() {
        return ids.get(address) == Some(held);
    }
    match (stated, held) {
        (Json::Null, held) => held.is_null(),
        (Json::String(text), Json::Number(_)) => duration(text) == held.as_f64().map(|n| n * unit as f64),
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::String(a), Json::String(b)) if loosely => plain(a) == plain(b),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same(a, b, ids, unit, loosely)))
        }
        (Json::Object(a), Json::Object(_)) => a.iter().all(|(n, a)| same(a, &held[n], ids, unit, loosely)),
        (Json::String(a), Json::Null) => loosely && a.is_empty(),
        (Json::Array(a), Json::Null) => loosely && a.is_empty(),
        (a, b) => a == b,
    }
}

/// A text as it is compared where a tenant may write it in its own way.
fn plain(text: &str) -> String {
    text.trim().trim_end_matches('/').to_lowercase()
}

/// The seconds of `1h30m`.
fn duration(text: &str) -> Option<f64> {
    let (mut total, mut number) = (0_u64, String::new());
    for c in text.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let factor = match c {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total += number.parse::<u64>().ok()? * factor;
        number.clear();
    }
    number.is_empty().then_some(total as f64)
}
