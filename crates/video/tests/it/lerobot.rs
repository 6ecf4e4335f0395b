//! Films that LeRobot recorded (AV1 by SVT-AV1, key every second picture).

use std::path::{Path, PathBuf};

use video::{Codec, Reader, mp4};

fn films() -> Vec<PathBuf> {
    let root = std::env::var_os("TENDON_FIXTURES").map(PathBuf::from).unwrap();
    ["png-video", "stream-video"]
        .iter()
        .flat_map(|set| {
            ["front", "wrist"].map(|camera| {
                root.join("lerobot-golden").join(set).join("videos").join(format!("observation.images.{camera}")).join("chunk-000/file-000.mp4")
            })
        })
        .collect()
}

#[test]
fn every_picture_of_lerobots_films_decodes_in_any_order() {
    for path in films() {
        println!("{:?}", mp4::inspect(&path).unwrap());
        let mut reader = Reader::open(&path).unwrap();
        let all: Vec<_> = (&mut reader).map(|p| p.unwrap()).collect();
        println!("{} {:?} {:?}", all.len(), all.iter().map(|p| p.y[0]).collect::<Vec<_>>(), all.iter().map(|p| (p.u[0],p.v[0])).collect::<Vec<_>>());
        assert_eq!(reader.film().codec, Some(Codec::Av1));
        let _: &Path = &path;
        for i in (0..all.len()).rev() {
            assert!(reader.frame(i as u64).unwrap() == all[i]);
            let t = f64::from((i as f64 / reader.film().fps) as f32);
            assert!(reader.frame_at(t).unwrap() == all[i]);
        }
    }
}
