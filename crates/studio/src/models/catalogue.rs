//! The networks that rembg knows by name.
//!
//! Files, input sides, normalisations, outputs and checksums are those of rembg 2.0.86 and its release `v0.0.0`; sizes marked
//! as not exact are rounded. Licences are those of the projects that published the weights.

use imaging::removal::{ModelSpec, Normalisation, Squash};

/// How a file is known to be the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// MD5, in hexadecimal: finds damage, proves no origin.
    Md5(&'static str),
    /// SHA-256, in hexadecimal.
    Sha256(&'static str),
}

/// What may be done with a network's weights. To be shown before they are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Licence {
    /// Its name, as SPDX writes it.
    pub name: &'static str,
    /// Where it is said.
    pub source: &'static str,
    /// Whether they may be used to earn money.
    pub commercial: bool,
    /// What else is to be known; empty where nothing is.
    pub note: &'static str,
}

/// A network that is known by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// What operations, presets and servers call it.
    pub name: &'static str,
    /// Name of its file.
    pub file: &'static str,
    /// Bytes of its file.
    pub bytes: u64,
    /// Whether that is so to the byte.
    pub exact: bool,
    /// Side of the square that it reads, in pixels.
    pub side: u32,
    /// What colours are shifted and divided by.
    pub normalisation: Normalisation,
    /// What becomes of its numbers.
    pub squash: Squash,
    /// How its file is known to be the right one.
    pub checksum: Checksum,
    /// What may be done with it.
    pub licence: Licence,
    /// Whether it is among the first to be offered.
    pub offered: bool,
    /// Why it is only asked through a server; nothing for those that run here.
    pub elsewhere: Option<&'static str>,
}

impl Known {
    /// How the network is fed and read.
    pub fn spec(&self) -> ModelSpec {
        ModelSpec {
            name: self.name.to_owned(),
            side: self.side,
            normalisation: self.normalisation,
            squash: self.squash,
        }
    }
}

/// The network of this name.
pub fn known(name: &str) -> Option<&'static Known> {
    CATALOGUE.iter().find(|known| known.name == name)
}

const U2NET: Licence = Licence {
    name: "Apache-2.0",
    source: "https://github.com/xuebinqin/U-2-Net",
    commercial: true,
    note: "",
};
const SILUETA: Licence = Licence {
    name: "Apache-2.0",
    source: "https://github.com/xuebinqin/U-2-Net/issues/295",
    commercial: true,
    note: "u2net made smaller, published in an issue of that project and without a licence of its own",
};
const CLOTH: Licence = Licence {
    name: "MIT",
    source: "https://github.com/levindabhi/cloth-segmentation",
    commercial: true,
    note: "",
};
const DIS: Licence = Licence {
    name: "Apache-2.0",
    source: "https://github.com/xuebinqin/DIS",
    commercial: true,
    note: "trained with DIS5K, which has terms of use of its own (DIS5K-Dataset-Terms-of-Use.pdf at the source)",
};
const ANIME: Licence = Licence {
    name: "Apache-2.0",
    source: "https://github.com/SkyTNT/anime-segmentation",
    commercial: true,
    note: "",
};
const BIREFNET: Licence = Licence {
    name: "MIT",
    source: "https://github.com/ZhengPeng7/BiRefNet",
    commercial: true,
    note: "",
};
const BRIA: Licence = Licence {
    name: "CC-BY-NC-4.0",
    source: "https://huggingface.co/briaai/RMBG-2.0",
    commercial: false,
    note: "not for commercial use, unless its maker has agreed to it",
};

/// Mean of ImageNet, and nothing to divide by.
const ANIME_COLOURS: Normalisation = Normalisation {
    mean: Normalisation::IMAGENET.mean,
    deviation: [1.0; 3],
};

/// What networks of the U-2-Net family at 320 pixels have in common.
const U2: Known = Known {
    name: "",
    file: "",
    bytes: 0,
    exact: true,
    side: 320,
    normalisation: Normalisation::IMAGENET,
    squash: Squash::None,
    checksum: Checksum::Md5(""),
    licence: U2NET,
    offered: false,
    elsewhere: None,
};

/// What BiRefNet's have in common.
const BI: Known = Known {
    bytes: 973_000_000,
    exact: false,
    side: 1024,
    squash: Squash::Sigmoid,
    licence: BIREFNET,
    elsewhere: Some("it needs about 8 GB of memory and operators that are not made here"),
    ..U2
};

/// All of them, the ones that are offered first at the beginning.
pub const CATALOGUE: &[Known] = &[
    Known {
        name: "u2netp",
        file: "u2netp.onnx",
        bytes: 4_574_861,
        checksum: Checksum::Md5("8e83ca70e441ab06c318d82300c84806"),
        offered: true,
        ..U2
    },
    Known {
        name: "silueta",
        file: "silueta.onnx",
        bytes: 44_173_029,
        checksum: Checksum::Md5("55e59e0d8062d2f5d013f4725ee84782"),
        licence: SILUETA,
        offered: true,
        ..U2
    },
    Known {
        name: "isnet-general-use",
        file: "isnet-general-use.onnx",
        bytes: 178_648_008,
        side: 1024,
        normalisation: Normalisation::HALF,
        checksum: Checksum::Md5("fc16ebd8b0c10d971d3513d564d01e29"),
        licence: DIS,
        offered: true,
        ..U2
    },
    Known {
        name: "u2net",
        file: "u2net.onnx",
        bytes: 175_997_641,
        squash: Squash::Clip,
        checksum: Checksum::Md5("60024c5c889badc19c04ad937298a77b"),
        ..U2
    },
    Known {
        name: "u2net_human_seg",
        file: "u2net_human_seg.onnx",
        bytes: 175_997_641,
        checksum: Checksum::Md5("c09ddc2e0104f800e3e1bb4652583d1f"),
        ..U2
    },
    Known {
        name: "isnet-anime",
        file: "isnet-anime.onnx",
        bytes: 176_069_933,
        side: 1024,
        normalisation: ANIME_COLOURS,
        checksum: Checksum::Md5("6f184e756bb3bd901c8849220a83e38e"),
        licence: ANIME,
        ..U2
    },
    Known {
        name: "u2net_cloth_seg",
        file: "u2net_cloth_seg.onnx",
        bytes: 176_194_565,
        side: 768,
        checksum: Checksum::Md5("2434d1f3cb744e0e49386c906e5a08bb"),
        licence: CLOTH,
        elsewhere: Some("it gives several masks instead of one"),
        ..U2
    },
    Known {
        name: "birefnet-general",
        file: "BiRefNet-general-epoch_244.onnx",
        bytes: 972_666_916,
        exact: true,
        checksum: Checksum::Md5("7a35a0141cbbc80de11d9c9a28f52697"),
        ..BI
    },
    Known {
        name: "birefnet-general-lite",
        file: "BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx",
        bytes: 224_005_088,
        exact: true,
        checksum: Checksum::Md5("4fab47adc4ff364be1713e97b7e66334"),
        ..BI
    },
    Known {
        name: "birefnet-portrait",
        file: "BiRefNet-portrait-epoch_150.onnx",
        checksum: Checksum::Md5("c3a64a6abf20250d090cd055f12a3b67"),
        ..BI
    },
    Known {
        name: "birefnet-dis",
        file: "BiRefNet-DIS-epoch_590.onnx",
        checksum: Checksum::Md5("2d4d44102b446f33a4ebb2e56c051f2b"),
        ..BI
    },
    Known {
        name: "birefnet-hrsod",
        file: "BiRefNet-HRSOD_DHU-epoch_115.onnx",
        checksum: Checksum::Md5("c017ade5de8a50ff0fd74d790d268dda"),
        ..BI
    },
    Known {
        name: "birefnet-cod",
        file: "BiRefNet-COD-epoch_125.onnx",
        checksum: Checksum::Md5("f6d0d21ca89d287f17e7afe9f5fd3b45"),
        ..BI
    },
    Known {
        name: "birefnet-massive",
        file: "BiRefNet-massive-TR_DIS5K_TR_TEs-epoch_420.onnx",
        checksum: Checksum::Md5("33e726a2136a3d59eb0fdf613e31e3e9"),
        ..BI
    },
    Known {
        name: "bria-rmbg",
        file: "bria-rmbg-2.0.onnx",
        bytes: 1_020_000_000,
        squash: Squash::None,
        checksum: Checksum::Sha256(
            "5b486f08200f513f460da46dd701db5fbb47d79b4be4b708a19444bcd4e79958",
        ),
        licence: BRIA,
        ..BI
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_can_be_fed_fetched_and_told_apart() {
        for (at, entry) in CATALOGUE.iter().enumerate() {
            entry.spec().check().unwrap();
            let (digits, length) = match entry.checksum {
                Checksum::Md5(digits) => (digits, 32),
                Checksum::Sha256(digits) => (digits, 64),
            };
            let hexadecimal = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
            assert!(
                digits.len() == length && digits.bytes().all(hexadecimal),
                "{digits}"
            );
            assert!(entry.bytes > 1_000_000 && entry.file.ends_with(".onnx"));
            assert!(entry.licence.source.starts_with("https://"));
            for other in &CATALOGUE[..at] {
                assert!(other.name != entry.name && other.file != entry.file);
                assert!(other.checksum != entry.checksum);
            }
        }
    }

    #[test]
    fn what_is_offered_first_runs_here_and_may_be_used_by_everybody() {
        let offered: Vec<&str> = CATALOGUE
            .iter()
            .filter(|entry| entry.offered)
            .inspect(|entry| assert!(entry.elsewhere.is_none() && entry.licence.commercial))
            .map(|entry| entry.name)
            .collect();
        assert_eq!(offered, ["u2netp", "silueta", "isnet-general-use"]);
        assert!(!known("bria-rmbg").unwrap().licence.commercial);
    }

    #[test]
    fn the_networks_that_imaging_knows_are_fed_the_same_way_here() {
        for spec in ModelSpec::all() {
            assert_eq!(known(&spec.name).unwrap().spec(), spec);
        }
    }
}
