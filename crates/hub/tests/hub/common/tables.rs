//! Where the tables of a test's hub are: in its folder, or in a database of the PostgreSQL that `TANDEM_TESTS_POSTGRES`
//! names.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use tandem_hub::Data;
use tandem_hub::config::{Config, Environment, Flags};
use tandem_sql::{Connection, Place};
use tandem_sqlite::Link as _;

pub const SERVER: &str = "TANDEM_TESTS_POSTGRES";

/// Those of the hub with this folder.
pub fn of(folder: &Path) -> Data {
    config(folder).tables()
}

/// The settings of a hub with this folder.
pub fn config(folder: &Path) -> Config {
    let new = Config::new(folder.to_owned());
    let Ok(server) = std::env::var(SERVER) else { return new };
    let mut hash = DefaultHasher::new();
    folder.hash(&mut hash);
    let name = format!("hub_{:x}", hash.finish());
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    std::thread::spawn(move || {
        let place = Place::Postgres { url: server, readers: 1, is_serving: false, steps: &[] };
        // It may be there already.
        let _ = Connection::open(&place, &[]).unwrap().execute_batch(&format!("CREATE DATABASE {name}"));
    })
    .join()
    .unwrap();
    let flags = Flags::new(None).with("postgres", "--postgres", Some(url));
    let postgres = Config::load(&flags, &Environment::default()).unwrap().postgres;
    Config { postgres, ..new }
}
