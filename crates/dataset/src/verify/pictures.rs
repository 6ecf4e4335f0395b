//! Cameras kept as pictures inside the table: every PNG is decoded.

use super::description::{Known, data_files};
use super::{Defect, Report};
use crate::data;
use crate::info::{Feature, Kind};
use crate::progress::{Progress, Stage};
use crate::table::Table;

/// Every picture of every data file that can be read; files that cannot were named with the rows.
pub(super) fn check(report: &mut Report, known: &Known, progress: &Progress) {
    let features: Vec<&Feature> = known
        .info
        .features
        .iter()
        .filter(|feature| feature.kind == Kind::Image)
        .collect();
    if features.is_empty() {
        return;
    }
    let tables: Vec<Table> = data_files(report)
        .iter()
        .filter_map(|path| Table::open(path).ok())
        .collect();
    let rows: u64 = tables.iter().map(Table::rows).sum();
    progress.begin(Stage::Decoding, rows * features.len() as u64);
    for table in &tables {
        for feature in features.iter().filter(|it| table.has_column(&it.name)) {
            check_column(report, table, feature, progress);
        }
    }
}

fn check_column(report: &mut Report, table: &Table, feature: &Feature, progress: &Progress) {
    let place = format!("{}, {}", report.place(table.path()), feature.name);
    let pictures = match data::pictures(table.path(), &feature.name, 0..table.rows()) {
        Ok(pictures) => pictures,
        Err(error) => return report.add_error(Defect::ColumnValues, place, &error),
    };
    for (row, picture) in pictures.enumerate() {
        if progress.cancelled() {
            return;
        }
        let png = match picture {
            Ok(png) => png,
            Err(error) => return report.add_error(Defect::ColumnValues, place, &error),
        };
        progress.advance(1);
        // Depth is kept as TIFF, which is not looked into.
        if feature.shape.last() == Some(&1) {
            continue;
        }
        let problem = match pixels::png::decode(&png) {
            Ok((size, _)) => {
                let found = (size.width() as usize, size.height() as usize);
                (feature.picture_size() != Some(found))
                    .then(|| format!("it is {size}, the feature's shape is {:?}", feature.shape))
            }
            Err(error) => Some(error.to_string()),
        };
        if let Some(problem) = problem {
            report.add(
                Defect::Picture,
                place.clone(),
                format!("row {row}: {problem}"),
            );
        }
    }
}
