//! `credentials`: hands a client's id and secret on, without anybody having to see them.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use tilewright_core::{Address, Backend, RemoteId, Secret, Target};
use tilewright_engine::{BindingsFile, Connection, JournalFile, RetryPolicy};
use tilewright_mosaic::Mosaic;

use crate::args::{CredentialsArgs, CredentialsForm, Global};
use crate::environment::Setting;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::progress::Progress;

pub(crate) async fn credentials(global: &Global, args: &CredentialsArgs) -> Result<Exit, CommandError> {
    if args.file.is_none() && args.pipe.is_none() && !args.print {
        return Err(CommandError::usage("nothing says where the credentials are to go")
            .hint("--file FILE writes a file that only you can read; --pipe 'COMMAND' hands them to a command"));
    }
    let address: Address = args.address.parse().map_err(|e| CommandError::usage(format!("{e}")))?;
    let backend: Arc<dyn Backend> = Arc::new(Mosaic::new());
    if backend.catalog().kind(address.kind()).is_none_or(|kind| kind.parent.is_none()) {
        return Err(CommandError::usage(format!("{address} has no credentials of its own"))
            .hint("name a client, such as `client/storefront/web`"));
    }
    let setting = Setting::anywhere(global)?;
    let place = setting.place(args.environment.as_deref(), &args.connection)?;
    let file = BindingsFile::new(&place.folder, &place.name);
    let mut bindings = file.load()?;
    if let Some(leftover) = JournalFile::beside(file.path()).read()? {
        leftover.fold_into(&mut bindings);
    }
    let bound = bindings.resources.get(&address).ok_or_else(|| {
        CommandError::new(Exit::Invalid, format!("{address} is not bound in the environment {}", place.name))
            .hint("apply it first; `tilewright plan` shows what is there already")
    })?;
    let spec_name = backend.catalog().kind(address.kind()).and_then(|k| k.specs.first()).map(|s| s.name.clone());
    let target = Target {
        kind: address.kind().to_owned(),
        spec_name: spec_name.unwrap_or_default(),
        id: bound.id.clone(),
        parent: bound.parent.clone(),
    };
    let connection = Connection {
        transport: place.transport()?,
        backend,
        base_url: place.base_url.clone(),
        credentials: place.credentials.clone(),
        tenant: place.tenant.clone(),
        concurrency: 1,
        retry: RetryPolicy::default(),
        observer: Progress::new().observer(),
    };
    let found = connection.reader().credentials(&target).await?;
    let (id, secret) = found.ok_or_else(|| {
        CommandError::new(Exit::Failure, format!("the tenant shows no secret of {address}"))
            .hint("the token may not be allowed to see secrets")
    })?;
    hand_on(args, &text(args.form, &id, &secret))?;
    Ok(Exit::Done)
}

fn text(form: CredentialsForm, id: &RemoteId, secret: &Secret) -> Secret {
    let secret = secret.reveal();
    Secret::new(match form {
        CredentialsForm::Json => format!("{}\n", serde_json::json!({"client_id": id, "client_secret": secret})),
        CredentialsForm::Env => format!("CLIENT_ID={id}\nCLIENT_SECRET={secret}\n"),
        CredentialsForm::Secret => secret.to_owned(),
    })
}

fn hand_on(args: &CredentialsArgs, text: &Secret) -> Result<(), CommandError> {
    if let Some(path) = &args.file {
        write_file(path, args.force, text)
    } else if let Some(command) = &args.pipe {
        pipe(command, text)
    } else {
        super::print(text.reveal());
        Ok(())
    }
}

/// A new file of mode 0600. With `force`, a file that is there is replaced, not opened: its own mode may be wider.
fn write_file(path: &Path, force: bool, text: &Secret) -> Result<(), CommandError> {
    let failed = |e: std::io::Error| {
        let shown = path.display();
        if e.kind() == ErrorKind::AlreadyExists {
            return CommandError::new(Exit::Failure, format!("{shown} is there already"))
                .hint("--force writes over it");
        }
        CommandError::new(Exit::Failure, format!("cannot write {shown}: {e}"))
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if force {
        // Temporary files are of mode 0600 from the start.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(text.reveal().as_bytes()).map_err(failed)?;
        file.persist(path).map_err(|e| failed(e.error))?;
        return Ok(());
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).and_then(|mut file| file.write_all(text.reveal().as_bytes())).map_err(failed)
}

fn pipe(command: &str, text: &Secret) -> Result<(), CommandError> {
    let failed = |what: String| CommandError::new(Exit::Failure, format!("the command of --pipe {what}"));
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut child = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|e| failed(format!("cannot be started: {e}")))?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.reveal().as_bytes()));
    let ended = child.wait().map_err(|e| failed(format!("cannot be waited for: {e}")))?;
    if !ended.success() {
        return Err(failed(format!("failed: {ended}")));
    }
    written.map_err(|e| failed(format!("did not read the credentials: {e}")))
}
