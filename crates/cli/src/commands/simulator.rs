//! `simulator`: a simulated tenant over HTTP on loopback.

use std::time::Duration;

use tilewright_simulator::{Quirks, World};

use crate::args::SimulatorArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::local::{ServeOptions, StateFile, serve};

pub(crate) async fn simulator(args: SimulatorArgs) -> Result<Exit, CommandError> {
    if args.switch.iter().any(|name| name == "list") {
        let names: Vec<_> = Quirks::switches().iter().map(|(name, _)| format!("{name}\n")).collect();
        super::print(&names.concat());
        return Ok(Exit::Done);
    }
    let file = args.state.map(StateFile::new);
    let mut world = match &file {
        Some(file) => file.load(&args.tenant)?,
        None => World::new(&args.tenant),
    };
    for name in &args.switch {
        throw(&mut world, name)?;
    }
    let options = ServeOptions {
        port: args.port,
        latency: Duration::from_millis(args.latency),
        rate_limit: args.rate_limit,
        file,
    };
    let (id, secret) = world.credentials();
    let how = (id.to_owned(), secret.to_owned(), world.tenant_id().to_owned());
    let ready = move |at: std::net::SocketAddr| {
        let (id, secret, tenant) = how;
        // The secret opens only this simulated tenant.
        super::print(&format!(
            "A simulated tenant listens on http://{at}; Ctrl-C ends it. In another shell:\n\n\
             export TILEWRIGHT_BASE_URL=http://{at}/cis\n\
             export TILEWRIGHT_TENANT_ID={tenant}\n\
             export TILEWRIGHT_CLIENT_ID={id}\n\
             export TILEWRIGHT_CLIENT_SECRET={secret}\n"
        ));
    };
    serve(world, options, ready).await.map_err(|e| {
        CommandError::new(Exit::Failure, format!("cannot serve on 127.0.0.1:{}: {e}", args.port))
            .hint("choose another port with --port, or any free one with --port 0")
    })?;
    Ok(Exit::Done)
}

fn throw(world: &mut World, name: &str) -> Result<(), CommandError> {
    if name == "all" {
        *world.quirks_mut() = Quirks::all_thrown();
        return Ok(());
    }
    match Quirks::switches().into_iter().find(|(known, _)| *known == name) {
        Some((_, throw)) => {
            throw(world.quirks_mut());
            Ok(())
        }
        None => Err(CommandError::usage(format!("there is no switch `{name}`"))
            .hint("`tilewright simulator --switch list` lists them; `--switch all` throws all")),
    }
}
