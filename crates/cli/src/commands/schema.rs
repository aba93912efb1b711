//! `schema`: the JSON Schemas of manifests, the project file and the reports.

use std::fmt::Write;

use tilewright_core::Backend;
use tilewright_mosaic::Mosaic;

use crate::args::SchemaArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::render::{schemas, to_text};

pub(crate) fn schema(args: &SchemaArgs) -> Result<Exit, CommandError> {
    let mosaic = Mosaic::new();
    let all = schemas(mosaic.catalog());
    if let Some(folder) = &args.write {
        let failed = |e: std::io::Error| {
            CommandError::new(Exit::Failure, format!("cannot write schemas into {}: {e}", folder.display()))
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        for (name, schema) in &all {
            std::fs::write(folder.join(format!("{name}.schema.json")), to_text(schema)).map_err(failed)?;
        }
        return Ok(Exit::Done);
    }
    let Some(name) = &args.name else {
        let names = all.iter().fold(String::new(), |mut text, (name, schema)| {
            let _ = writeln!(text, "{name:20} {}", schema["title"].as_str().unwrap_or_default());
            text
        });
        super::print(&names);
        return Ok(Exit::Done);
    };
    match all.iter().find(|(known, _)| known == name) {
        Some((_, schema)) => super::print(&to_text(schema)),
        None => {
            let names: Vec<_> = all.iter().map(|(name, _)| name.as_str()).collect();
            return Err(CommandError::usage(format!("there is no schema `{name}`; there are {}", names.join(", "))));
        }
    }
    Ok(Exit::Done)
}
