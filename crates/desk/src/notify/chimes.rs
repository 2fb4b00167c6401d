//! The desk's own sounds: short bells made of sine waves, at the volume that the user chose, as files for the
//! notification service. The service plays them itself, also while the window is hidden.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Sound;
use crate::view::Chime;

/// Samples per second.
const RATE: u32 = 22_050;
/// Bytes before the samples.
const HEADER: u32 = 44;

/// A struck note: start in seconds, frequency in hertz, how fast it fades per second.
type Note = (f32, f32, f32);

/// The notes of a sound; none for the system's.
fn notes(chime: Chime) -> &'static [Note] {
    match chime {
        Chime::System => &[],
        Chime::Bell => &[(0.0, 880.0, 6.0), (0.0, 1_760.0, 9.0)],
        Chime::Chord => &[(0.0, 523.25, 5.0), (0.0, 659.25, 5.0), (0.0, 783.99, 5.0)],
        Chime::Knock => &[(0.0, 196.0, 28.0), (0.16, 196.0, 28.0)],
        Chime::Rise => &[(0.0, 587.33, 9.0), (0.14, 880.0, 7.0)],
    }
}

fn name(chime: Chime) -> &'static str {
    match chime {
        Chime::System => "system",
        Chime::Bell => "bell",
        Chime::Chord => "chord",
        Chime::Knock => "knock",
        Chime::Rise => "rise",
    }
}

/// A sound as a WAV file of 16-bit samples; `volume` in percent.
fn wav(chime: Chime, volume: u8) -> Vec<u8> {
    let notes = notes(chime);
    let samples = RATE; // one second
    let bytes = samples * 2;
    let mut file = Vec::with_capacity((HEADER + bytes) as usize);
    file.extend(b"RIFF");
    file.extend((HEADER - 8 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    // Uncompressed, one channel.
    file.extend(1_u16.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    file.extend(2_u16.to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    // Hearing is not linear: half the volume is a quarter of the amplitude.
    let volume = (f32::from(volume.min(100)) / 100.0).powi(2);
    let each = 0.8 * volume / notes.len().max(1) as f32;
    for at in 0..samples {
        let now = at as f32 / RATE as f32;
        let sum: f32 = notes.iter().map(|note| struck(*note, now)).sum();
        let sample = (sum * each * f32::from(i16::MAX)) as i16;
        file.extend(sample.to_le_bytes());
    }
    file
}

/// The value of a note at a time, between -1 and 1.
fn struck((start, frequency, fading): Note, now: f32) -> f32 {
    let since = now - start;
    if since < 0.0 {
        return 0.0;
    }
    // A jump would crack, at the beginning and at the end.
    let attack = (since / 0.004).min(1.0);
    let ending = ((1.0 - now) / 0.05).clamp(0.0, 1.0);
    (since * frequency * std::f32::consts::TAU).sin() * (-since * fading).exp() * attack * ending
}

/// The files, written when they are first needed.
#[derive(Clone)]
pub(crate) struct Chimes {
    folder: Arc<Path>,
    /// The last one that was written.
    ready: Arc<Mutex<Option<(Chime, u8, PathBuf)>>>,
}

impl Chimes {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { folder: folder.into(), ready: Arc::default() }
    }

    /// What to hand to the notification service: the system's sound if there can be no file.
    pub(crate) async fn sound(&self, chime: Chime, volume: u8) -> Sound {
        if chime == Chime::System {
            return Sound::System;
        }
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, _, path)) = ready.filter(|(known, at, _)| (*known, *at) == (chime, volume)) {
            return Sound::File(path);
        }
        let folder = Arc::clone(&self.folder);
        match tokio::task::spawn_blocking(move || write(&folder, chime, volume)).await {
            Ok(Ok(path)) => {
                let ready = (chime, volume, path.clone());
                *self.ready.lock().unwrap_or_else(PoisonError::into_inner) = Some(ready);
                Sound::File(path)
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the sound cannot be written: the system's is used");
                Sound::System
            }
            Err(_) => Sound::System,
        }
    }
}

fn write(folder: &Path, chime: Chime, volume: u8) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    // The volume is part of the name: services may cache what they have played.
    let path = folder.join(format!("{}-{volume}.wav", name(chime)));
    let mut file = std::fs::File::create(&path)?;
    file.write_all(&wav(chime, volume))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [Chime; 4] = [Chime::Bell, Chime::Chord, Chime::Knock, Chime::Rise];

    fn loudest(file: &[u8]) -> u16 {
        let samples = file[HEADER as usize..].chunks_exact(2);
        samples.map(|pair| i16::from_le_bytes([pair[0], pair[1]]).unsigned_abs()).max().unwrap()
    }

    #[test]
    fn every_sound_is_a_second_of_one_channel_without_cracks() {
        for chime in OWN {
            let file = wav(chime, 100);
            assert_eq!(&file[..4], b"RIFF", "{chime:?}");
            assert_eq!(&file[8..16], b"WAVEfmt ", "{chime:?}");
            assert_eq!(file.len() as u32, HEADER + RATE * 2, "{chime:?}");
            assert_eq!(u32::from_le_bytes(file[4..8].try_into().unwrap()), HEADER - 8 + RATE * 2, "{chime:?}");
            assert_eq!(u32::from_le_bytes(file[40..44].try_into().unwrap()), RATE * 2, "{chime:?}");
            let first = i16::from_le_bytes([file[44], file[45]]);
            let last = i16::from_le_bytes([file[file.len() - 2], file[file.len() - 1]]);
            assert!(first.abs() < 200 && last.abs() < 200, "{chime:?} begins and ends in silence: {first}, {last}");
            assert!((6_000..=i16::MAX.unsigned_abs()).contains(&loudest(&file)), "{chime:?}: {}", loudest(&file));
        }
    }

    #[test]
    fn a_lower_volume_is_softer_and_none_is_silent() {
        for chime in OWN {
            let [none, some, all] = [0, 50, 100].map(|volume| loudest(&wav(chime, volume)));
            assert!(none == 0 && 0 < some && some < all, "{chime:?}: {none}, {some}, {all}");
        }
    }

    #[tokio::test]
    async fn a_sound_is_a_file_and_without_room_for_one_the_systems() {
        let folder = tempfile::tempdir().unwrap();
        let chimes = Chimes::in_folder(folder.path().join("sounds"));
        assert_eq!(chimes.sound(Chime::System, 70).await, Sound::System);
        let Sound::File(soft) = chimes.sound(Chime::Bell, 30).await else { panic!("a file") };
        let Sound::File(loud) = chimes.sound(Chime::Bell, 90).await else { panic!("a file") };
        assert_ne!(soft, loud, "a service that caches files plays the right one");
        assert_eq!(std::fs::read(soft).unwrap(), wav(Chime::Bell, 30));
        let blocked = folder.path().join("blocked");
        std::fs::write(&blocked, "").unwrap();
        assert_eq!(Chimes::in_folder(blocked).sound(Chime::Bell, 70).await, Sound::System);
    }
}
