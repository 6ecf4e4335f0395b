//! Every defect the verifier knows: how bad it is, what LeRobot does with it, and what helps.
//!
//! The effects were observed by breaking datasets on purpose and loading them with LeRobot 0.6.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong with the dataset itself.
    Note,
    /// It loads, but something else fails or training uses wrong numbers.
    Warning,
    /// It does not load, or loads with wrong content.
    Error,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! defects {
    ($($(#[$doc:meta])* $name:ident $code:literal $severity:ident: $effect:literal, $remedy:literal;)*) => {
        /// What can be wrong with a dataset.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Defect { $($(#[$doc])* $name),* }

        impl Defect {
            /// All of them, in the order in which they are looked for.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// A short name for programs.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// How bad it is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity),* }
            }

            /// What it does to loading, training or continuing the dataset.
            pub fn effect(self) -> &'static str {
                match self { $(Self::$name => $effect),* }
            }

            /// What the person can do.
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy),* }
            }
        }
    };
}

defects! {
    /// `meta/info.json` is missing, damaged, or of another version.
    Description "description" Error:
        "Nothing can read the dataset.",
        "Restore meta/info.json from a copy; for version 2.1, convert it with LeRobot's convert_dataset_v21_to_v30 script.";
    /// One of LeRobot's own five columns is declared wrongly.
    DefaultFeature "default-feature" Error:
        "LeRobot cannot find or use its own index columns.",
        "Restore meta/info.json from a copy.";
    /// The files are named in a way that LeRobot's search does not find.
    PathTemplate "path-template" Error:
        "LeRobot looks for `data/*/*.parquet` and does not find the rows.",
        "Restore meta/info.json from a copy.";
    /// `total_episodes`, `total_frames` or `total_tasks` disagrees with the files.
    Counters "counters" Error:
        "LeRobot takes these numbers as the dataset's size: rows are hidden, or reading runs past the end.",
        "Run `tendon dataset repair`.";
    /// `splits` does not cover the episodes.
    Splits "splits" Warning:
        "Tools that follow the splits leave episodes out.",
        "Run `tendon dataset repair`.";
    /// `meta/tasks.parquet` is missing or damaged.
    Tasks "tasks" Error:
        "LeRobot does not load the dataset; for a missing file it looks on the Hub.",
        "Restore meta/tasks.parquet from a copy.";
    /// Rows of the task table are not in the order of their index, or an index is missing.
    TaskOrder "task-order" Error:
        "LeRobot looks tasks up by position: policies are trained with the wrong prompt, silently.",
        "Run `tendon dataset repair`.";
    /// The task table's footer does not name its index.
    TaskIndexName "task-index-name" Error:
        "Every sample's task becomes a number instead of a text.",
        "Run `tendon dataset repair`.";
    /// Two rows of the task table have the same text.
    TaskTwice "task-twice" Warning:
        "The same task has two indices.",
        "Merge the two with LeRobot's dataset tools.";
    /// Episode metadata is missing.
    EpisodesMissing "episodes-missing" Error:
        "LeRobot looks for the dataset on the Hub instead, or stops with an IndexError.",
        "Run `tendon dataset repair`: the rows can be made again from the data.";
    /// An episode metadata file is damaged; a missing footer is the usual case.
    EpisodesFile "episodes-file" Error:
        "LeRobot refuses the whole dataset.",
        "Run `tendon dataset repair`: the rows can be made again from the data.";
    /// A later metadata file has columns that the first lacks.
    EpisodesColumns "episodes-columns" Error:
        "LeRobot's reader takes the first file's columns as the rule and refuses the dataset.",
        "Rewrite the metadata with LeRobot's dataset tools.";
    /// Row i of the episode metadata is not episode i.
    EpisodeOrder "episode-order" Error:
        "LeRobot looks episodes up by position: it shows other episodes' rows and pictures, silently.",
        "Restore meta/episodes from a copy.";
    /// An episode's row and its span of the data disagree.
    EpisodeSpan "episode-span" Error:
        "Windows over time reach into other episodes, or rows belong to none.",
        "Restore meta/episodes from a copy.";
    /// The tasks named in an episode's row are not those of its data.
    EpisodeTasks "episode-tasks" Warning:
        "Choosing episodes by task chooses the wrong ones.",
        "Restore meta/episodes from a copy.";
    /// A metadata row does not say which file it is in, or says it wrongly.
    EpisodePlace "episode-place" Warning:
        "LeRobot cannot continue the dataset, or overwrites a file when it does.",
        "Rewrite the metadata with LeRobot's dataset tools before continuing the dataset.";
    /// Metadata rows beyond `total_episodes`: an episode that was being saved when the program ended.
    Uncommitted "uncommitted" Warning:
        "The dataset loads without it, but LeRobot would continue it with clashing numbers.",
        "Run `tendon dataset repair`, or open the dataset for recording: the episode is then completed or set aside.";
    /// A data file is damaged; a missing footer is the usual case.
    DataFile "data-file" Error:
        "LeRobot refuses the whole dataset.",
        "Restore the file from a copy.";
    /// A data file that episodes refer to is missing.
    DataMissing "data-missing" Error:
        "LeRobot looks for the dataset on the Hub instead; its episodes are lost without a copy.",
        "Restore the file from a copy.";
    /// A data file that no episode refers to.
    DataUnreferenced "data-unreferenced" Error:
        "LeRobot reads every file in `data`, so later rows are not where their index says.",
        "Run `tendon dataset repair`: the file is set aside, not deleted.";
    /// A data file has a column that `info.json` does not declare.
    ColumnExtra "column-extra" Error:
        "LeRobot stops with a CastError.",
        "Rewrite the file without the column.";
    /// A data file lacks a declared column.
    ColumnMissing "column-missing" Error:
        "LeRobot reads nothing there and stops at the first access.",
        "Restore the file from a copy.";
    /// A column's values do not have the declared type or width, or some are empty.
    ColumnValues "column-values" Error:
        "LeRobot stops while casting the column, or at the first access.",
        "Restore the file from a copy.";
    /// `index` does not run from 0 without gaps over all files.
    Index "index" Error:
        "Windows over time use the index as a position: they hold other rows, silently.",
        "Restore the file from a copy, or remove the episode with LeRobot's dataset tools.";
    /// `frame_index` does not run from 0 in an episode.
    FrameIndex "frame-index" Error:
        "Rows of the episode are mixed up or missing.",
        "Restore the file from a copy, or remove the episode with LeRobot's dataset tools.";
    /// `timestamp` is not frame_index / fps.
    Timestamp "timestamp" Error:
        "Pictures are looked up by it: the wrong ones are shown, or LeRobot's tolerance check stops.",
        "Restore the file from a copy, or remove the episode with LeRobot's dataset tools.";
    /// A row says it belongs to another episode than the one it lies in.
    EpisodeIndex "episode-index" Error:
        "The row is counted for the wrong episode.",
        "Restore the file from a copy, or remove the episode with LeRobot's dataset tools.";
    /// A row's task does not exist.
    TaskIndex "task-index" Error:
        "LeRobot stops with an IndexError, or takes another task's text.",
        "Restore meta/tasks.parquet or the data file from a copy.";
    /// A value is not a finite number.
    NotFinite "not-finite" Error:
        "One such value makes a training loss NaN and the network useless.",
        "Remove the episode with LeRobot's dataset tools.";
    /// `meta/stats.json` is missing.
    StatsMissing "stats-missing" Warning:
        "The dataset loads, but training has nothing to normalise with.",
        "Run `tendon dataset repair`.";
    /// `meta/stats.json` is damaged.
    StatsFile "stats-file" Error:
        "LeRobot does not load the dataset.",
        "Run `tendon dataset repair`.";
    /// A feature has no statistics, or not all of them.
    StatsIncomplete "stats-incomplete" Warning:
        "Training with the normalisation that needs them stops, and LeRobot cannot continue or merge the dataset.",
        "Run `tendon dataset repair`.";
    /// A feature has no quantiles; sets converted from version 2.1 do not.
    StatsQuantiles "stats-quantiles" Note:
        "Training that normalises with quantiles stops; the other normalisations work.",
        "Run `tendon dataset repair`.";
    /// Statistics of a feature do not have the shape they must have.
    StatsShape "stats-shape" Warning:
        "The dataset loads, but LeRobot cannot continue or merge it.",
        "Run `tendon dataset repair`.";
    /// Statistics do not agree with the data.
    StatsValues "stats-values" Warning:
        "Training normalises with wrong numbers.",
        "Run `tendon dataset repair`.";
    /// A video file that an episode refers to is missing.
    VideoMissing "video-missing" Error:
        "LeRobot looks for the dataset on the Hub instead.",
        "Restore the file from a copy.";
    /// A video file is not an mp4 at all.
    VideoFile "video-file" Error:
        "Every sample that needs a picture from it fails.",
        "Restore the file from a copy.";
    /// A picture of a film does not decode.
    VideoPicture "video-picture" Error:
        "Every sample that needs this picture or one that depends on it fails.",
        "Restore the file from a copy, or remove the episode with LeRobot's dataset tools.";
    /// The times of a film's pictures are not those of the rows.
    VideoTimes "video-times" Error:
        "LeRobot looks pictures up by their times: they are not found within its tolerance, or others are shown.",
        "Encode the film again at the dataset's own constant rate, beginning at 0 s.";
    /// A film's size is not the feature's.
    VideoSize "video-size" Error:
        "Pictures do not have the shape that policies are built for.",
        "Restore the file from a copy, or remove the episode with LeRobot's dataset tools.";
    /// A film's codec is not the one that `info.json` names.
    VideoCodec "video-codec" Note:
        "It loads; LeRobot's tools that join films refuse to join films of two codecs.",
        "Nothing needs to be done to train; `tendon dataset reencode` makes films alike.";
    /// A film has more pictures than its episodes have rows.
    VideoLonger "video-longer" Warning:
        "It loads; whether each row shows its own picture cannot be told from the counts alone.",
        "Look at the last pictures of its episodes, or restore the file from a copy.";
    /// A film's colours are far from those that the episode's statistics say.
    VideoColours "video-colours" Warning:
        "Training normalises with wrong numbers, or the episode shows the pictures of another camera or episode.",
        "Look at the episode's pictures; restore the film from a copy if they are not its own.";
    /// A picture inside the table is no PNG, or has another size.
    Picture "picture" Error:
        "LeRobot stops when it reads the row, or the picture does not have the shape that policies are built for.",
        "Restore the file from a copy, or remove the episode with LeRobot's dataset tools.";
    /// A camera's span of time does not have one picture per row.
    VideoSpan "video-span" Error:
        "Pictures and rows are out of step: the policy learns from pictures of another moment.",
        "Remove the episode with LeRobot's dataset tools.";
    /// A long episode far inside a long video file.
    VideoFar "video-far" Warning:
        "Beyond 1024 s in one file, times are too coarse for LeRobot's tolerance and some pictures fail to load.",
        "Record into smaller video files (video_files_size_in_mb).";
    /// A video file that no episode refers to.
    VideoUnreferenced "video-unreferenced" Note:
        "LeRobot ignores it; it only takes room.",
        "Remove it, or leave it.";
    /// An episode that was interrupted waits in its journal.
    Journal "journal" Warning:
        "The saved episodes are not affected.",
        "Open the dataset for recording, or run `tendon dataset repair`: the episode is offered back.";
    /// Something in the folder is not part of the dataset.
    Leftover "leftover" Note:
        "LeRobot ignores it, but uploads it to the Hub.",
        "Run `tendon dataset repair` when nothing is being recorded: it is set aside, not deleted.";
    /// Something could not be looked at.
    Unreadable "unreadable" Error:
        "Whether this part of the dataset is sound is not known.",
        "Check permissions and the disk, then verify again.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_defect_has_its_own_code_an_effect_and_a_remedy() {
        let codes: BTreeSet<_> = Defect::ALL.iter().map(|defect| defect.code()).collect();
        assert_eq!(codes.len(), Defect::ALL.len());
        for defect in Defect::ALL {
            assert!(defect.effect().ends_with('.'), "{}", defect.code());
            assert!(defect.remedy().ends_with('.'), "{}", defect.code());
        }
    }
}
