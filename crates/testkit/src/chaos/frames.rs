//! A server's WebSocket frames: found in the stream, and doubled, swapped or lost.

use rand::rngs::StdRng;

use super::{Weather, happens};

/// Finds frames in a server's bytes.
#[derive(Default)]
pub(super) struct Frames {
    /// An incomplete frame.
    rest: Vec<u8>,
    /// A frame waiting to be swapped with the next.
    held: Option<Vec<u8>>,
    /// The hub has said that the desk is complete. Until then frames keep their order, because catch-up relies on it.
    complete: bool,
}

impl Frames {
    /// Takes the server's bytes and returns those for the client.
    pub(super) fn pass(&mut self, bytes: &[u8], weather: Weather, dice: &mut StdRng) -> Vec<u8> {
        self.rest.extend_from_slice(bytes);
        let mut heard = Vec::with_capacity(self.rest.len());
        while let Some(length) = whole(&self.rest) {
            let frame: Vec<u8> = self.rest.drain(..length).collect();
            let out_of_order = self.complete;
            self.complete |= says_complete(&frame);
            if !is_text(&frame) {
                heard.extend(frame);
            } else if out_of_order && happens(dice, weather.lose) {
                // Lost.
            } else if out_of_order && self.held.is_none() && happens(dice, weather.swap) {
                self.held = Some(frame);
                continue;
            } else {
                if happens(dice, weather.double) {
                    heard.extend_from_slice(&frame);
                }
                heard.extend(frame);
            }
            heard.extend(self.held.take().unwrap_or_default());
        }
        heard
    }

    /// A frame that waited in vain for the next.
    pub(super) fn late(&mut self) -> Option<Vec<u8>> {
        self.held.take()
    }

    pub(super) fn holds(&self) -> bool {
        self.held.is_some()
    }
}

fn says_complete(frame: &[u8]) -> bool {
    frame.windows(8).take(12).any(|part| part == br#"{"alive""#)
}

/// A complete message in one frame.
fn is_text(frame: &[u8]) -> bool {
    frame.first() == Some(&0x81)
}

/// The length of the first frame if it is complete. Server frames are not masked.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = match *bytes.get(1)? & 0x7f {
        126 => 4,
        127 => 10,
        short => return Some(2 + usize::from(short)).filter(|length| bytes.len() >= *length),
    };
    let length = bytes.get(2..head)?.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    Some(head + length).filter(|length| bytes.len() >= *length)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn frame(text: &str) -> Vec<u8> {
        let mut frame = vec![0x81];
        match u8::try_from(text.len()) {
            Ok(short) if short < 126 => frame.push(short),
            _ => frame.extend([126, u8::try_from(text.len() >> 8).unwrap(), u8::try_from(text.len() & 0xff).unwrap()]),
        }
        frame.extend(text.as_bytes());
        frame
    }

    #[test]
    fn in_fair_weather_every_byte_passes_however_it_is_cut() {
        let said: Vec<u8> = ["a", &"b".repeat(300), "c"].iter().flat_map(|text| frame(text)).collect();
        let (mut frames, mut dice) = (Frames::default(), StdRng::seed_from_u64(1));
        let heard: Vec<u8> = said.chunks(7).flat_map(|part| frames.pass(part, Weather::default(), &mut dice)).collect();
        assert_eq!(heard, said);
    }

    #[test]
    fn frames_are_doubled_swapped_and_lost_whole() {
        let mut dice = StdRng::seed_from_u64(1);
        let mut pass = |weather: Weather, said: &[&str]| {
            let mut frames = Frames { complete: true, ..Frames::default() };
            let said: Vec<u8> = said.iter().flat_map(|text| frame(text)).collect();
            let mut heard = frames.pass(&said, weather, &mut dice);
            heard.extend(frames.late().unwrap_or_default());
            heard
        };
        let always = |fault: fn(&mut Weather)| {
            let mut weather = Weather::default();
            fault(&mut weather);
            weather
        };
        assert_eq!(pass(always(|w| w.double = 1000), &["a"]), [frame("a"), frame("a")].concat());
        assert_eq!(pass(always(|w| w.swap = 1000), &["a", "b"]), [frame("b"), frame("a")].concat());
        assert_eq!(pass(always(|w| w.swap = 1000), &["a"]), frame("a"), "late, but not lost");
        assert!(pass(always(|w| w.lose = 1000), &["a", "b"]).is_empty());
    }
}
