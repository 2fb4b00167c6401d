//! Parses `--name value` pairs. Unknown arguments are errors.

use std::str::FromStr;

use anyhow::{Context as _, Result, bail};

pub struct Args {
    rest: Vec<String>,
    help: &'static str,
}

impl Args {
    /// None after printing the requested help.
    pub fn new(rest: Vec<String>, help: &'static str) -> Option<Self> {
        if rest.iter().any(|word| word == "--help" || word == "-h") {
            println!("{help}");
            return None;
        }
        Some(Self { rest, help })
    }

    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|word| word != name);
        self.rest.len() < before
    }

    /// The value of `--name VALUE` or `--name=VALUE`.
    pub fn value(&mut self, name: &str) -> Result<Option<String>> {
        let joined = format!("{name}=");
        let Some(at) = self.rest.iter().position(|word| word == name || word.starts_with(&joined)) else {
            return Ok(None);
        };
        let word = self.rest.remove(at);
        if let Some(value) = word.strip_prefix(&joined) {
            return Ok(Some(value.to_owned()));
        }
        if at == self.rest.len() || self.rest[at].starts_with("--") {
            bail!("{name} needs a value\n\n{}", self.help);
        }
        Ok(Some(self.rest.remove(at)))
    }

    pub fn parsed<T: FromStr>(&mut self, name: &str) -> Result<Option<T>>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        let Some(text) = self.value(name)? else { return Ok(None) };
        let value = text.parse().with_context(|| format!("{name} {text}: not a valid value"))?;
        Ok(Some(value))
    }

    pub fn finish(self) -> Result<()> {
        match self.rest.first() {
            None => Ok(()),
            Some(word) => bail!("`{word}` is not understood\n\n{}", self.help),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Args;

    fn args(words: &str) -> Args {
        Args::new(words.split_whitespace().map(str::to_owned).collect(), "help").unwrap()
    }

    #[test]
    fn values_come_joined_or_apart_and_leftovers_are_refused() {
        let mut args = args("--speed 4 --replay=a.jsonl --keep stray");
        assert_eq!(args.parsed::<f64>("--speed").unwrap(), Some(4.0));
        assert_eq!(args.value("--replay").unwrap().as_deref(), Some("a.jsonl"));
        assert!(args.flag("--keep"));
        assert!(args.finish().unwrap_err().to_string().contains("`stray` is not understood"));
    }

    #[test]
    fn a_missing_or_wrong_value_is_named() {
        assert!(args("--speed").value("--speed").unwrap_err().to_string().contains("--speed needs a value"));
        assert!(args("--speed --keep").value("--speed").is_err());
        assert!(args("--speed fast").parsed::<f64>("--speed").unwrap_err().to_string().contains("--speed fast"));
    }
}
