//! A simulated tenant's file.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tilewright_simulator::World;

use crate::error::CommandError;
use crate::exit::Exit;

/// Where a simulated tenant is kept.
#[derive(Clone, Debug)]
pub(crate) struct StateFile(PathBuf);

impl StateFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The tenant in the file, or a new one where there is no file.
    pub(crate) fn load(&self, tenant: &str) -> Result<World, CommandError> {
        let shown = self.0.display();
        match std::fs::read_to_string(&self.0) {
            Ok(text) => World::from_json(&text).map_err(|e| {
                CommandError::new(Exit::Failure, format!("the simulated tenant in {shown} cannot be used: {e}"))
                    .hint("remove the file to begin with an empty tenant")
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(World::new(tenant)),
            Err(error) => {
                Err(CommandError::new(Exit::Failure, format!("cannot read the simulated tenant in {shown}: {error}")))
            }
        }
    }

    /// Writes the tenant beside the file, then renames it.
    pub(crate) fn save(&self, world: &World) -> std::io::Result<()> {
        let folder = self.0.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(world.to_json().as_bytes())?;
        file.persist(&self.0).map_err(|e| e.error)?;
        Ok(())
    }
}
