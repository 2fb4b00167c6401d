//! Keeps windows visible and reachable.

/// A part of the desktop, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub x: i32,
    pub y: i32,
    pub width: u32,
    pub height: u32,
}

/// Windows are moved by their top, so this much of it must be on a screen.
const GRIP_HEIGHT: u32 = 48;
const SEEN_WIDTH: u32 = 120;
const SEEN_HEIGHT: u32 = 24;

/// Where to move an unreachable window; none if it can stay. `screens` begins with the target.
pub fn rescued(window: Area, screens: &[Area]) -> Option<(i32, i32)> {
    let grip = Area { height: window.height.min(GRIP_HEIGHT), ..window };
    let (width, height) = (SEEN_WIDTH.min(grip.width), SEEN_HEIGHT.min(grip.height));
    let is_reachable = |screen: &Area| {
        overlap(grip.x, grip.width, screen.x, screen.width) >= i64::from(width)
            && overlap(grip.y, grip.height, screen.y, screen.height) >= i64::from(height)
    };
    if screens.iter().any(is_reachable) {
        return None;
    }
    let screen = screens.first()?;
    let middle = |start: i32, room: u32, size: u32| {
        let free = i64::from(room) - i64::from(size);
        i32::try_from(i64::from(start) + free.max(0) / 2).unwrap_or(start)
    };
    Some((middle(screen.x, screen.width, window.width), middle(screen.y, screen.height, window.height)))
}

fn overlap(start: i32, length: u32, other: i32, other_length: u32) -> i64 {
    let end = |start: i32, length: u32| i64::from(start) + i64::from(length);
    end(start, length).min(end(other, other_length)) - i64::from(start.max(other))
}

#[cfg(test)]
mod tests {
    use super::{Area, rescued};

    const fn area(x: i32, y: i32, width: u32, height: u32) -> Area {
        Area { x, y, width, height }
    }

    #[test]
    fn a_window_that_nobody_could_reach_comes_to_the_first_screen() {
        let (laptop, beside) = (area(0, 0, 1440, 900), area(1440, -200, 1920, 1080));
        let both = [laptop, beside];
        for (window, screens, moved) in [
            (area(10, 10, 1000, 700), &both[..], None),
            (area(2000, 100, 1000, 700), &both[..], None),
            // Its screen was disconnected.
            (area(2000, 100, 1000, 700), &both[..1], Some((220, 100))),
            (area(-3000, -3000, 1000, 700), &both[..], Some((220, 100))),
            // Half outside is a choice; a mere corner is not.
            (area(-800, 100, 1000, 700), &both[..1], None),
            (area(-950, 100, 1000, 700), &both[..1], Some((220, 100))),
            // Its top is above the screen and unreachable.
            (area(100, -400, 1000, 700), &both[..1], Some((220, 100))),
            // Larger than the screen.
            (area(5000, 0, 3000, 2000), &both[..1], Some((0, 0))),
            (area(5000, 0, 300, 200), &[], None),
        ] {
            assert_eq!(rescued(window, screens), moved, "{window:?}");
        }
    }
}
