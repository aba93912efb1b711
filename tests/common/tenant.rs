//! Looks into the file of a simulated tenant, and changes it as somebody in the portal would. Reads plain JSON.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

/// A simulated tenant's file as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    path: PathBuf,
    pub(crate) state: Json,
}

impl Tenant {
    pub(crate) fn read(path: &Path) -> Self {
        Self { path: path.to_owned(), state: serde_json::from_str(&super::read(path)).unwrap() }
    }

    /// The tenant, if it was ever written.
    pub(crate) fn look(path: &Path) -> Option<Self> {
        path.exists().then(|| Self::read(path))
    }

    /// The applications of the tenant's people, oldest first, without the vendor's own.
    pub(crate) fn applications(&self) -> Vec<&Json> {
        let all = self.state["tenant"]["applications"].as_object().unwrap();
        let mut own: Vec<&Json> = all.values().filter(|a| a["origin"] == "tenant").collect();
        own.sort_by_key(|a| a["serial"].as_u64());
        own
    }

    /// The application with a display name.
    #[track_caller]
    pub(crate) fn application(&self, name: &str) -> &Json {
        let found = self.applications().into_iter().find(|a| a["fields"]["app_name"] == name);
        &found.unwrap_or_else(|| panic!("no application is called {name}: {:?}", self.names()))["fields"]
    }

    /// The clients of the application with a display name, oldest first.
    #[track_caller]
    pub(crate) fn clients(&self, application: &str) -> Vec<&Json> {
        let id = self.application(application)["app_id"].as_str().unwrap();
        let all = self.state["tenant"]["applications"][id]["clients"].as_object().unwrap();
        let mut clients: Vec<&Json> = all.values().collect();
        clients.sort_by_key(|c| c["serial"].as_u64());
        clients.into_iter().map(|c| &c["fields"]).collect()
    }

    #[track_caller]
    pub(crate) fn client(&self, application: &str, name: &str) -> &Json {
        let found = self.clients(application).into_iter().find(|c| c["name"] == name);
        found.unwrap_or_else(|| panic!("no client of {application} is called {name}: {:?}", self.names()))
    }

    /// `Application` and `Application/Client`, sorted: everything there is, by display name.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for application in self.applications() {
            let name = application["fields"]["app_name"].as_str().unwrap();
            names.push(name.to_owned());
            let clients = application["clients"].as_object().unwrap().values();
            names.extend(clients.map(|c| format!("{name}/{}", c["fields"]["name"].as_str().unwrap())));
        }
        names.sort();
        names
    }

    /// Every id, sorted.
    pub(crate) fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for application in self.applications() {
            ids.push(application["fields"]["app_id"].as_str().unwrap().to_owned());
            ids.extend(application["clients"].as_object().unwrap().keys().cloned());
        }
        ids.sort();
        ids
    }

    /// Every application and client without the times of their last changes.
    pub(crate) fn held(&self) -> Json {
        let mut held: Vec<Json> = self.applications().into_iter().cloned().collect();
        strip(&mut held, &["updated_at", "since"]);
        json!(held)
    }

    /// Changes the fields of the application with a display name, as somebody in the portal would.
    #[track_caller]
    pub(crate) fn edit(mut self, application: &str, change: impl FnOnce(&mut Json)) {
        let id = self.application(application)["app_id"].as_str().unwrap().to_owned();
        change(&mut self.state["tenant"]["applications"][id.as_str()]["fields"]);
        self.save();
    }

    /// Changes the fields of a client.
    #[track_caller]
    pub(crate) fn edit_client(mut self, application: &str, name: &str, change: impl FnOnce(&mut Json)) {
        let app_id = self.application(application)["app_id"].as_str().unwrap().to_owned();
        let id = self.client(application, name)["client_id"].as_str().unwrap().to_owned();
        change(&mut self.state["tenant"]["applications"][app_id.as_str()]["clients"][id.as_str()]["fields"]);
        self.save();
    }

    /// Throws a switch of the tenant.
    pub(crate) fn switch(mut self, name: &str, value: Json) {
        self.state["tenant"]["quirks"][name] = value;
        self.save();
    }

    /// Writes the file back.
    pub(crate) fn save(&self) {
        std::fs::write(&self.path, self.state.to_string()).unwrap();
    }
}

/// Takes members out of every object inside.
fn strip(values: &mut [Json], names: &[&str]) {
    for value in values {
        match value {
            Json::Object(members) => {
                members.retain(|name, _| !names.contains(&name.as_str()));
                let mut inside: Vec<Json> = members.values().cloned().collect();
                strip(&mut inside, names);
                for (member, stripped) in members.values_mut().zip(inside) {
                    *member = stripped;
                }
            }
            Json::Array(items) => strip(items, names),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
}
