//! Where settings come from: flags, variables, the file, in this order. Collects all errors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

/// Read from the working folder unless another file is named.
const FILE: &str = "tandem.toml";
const VARIABLE: &str = "TANDEM_";
/// How secrets of Standard Webhooks begin: not shown where another value is expected.
const SECRET: &str = "whsec_";
/// Variables of the desk and of commands, which may be set beside the hub's.
const NOT_SETTINGS: [&str; 9] = [
    "TANDEM_CONFIG",
    "TANDEM_PASSWORD",
    "TANDEM_HUB",
    "TANDEM_DESK_DATA",
    "TANDEM_EMBED",
    "TANDEM_ALLOW_HTTP",
    "TANDEM_WHATSAPP_TOKEN",
    "TANDEM_WHATSAPP_APP_SECRET",
    "TANDEM_WHATSAPP_VERIFY_TOKEN",
];

/// All invalid settings.
#[derive(Debug, thiserror::Error)]
#[error("{}", .problems.join("\n"))]
pub struct ConfigError {
    /// One line each: the place and the problem.
    pub problems: Vec<String>,
}

impl ConfigError {
    /// One invalid setting.
    pub(crate) fn of(problem: String) -> Self {
        Self { problems: vec![problem] }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Flags {
    config: Option<PathBuf>,
    values: BTreeMap<&'static str, (&'static str, String)>,
}

impl Flags {
    #[must_use]
    pub fn new(config: Option<PathBuf>) -> Self {
        Self { config, values: BTreeMap::new() }
    }

    /// A setting given as a flag, such as `listen` by `--listen`.
    #[must_use]
    pub fn with(mut self, name: &'static str, flag: &'static str, value: Option<String>) -> Self {
        if let Some(value) = value {
            self.values.insert(name, (flag, value));
        }
        self
    }
}

/// Variables whose names begin with `TANDEM_`. An empty one counts as absent.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(variables: T) -> Self {
        let own = variables.into_iter().filter(|(name, value)| name.starts_with(VARIABLE) && !value.is_empty());
        Self(own.collect())
    }
}

/// Reads settings by name and collects errors.
pub(super) struct Settings<'a> {
    flags: &'a Flags,
    environment: &'a Environment,
    file: File,
    asked: BTreeSet<String>,
    problems: Vec<String>,
}

/// The file's values by full name, such as `logic.url`.
struct File {
    path: PathBuf,
    values: BTreeMap<String, Value>,
}

struct Value {
    line: usize,
    text: String,
}

impl<'a> Settings<'a> {
    pub fn new(flags: &'a Flags, environment: &'a Environment) -> Self {
        let named = environment.0.get("TANDEM_CONFIG").map(PathBuf::from);
        let path = flags.config.clone().or(named);
        let mut problems = Vec::new();
        let is_named = path.is_some();
        let path = path.unwrap_or_else(|| FILE.into());
        let mut values = BTreeMap::new();
        if is_named || path.exists() {
            match std::fs::read_to_string(&path) {
                Ok(text) => parse(&path, &text, &mut values, &mut problems),
                Err(error) => problems.push(format!("{}: cannot be read: {error}", path.display())),
            }
        }
        Self { flags, environment, file: File { path, values }, asked: BTreeSet::new(), problems }
    }

    /// The setting's raw text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.asked.insert(name.to_owned());
        let flag = self.flags.values.get(name).map(|(_, value)| value);
        let found = flag.or_else(|| self.environment.0.get(&variable(name)));
        found.or_else(|| self.file.values.get(name).map(|value| &value.text)).cloned()
    }

    /// The numbers of the tables in a list of tables, whether they are named in the file or by variables.
    pub fn tables(&self, list: &str) -> BTreeSet<usize> {
        let (in_file, in_variables) = (format!("{list}."), format!("{}_", variable(list)));
        let number = |rest: &str, end: char| rest.split(end).next()?.parse().ok();
        let of_file = self.file.values.keys().filter_map(|name| number(name.strip_prefix(&in_file)?, '.'));
        let variables = self.environment.0.keys();
        of_file.chain(variables.filter_map(|name| number(name.strip_prefix(&in_variables)?, '_'))).collect()
    }

    /// The setting parsed by `read`; none if absent or invalid.
    pub fn get<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(_) if !name.ends_with("secret") && text.contains(SECRET) => {
                self.wrong(name, "a secret was found here; it is a value of logic.secret");
                None
            }
            Err(problem) => {
                self.wrong(name, &problem);
                None
            }
        }
    }

    /// Records a problem at the setting's place.
    pub fn wrong(&mut self, name: &str, problem: &str) {
        let place = self.place(name);
        self.problems.push(format!("{name} ({place}): {problem}"));
    }

    /// Records a missing setting that another one requires.
    pub fn missing(&mut self, name: &str, problem: &str) {
        self.problems.push(format!("{name} ({}): {problem}", variable(name)));
    }

    /// Where a setting came from.
    pub fn place(&self, name: &str) -> String {
        if let Some((flag, _)) = self.flags.values.get(name) {
            return (*flag).to_owned();
        }
        let variable = variable(name);
        if self.environment.0.contains_key(&variable) {
            return variable;
        }
        match self.file.values.get(name) {
            Some(value) => format!("{} line {}", self.file.path.display(), value.line),
            None => "default".into(),
        }
    }

    /// All problems, unknown names included.
    pub fn finish(mut self) -> Result<(), ConfigError> {
        for (name, value) in &self.file.values {
            if !self.asked.contains(name.as_str()) {
                let hint = nearest(name, self.asked.iter().cloned());
                let path = self.file.path.display();
                self.problems.push(format!("{name} ({path} line {}): there is no such setting{hint}", value.line));
            }
        }
        let known: BTreeSet<String> =
            self.asked.iter().map(|name| variable(name)).chain(NOT_SETTINGS.map(str::to_owned)).collect();
        for name in self.environment.0.keys().filter(|name| !known.contains(*name) && !is_injected(name)) {
            let hint = nearest(name, known.iter().cloned());
            match is_meant(name, &known) {
                true => self.problems.push(format!("{name}: there is no such setting{hint}")),
                false => tracing::warn!(variable = %name, "none of the hub's settings{hint}"),
            }
        }
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError { problems: self.problems }) }
    }
}

fn variable(name: &str) -> String {
    format!("{VARIABLE}{}", name.to_uppercase().replace('.', "_"))
}

/// Kubernetes injects these for a service called `tandem`.
fn is_injected(name: &str) -> bool {
    name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.contains("_PORT")
}

/// Whether an unknown variable is a misspelt setting rather than another program's.
fn is_meant(name: &str, known: &BTreeSet<String>) -> bool {
    known.iter().any(|known| {
        let section = known.match_indices('_').nth(1).map(|(at, _)| known.split_at(at + 1).0);
        strsim::damerau_levenshtein(known, name) <= (name.len() / 5).max(2)
            || section.is_some_and(|section| name.starts_with(section))
    })
}

fn nearest(name: &str, known: impl Iterator<Item = String>) -> String {
    let parts = |name: &str| match name.rsplit_once('.') {
        Some((table, key)) => (Some(table.to_owned()), key.to_owned()),
        None => (None, name.to_owned()),
    };
    let (table, key) = parts(name);
    // Names of other tables may be near by their tables' names only.
    let (same, others): (Vec<_>, Vec<_>) = known.partition(|known| parts(known).0 == table);
    let is_table = table.is_some() && !same.is_empty();
    let candidates = if same.is_empty() { &others } else { &same };
    let near = candidates.iter().map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    match near {
        Some((distance, near)) if distance * 2 <= key.chars().count() => format!("; did you mean {near}?"),
        Some(_) if is_table => format!("; this table has {}", same.join(", ")),
        _ => String::new(),
    }
}

/// Flattens TOML into dotted names. Errors never quote the file: it may hold secrets.
fn parse(path: &Path, text: &str, values: &mut BTreeMap<String, Value>, problems: &mut Vec<String>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    match DeTable::parse(text) {
        Ok(table) => flatten("", table.get_ref(), &line, values, &mut |name, at, problem| {
            problems.push(format!("{name} ({} line {}): {problem}", path.display(), line(at)));
        }),
        Err(error) => {
            let at = error.span().map_or(1, |span| line(span.start));
            problems.push(format!("{} line {at}: {}", path.display(), error.message()));
        }
    }
}

fn flatten(
    prefix: &str,
    table: &DeTable<'_>,
    line: &dyn Fn(usize) -> usize,
    values: &mut BTreeMap<String, Value>,
    wrong: &mut dyn FnMut(&str, usize, &str),
) {
    for (key, value) in table.iter() {
        let name = match prefix {
            "" => key.get_ref().to_string(),
            prefix => format!("{prefix}.{}", key.get_ref()),
        };
        let at = key.span().start;
        if let DeValue::Table(inner) = value.get_ref() {
            flatten(&name, inner, line, values, wrong);
            continue;
        }
        if let DeValue::Array(parts) = value.get_ref()
            && parts.iter().any(|part| matches!(part.get_ref(), DeValue::Table(_)))
        {
            for (index, part) in parts.iter().enumerate() {
                match part.get_ref() {
                    DeValue::Table(inner) => flatten(&format!("{name}.{index}"), inner, line, values, wrong),
                    _ => wrong(&name, at, "use tables alone: one for each of the list"),
                }
            }
            continue;
        }
        match scalar(value.get_ref()) {
            Some(text) => {
                values.insert(name, Value { line: line(at), text });
            }
            None => wrong(&name, at, "use a text, a number, true or false, or a list of them"),
        }
    }
}

/// A list becomes its items joined by commas, as in a variable.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Array(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(|part| scalar(part.get_ref())).collect();
            parts?.join(",")
        }
        DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}
