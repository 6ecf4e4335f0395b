//! AV1 through re_rav1d: 4:2:0 or monochrome with 8 bits, one thread, one picture for every sample.

use pixels::{Size, Yuv420};
use re_rav1d::dav1d::{Decoder, PixelLayout, PlanarImageComponent, Settings, pixel};

use super::colour::Conversion;
use super::{Decode, copy_plane, same_size};
use crate::mp4::Colour;

pub(super) struct Av1 {
    decoder: Decoder,
    size: Size,
    container: Option<Colour>,
}

impl Av1 {
    /// A decoder for films of these parameters (`av1C`).
    pub(super) fn new(
        parameters: &[u8],
        size: Size,
        container: Option<Colour>,
    ) -> Result<Self, String> {
        let [_, _, flags, ..] = parameters else {
            return Err("the film's AV1 parameters are cut short".into());
        };
        // High bit depth, monochrome, and halved colour in both axes.
        let (deep, mono, halved) = (flags & 0x40, flags & 0x10, flags & 0x0c);
        if deep != 0 {
            return Err("the film is AV1 with more than 8 bits".into());
        }
        if mono == 0 && halved != 0x0c {
            let name = if halved == 0 { "4:4:4" } else { "4:2:2" };
            return Err(format!("the film is AV1 with {name}"));
        }
        Conversion::of(container)?;
        let mut settings = Settings::new();
        settings.set_n_threads(1);
        settings.set_max_frame_delay(1);
        // A header inside the film cannot ask for more memory than the film's own size needs.
        settings.set_frame_size_limit(u32::try_from(size.pixels()).unwrap_or(u32::MAX));
        Ok(Self {
            decoder: Decoder::with_settings(&settings).map_err(|error| error.to_string())?,
            size,
            container,
        })
    }

    fn copy(&self, found: &re_rav1d::dav1d::Picture, picture: &mut Yuv420) -> Result<(), String> {
        let layout = found.pixel_layout();
        if found.bit_depth() != 8 || !matches!(layout, PixelLayout::I420 | PixelLayout::I400) {
            return Err(format!("it has {} bits in {layout:?}", found.bit_depth()));
        }
        let plane = |which| (found.plane(which), found.stride(which) as usize);
        picture.size = self.size;
        let (y, stride) = plane(PlanarImageComponent::Y);
        copy_plane(&y, stride, self.size, &mut picture.y)?;
        let chroma = self.size.chroma();
        if layout == PixelLayout::I400 {
            for plane in [&mut picture.u, &mut picture.v] {
                plane.clear();
                plane.resize(chroma.pixels(), 128);
            }
        } else {
            let (u, stride) = plane(PlanarImageComponent::U);
            copy_plane(&u, stride, chroma, &mut picture.u)?;
            let (v, stride) = plane(PlanarImageComponent::V);
            copy_plane(&v, stride, chroma, &mut picture.v)?;
        }
        Conversion::of(self.colour(found))?.apply(picture);
        Ok(())
    }

    /// What the picture says of its colours; where it says nothing, what the container does.
    fn colour(&self, found: &re_rav1d::dav1d::Picture) -> Option<Colour> {
        use pixel::MatrixCoefficients as Matrix;
        let full_range = matches!(found.color_range(), pixel::YUVRange::Full);
        let matrix = match found.matrix_coefficients() {
            Matrix::Unspecified => self.container.map_or(2, |container| container.matrix),
            Matrix::BT709 => 1,
            Matrix::BT470BG | Matrix::ST170M => 6,
            other => other as u16,
        };
        Some(Colour { matrix, full_range })
    }
}

impl Decode for Av1 {
    fn decode(&mut self, sample: &[u8], picture: Option<&mut Yuv420>) -> Result<(), String> {
        let mut pictures = 0;
        let mut picture = picture;
        let mut sent = self.decoder.send_data(sample.to_vec(), None, None, None);
        loop {
            match self.decoder.get_picture() {
                Ok(found) => {
                    pictures += 1;
                    same_size(found.width() as usize, found.height() as usize, self.size)?;
                    if let Some(picture) = &mut picture {
                        self.copy(&found, picture)?;
                    }
                }
                Err(error) if error.is_again() => match sent {
                    Ok(()) => break,
                    Err(again) if again.is_again() => {}
                    Err(error) => return Err(error.to_string()),
                },
                Err(error) => return Err(error.to_string()),
            }
            if sent.is_err() {
                sent = self.decoder.send_pending_data();
            }
        }
        match pictures {
            1 => Ok(()),
            0 => Err("the decoder gave no picture".into()),
            more => Err(format!("the sample has {more} pictures")),
        }
    }

    fn can_begin_with(&self, _sample: &[u8]) -> bool {
        true
    }

    fn begin_again(&mut self) -> Result<(), String> {
        self.decoder.flush();
        Ok(())
    }
}
