//! Foreign recordings can be read completely.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tandem_testkit::dialogue;
use tandem_testkit::player::Plan;

#[test]
fn every_recorded_dialogue_is_read() {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let path = folder.join("conversations/star.jsonl.gz");
    if !path.exists() {
        println!("skipped: no shared data");
        return;
    }
    let dialogues: Vec<_> = dialogue::load(&[path]).unwrap().into_iter().map(Arc::new).collect();
    assert_eq!(dialogues.len(), 2_259);
    assert_eq!(dialogues.iter().map(|dialogue| &dialogue.id).collect::<HashSet<_>>().len(), 2_259, "ids are unique");
    let spoken: usize = dialogues.iter().map(|dialogue| dialogue.customer_turns().count()).sum();
    assert_eq!(spoken, 18_420, "every word of a customer is played");
    let plan = Plan::replay(&dialogues, Duration::from_secs(4), 1.0);
    assert_eq!(plan.slots.len(), 2_116, "143 customers left before they said a word");
    let in_order = plan.slots.windows(2).all(|pair| pair[0].dialogue.start <= pair[1].dialogue.start);
    assert!(in_order, "recordings are played in the order in which they took place");
}

#[test]
fn every_written_dialogue_is_read_with_its_pictures() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/dialogues"));
    let dialogues = dialogue::load(&[folder]).unwrap();
    assert!(dialogues.len() >= 40, "about forty, got {}", dialogues.len());
    for dialogue in &dialogues {
        for turn in dialogue.customer_turns() {
            let picture = turn.media.as_ref().map(|name| dialogue.media.join(name));
            assert!(picture.is_none_or(|path| path.is_file()), "{}: {:?}", dialogue.id, turn.media);
        }
        let mut menu = Vec::new();
        for turn in &dialogue.turns {
            if turn.is_assistants() && !turn.menu().is_empty() {
                menu = turn.menu();
            } else if turn.is_choice() {
                let offered = menu.iter().any(|choice| Some(&choice.id) == turn.label.as_ref());
                assert!(offered, "{}: '{}' is a choice of the menu before", dialogue.id, turn.text);
            }
        }
    }
}
