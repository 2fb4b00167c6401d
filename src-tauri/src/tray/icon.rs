//! The icon with a mark for waiting conversations; the menu says which.

/// The mark's diameter relative to the icon's width, and the gap that sets it off.
const MARK: f32 = 0.40;
const GAP: f32 = 0.06;
const RED: [u8; 3] = [0xe5, 0x2e, 0x3d];

/// RGBA pixels with a dot in the lower right corner.
pub fn marked(pixels: &[u8], width: u32) -> Vec<u8> {
    let mut marked = pixels.to_vec();
    let side = f32::from(u16::try_from(width).unwrap_or(u16::MAX));
    let height = f32::from(u16::try_from(pixels.len() / 4 / (width.max(1) as usize)).unwrap_or(u16::MAX));
    let radius = side * MARK / 2.0;
    let (x, y) = (side - radius, height - radius);
    for (at, pixel) in marked.chunks_exact_mut(4).enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let (column, row) = (at % width, at / width);
        let distance = (column as f32 + 0.5 - x).hypot(row as f32 + 0.5 - y);
        // 1 inside the shape, 0 outside, with a soft edge.
        let inside = |radius: f32| (radius - distance + 0.5).clamp(0.0, 1.0);
        let (dot, cleared) = (inside(radius), inside(radius + side * GAP));
        for (channel, red) in pixel.iter_mut().zip(RED) {
            *channel = (f32::from(*channel) * (1.0 - dot) + f32::from(red) * dot) as u8;
        }
        pixel[3] = (f32::from(pixel[3]) * (1.0 - cleared) * (1.0 - dot) + 255.0 * dot) as u8;
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::{RED, marked};

    #[test]
    fn the_mark_is_in_its_corner_and_nowhere_else() {
        let white = [255; 32 * 32 * 4];
        let marked = marked(&white, 32);
        let pixel = |x: usize, y: usize| &marked[(y * 32 + x) * 4..(y * 32 + x) * 4 + 4];
        assert_eq!(pixel(25, 25), [RED[0], RED[1], RED[2], 255], "the dot");
        assert_eq!(pixel(18, 25)[3], 0, "set off by a gap");
        for (x, y) in [(0, 0), (31, 0), (0, 31), (12, 12)] {
            assert_eq!(pixel(x, y), [255; 4], "{x}, {y}");
        }
    }
}
