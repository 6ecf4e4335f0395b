//! H.264 as bytes: NAL units in both of their wrappings, parameter sets, and the `avcC` box made of them.
//!
//! Encoders hand over units behind start codes (Annex B of the standard); an mp4 has a length before each unit instead,
//! and the parameter sets apart (ISO/IEC 14496-15).
//! Not here: pictures (`encode`, `decode`).

/// Kinds of NAL units that are told apart here, table 7-1 of the standard.
mod kind {
    pub(super) const REFRESH: u8 = 5;
    pub(super) const SEQUENCE: u8 = 7;
    pub(super) const PICTURE: u8 = 8;
    pub(super) const DELIMITER: u8 = 9;
}

/// The units of a byte stream with start codes, without the codes and the zeros around them.
pub fn units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(stream);
    std::iter::from_fn(move || {
        loop {
            let bytes = rest?;
            let end = bytes
                .windows(3)
                .position(|three| three == [0, 0, 1])
                .unwrap_or(bytes.len());
            rest = after_start_code(&bytes[end..]);
            // Zeros before a start code belong to it; a unit itself never ends with one.
            let zeros = bytes[..end].iter().rev().take_while(|byte| **byte == 0);
            let unit = &bytes[..end - zeros.count()];
            if !unit.is_empty() {
                return Some(unit);
            }
        }
    })
}

fn after_start_code(bytes: &[u8]) -> Option<&[u8]> {
    let at = bytes.windows(3).position(|three| three == [0, 0, 1])?;
    Some(&bytes[at + 3..])
}

/// Whether a unit is a sequence parameter set.
pub fn is_sequence_parameters(unit: &[u8]) -> bool {
    unit.first()
        .is_some_and(|byte| byte & 0x1f == kind::SEQUENCE)
}

/// Whether a unit is a picture parameter set.
pub fn is_picture_parameters(unit: &[u8]) -> bool {
    unit.first()
        .is_some_and(|byte| byte & 0x1f == kind::PICTURE)
}

/// Whether a unit is of a picture that makes the decoder forget all others (IDR).
pub fn is_refresh(unit: &[u8]) -> bool {
    unit.first()
        .is_some_and(|byte| byte & 0x1f == kind::REFRESH)
}

/// Appends an encoder's access unit as a sample of an mp4: a length of four bytes before each unit, delimiters and
/// parameter sets left out, because the film has those once.
pub fn append_sample(stream: &[u8], sample: &mut Vec<u8>) {
    for unit in units(stream) {
        let delimiter = unit[0] & 0x1f == kind::DELIMITER;
        if delimiter || is_sequence_parameters(unit) || is_picture_parameters(unit) {
            continue;
        }
        let Ok(length) = u32::try_from(unit.len()) else {
            continue;
        };
        sample.extend_from_slice(&length.to_be_bytes());
        sample.extend_from_slice(unit);
    }
}

/// The content of `avcC` for [`crate::Track::parameters`], from the first parameter sets in an encoder's stream.
/// `None` when one of the two is missing or too short.
pub fn parameters_from(stream: &[u8]) -> Option<Vec<u8>> {
    let sequence = units(stream).find(|unit| is_sequence_parameters(unit))?;
    let picture = units(stream).find(|unit| is_picture_parameters(unit))?;
    let [_, profile, compatibility, level, ..] = *sequence else {
        return None;
    };
    let mut bytes = vec![1, profile, compatibility, level, 0xfc | 3, 0xe0 | 1];
    bytes.extend_from_slice(&u16::try_from(sequence.len()).ok()?.to_be_bytes());
    bytes.extend_from_slice(sequence);
    bytes.push(1);
    bytes.extend_from_slice(&u16::try_from(picture.len()).ok()?.to_be_bytes());
    bytes.extend_from_slice(picture);
    if !matches!(profile, 66 | 77 | 88) {
        // The high profiles say here too what this program makes only in 4:2:0 with 8 bits.
        bytes.extend_from_slice(&[0xfc | 1, 0xf8, 0xf8, 0]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] = &[
        0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x67, 100, 0, 30, 5, 0, 0, 1, 0x68, 7, 8, 0, 0, 0, 1,
        0x65, 1, 0, 2, 0, 0,
    ];

    #[test]
    fn units_are_found_behind_long_and_short_start_codes() {
        let found: Vec<_> = units(STREAM).collect();
        assert_eq!(
            found,
            [
                &[9, 0xf0][..],
                &[0x67, 100, 0, 30, 5],
                &[0x68, 7, 8],
                &[0x65, 1, 0, 2]
            ]
        );
        assert_eq!(units(&[1, 2, 3]).count(), 0);
        assert_eq!(units(&[0, 0, 1]).count(), 0);
        assert_eq!(units(&[0, 0, 1, 0, 0, 1, 4]).count(), 1);
    }

    #[test]
    fn a_sample_has_lengths_and_neither_delimiter_nor_parameter_sets() {
        let mut sample = Vec::new();
        append_sample(STREAM, &mut sample);
        assert_eq!(sample, [0, 0, 0, 4, 0x65, 1, 0, 2]);
    }

    #[test]
    fn the_parameters_name_profile_and_level_and_carry_both_sets() {
        assert_eq!(
            parameters_from(STREAM).unwrap(),
            [
                1, 100, 0, 30, 0xff, 0xe1, 0, 5, 0x67, 100, 0, 30, 5, 1, 0, 3, 0x68, 7, 8, 0xfd,
                0xf8, 0xf8, 0
            ]
        );
        assert_eq!(parameters_from(&[0, 0, 1, 0x68, 1]), None);
    }
}
