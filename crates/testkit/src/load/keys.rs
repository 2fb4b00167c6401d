//! `desk_key_to_paint_ms`: from a key to the second frame after what it does is on the page.
//!
//! Keys are pressed through WebDriver, as the system presses them. The page notes the time of the event, looks in every frame
//! whether its effect is there, and takes the time of the frame after that: the one before has been painted by then.

use anyhow::Context;
use serde_json::Value;

use super::desktop::Window;
use super::kept::Full;
use super::report::percentile;
use super::{Bench, Better, Figure};

/// How often each key is pressed in a run; in a small cache, less: a third of its conversations are walked through.
const TIMES: usize = 100;

const CTRL: &str = "\u{E009}";
const ALT: &str = "\u{E00A}";
const DOWN: &str = "\u{E015}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";

/// What a key does.
struct Act {
    name: &'static str,
    /// The keys of one press, with those that are held first.
    keys: &'static [&'static str],
    /// Where it begins: true once the page is ready. Run until then.
    ready: &'static str,
    /// Notes what was before, and returns whether the effect is there.
    effect: &'static str,
    /// Afterwards.
    over: &'static [&'static str],
}

/// Each begins in the list of all conversations.
const ACTS: [Act; 6] = [
    Act {
        name: "move",
        keys: &[DOWN],
        ready: "const list = document.querySelector('[data-focus=list]'); list?.focus();
            return document.activeElement === list && document.querySelector('[data-testid=row]') !== null;",
        effect: "const at = () => document.querySelector('[data-testid=row].cursor')?.dataset.id ?? null;
            const before = at(); return () => at() !== null && at() !== before;",
        over: &[],
    },
    Act {
        name: "open",
        keys: &["j"],
        ready: "const list = document.querySelector('[data-focus=list]'); list?.focus();
            return document.activeElement === list && document.querySelector('main h2') !== null;",
        effect: "const name = () => document.querySelector('main h2')?.textContent;
            const chosen = () => document.querySelector('[data-testid=row].cursor b')?.textContent;
            const before = name();
            return () => name() !== before && name() === chosen()
                && document.querySelector('[data-testid=transcript] [data-testid=entry]') !== null;",
        over: &[],
    },
    Act {
        name: "palette",
        keys: &[CTRL, "k"],
        ready: "return document.querySelector('dialog') === null;",
        effect: "return () => document.querySelector('#offers [role=option]') !== null;",
        over: &[ESCAPE],
    },
    Act {
        name: "filter",
        keys: &["7"],
        ready: "const field = document.querySelector('[data-focus=filter]'); field?.focus();
            const all = document.querySelector('[data-testid=row]')?.getAttribute('aria-setsize');
            window.__whole ??= all;
            return field?.value === '' && all !== undefined && all === window.__whole;",
        effect: "const all = () => document.querySelector('[data-testid=row]')?.getAttribute('aria-setsize');
            const before = all(); return () => all() !== undefined && all() !== before;",
        over: &[ESCAPE],
    },
    Act {
        name: "quick reply",
        keys: &[CTRL, "/"],
        ready: FIELD,
        effect: "return () => document.querySelector('#library [role=option]') !== null;",
        over: &[ESCAPE],
    },
    Act {
        name: "send",
        keys: &[ENTER],
        ready: "const field = document.querySelector('[data-focus=message]'); field?.focus();
            if (!field || document.activeElement !== field) return false;
            if (field.value === '') {
                window.__sent = (window.__sent ?? 0) + 1;
                field.value = `Your seat is booked, number ${window.__sent}.`;
                field.dispatchEvent(new Event('input', { bubbles: true }));
                return false;
            }
            return true;",
        effect: "const words = document.querySelector('[data-focus=message]').value;
            const said = () => [...document.querySelectorAll('[data-testid=transcript] [data-testid=entry]')]
                .some((entry) => entry.textContent.includes(words));
            return () => document.querySelector('[data-focus=message]')?.value === '' && said();",
        over: &[],
    },
];

/// Not the one that was open before.
const OPEN: &str = "const name = document.querySelector('main h2')?.textContent;
    return name !== undefined && name === document.querySelector('[data-testid=row].cursor b')?.textContent || null;";

const FIELD: &str = "const field = document.querySelector('[data-focus=message]'); field?.focus();
    return field !== null && document.activeElement === field && document.querySelector('#library') === null;";

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let full = Full::new(bench).await?;
    let times = TIMES.min(full.plan.conversations as usize / 3);
    let mut worst = Vec::new();
    let mut each = Vec::new();
    for _ in 0..bench.runs {
        let window = full.open().await?;
        let taken = run(&window, times).await?;
        worst.push(taken.iter().map(|(_, _, p99)| *p99).fold(0.0, f64::max));
        for (name, p50, p99) in &taken {
            eprintln!("  {name}: p50 {p50:.0} ms, p99 {p99:.0} ms");
        }
        each = taken;
        window.close().await?;
    }
    let last: Vec<_> = each.iter().map(|(name, p50, p99)| format!("{name} {p50:.0}/{p99:.0}")).collect();
    let input = format!(
        "{}; p99 of the slowest of six keys, {times} times each, under Xvfb and WebDriver; p50/p99 of the last run: {}",
        full.input(),
        last.join(", ")
    );
    Ok(vec![Figure::of("desk_key_to_paint_ms", "ms", Better::Lower, &worst).with_bar(50.0).on(input)])
}

/// The acts' names with their p50 and p99.
async fn run(window: &Window, times: usize) -> anyhow::Result<Vec<(&'static str, f64, f64)>> {
    window.until("the window", "return document.querySelector('nav') !== null || null").await?;
    let mut taken = Vec::new();
    for act in &ACTS {
        // Words are written in Maya's own conversations, everything else happens among all.
        let section = if matches!(act.name, "quick reply" | "send") { "1" } else { "4" };
        window.press(&[ALT, section]).await?;
        window.until("the section", "return document.querySelector('[data-testid=row]') !== null || null").await?;
        // The first is shown, and the focus is in the list.
        window.press(&["j"]).await?;
        window.until("its conversation", OPEN).await?;
        let mut took = Vec::with_capacity(times);
        for _ in 0..times {
            took.push(once(window, act).await.with_context(|| act.name)?);
        }
        taken.push((act.name, percentile(&mut took, 0.5), percentile(&mut took, 0.99)));
    }
    Ok(taken)
}

async fn once(window: &Window, act: &Act) -> anyhow::Result<f64> {
    let ready = format!("return (() => {{ {} }})() ? true : null;", act.ready);
    window.until("the page to be ready", &ready).await?;
    let watch = format!(
        "const done = (() => {{ {} }})();
        window.__took = null;
        const begin = (event) => {{
            if (['Control', 'Alt', 'Shift', 'Meta'].includes(event.key)) return;
            removeEventListener('keydown', begin, true);
            const look = () => {{
                if (done()) requestAnimationFrame(() => {{ window.__took = performance.now() - event.timeStamp; }});
                else requestAnimationFrame(look);
            }};
            requestAnimationFrame(look);
        }};
        addEventListener('keydown', begin, true);",
        act.effect
    );
    window.run(&watch).await?;
    window.press(act.keys).await?;
    let took: Value = window.until("the effect of the key", "return window.__took").await?;
    if !act.over.is_empty() {
        window.press(act.over).await?;
    }
    took.as_f64().context("a time is a number")
}
