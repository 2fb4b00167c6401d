//! Refuses circles of modules in a crate. A module is a file or folder beside the crate's root.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Package;

/// Module → modules of the same crate that its files name.
type Graph = BTreeMap<String, BTreeSet<String>>;

pub fn complaints(packages: &[Package]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for package in packages {
        let sources = package.manifest.with_file_name("src");
        if !sources.is_dir() {
            continue;
        }
        complaints.extend(judge(&package.name, &graph(&sources)?));
    }
    Ok(complaints)
}

fn judge(package: &str, graph: &Graph) -> Vec<String> {
    let complaint = |circle: &BTreeSet<String>| {
        let edges = graph.iter().filter(|(module, _)| circle.contains(*module)).flat_map(|(module, used)| {
            used.iter().filter(|other| circle.contains(*other)).map(move |other| format!("{module} → {other}"))
        });
        format!("{package}: modules use each other in a circle: {}", edges.collect::<Vec<_>>().join(", "))
    };
    circles(graph).iter().map(complaint).collect()
}

/// The groups of two or more modules of which each reaches all the others.
fn circles(graph: &Graph) -> Vec<BTreeSet<String>> {
    let reach: Graph = graph.keys().map(|module| (module.clone(), reachable(graph, module))).collect();
    let mut found: Vec<BTreeSet<String>> = Vec::new();
    for (module, reached) in &reach {
        let group: BTreeSet<String> = reached
            .iter()
            .filter(|other| reach.get(*other).is_some_and(|back| back.contains(module)))
            .cloned()
            .collect();
        if group.len() > 1 && !found.contains(&group) {
            found.push(group);
        }
    }
    found
}

fn reachable(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(module) = next.pop() {
        for used in graph.get(module).into_iter().flatten() {
            if reached.insert(used.clone()) {
                next.push(used);
            }
        }
    }
    reached
}

/// Reads the sources of one crate. The crate's root may use everything and is no module.
fn graph(sources: &Path) -> Result<Graph> {
    let mut files = Vec::new();
    collect(sources, &mut files)?;
    let module_of = |file: &PathBuf| -> Option<String> {
        let first = file.strip_prefix(sources).ok()?.components().next()?.as_os_str().to_str()?;
        let module = first.strip_suffix(".rs").unwrap_or(first);
        (!matches!(module, "lib" | "main" | "bin")).then(|| module.to_owned())
    };
    let mut graph: Graph = files.iter().filter_map(module_of).map(|module| (module, BTreeSet::new())).collect();
    let modules: BTreeSet<String> = graph.keys().cloned().collect();
    for file in &files {
        let Some(module) = module_of(file) else { continue };
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut text = without_comments(without_tests(&text));
        if file.parent() == Some(sources) {
            text = text.replace("super::", "crate::");
        }
        let used = named(&text).filter(|used| *used != module && modules.contains(*used));
        let used: Vec<String> = used.map(str::to_owned).collect();
        graph.entry(module).or_default().extend(used);
    }
    Ok(graph)
}

pub(super) fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Tests of a module may use anything.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// Documentation may point to any module.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// The modules behind each `crate::`, also those in braces: `use crate::{a, b::{c, d}}` names a and b.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        Some(inside) => top_of_braces(inside),
        None => vec![word(rest)],
    })
}

fn top_of_braces(text: &str) -> Vec<&str> {
    let (mut depth, mut begins, mut names) = (0, true, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && !c.is_whitespace() => {
                names.push(word(&text[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(edges: &[(&str, &[&str])]) -> Graph {
        edges.iter().map(|(from, to)| ((*from).to_owned(), to.iter().map(|to| (*to).to_owned()).collect())).collect()
    }

    #[test]
    fn a_circle_is_named_with_its_edges() {
        let graph = of(&[("api", &["limits"]), ("limits", &["problem", "api"]), ("problem", &[])]);
        let found = judge("tandem-hub", &graph);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("api → limits") && found[0].contains("limits → api"), "{found:?}");
        assert!(!found[0].contains("problem"), "{found:?}");
    }

    #[test]
    fn names_are_found_in_braces_and_in_the_middle_of_a_line() {
        let text = "use crate::{a, b::{c, d},\n    e as f};\nlet x = crate::g::h();\npub(crate) use crate::i;";
        assert_eq!(named(text).collect::<Vec<_>>(), ["a", "b", "e", "g", "i"]);
    }
}
