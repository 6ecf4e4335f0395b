//! Where sentences are looked for, and which are left out, each with its reason.

/// The crates that say something to a person in the window, with their sources; a sentence of several is the first one's.
pub(super) const ROOMS: &[(&str, &str)] = &[
    ("arms", "crates/arms/src"),
    ("cameras", "crates/cameras/src"),
    ("dataset", "crates/dataset/src"),
    ("desk", "crates/desk/src"),
    ("jobs", "crates/jobs/src"),
    ("motors", "crates/motors/src"),
    ("pixels", "crates/pixels/src"),
    ("protocol", "crates/protocol/src"),
    ("recorder", "crates/recorder/src"),
    ("station", "crates/station/src"),
    ("stdx", "crates/stdx/src"),
    ("teleop", "crates/teleop/src"),
    ("video", "crates/video/src"),
    ("window", "src-tauri/src"),
];

const COMMAND_LINE: &str = "the command line's alone: no request of the window leads there";
const REPORT: &str = "what a report's files say, which are English for whoever gets them";
const FILE_INSIDES: &str = "what the bytes of a damaged file say: kept as they are, for a report";

/// Modules whose sentences do not reach the window, and why. A verb that the window learns is taken out here.
pub(super) const ELSEWHERE: &[(&str, &str)] = &[
    ("crates/arms/src/kinematics/model", COMMAND_LINE),
    (
        "crates/cameras/src/network/request",
        "what is said to a camera",
    ),
    (
        "crates/cameras/src/usb/macos",
        "other systems' words stand in `linux` and in `error` too",
    ),
    (
        "crates/cameras/src/usb/portable",
        "other systems' words stand in `linux` and in `error` too",
    ),
    ("crates/dataset/src/export", COMMAND_LINE),
    ("crates/dataset/src/picture", COMMAND_LINE),
    ("crates/dataset/src/reencode", COMMAND_LINE),
    ("crates/dataset/src/repair", COMMAND_LINE),
    ("crates/dataset/src/sidecar", COMMAND_LINE),
    ("crates/dataset/src/verify", COMMAND_LINE),
    ("crates/station/src/bundle/known", REPORT),
    ("crates/station/src/bundle/parts", REPORT),
    ("crates/station/src/bundle/scrub", REPORT),
    ("crates/station/src/bundle/shapes", REPORT),
    ("crates/station/src/bundle/source", REPORT),
    ("crates/station/src/calibrations/transfer", COMMAND_LINE),
    ("crates/station/src/check_pair", COMMAND_LINE),
    ("crates/station/src/dataset_frame", COMMAND_LINE),
    ("crates/station/src/episode", COMMAND_LINE),
    ("crates/station/src/export", COMMAND_LINE),
    ("crates/station/src/find_cameras", COMMAND_LINE),
    ("crates/station/src/find_port", COMMAND_LINE),
    ("crates/station/src/known_arms/finding", COMMAND_LINE),
    ("crates/station/src/pictures", COMMAND_LINE),
    (
        "crates/station/src/log",
        "told on the terminal, where the log's owner is; its reader's failures stand in `failure`",
    ),
    ("crates/station/src/news", COMMAND_LINE),
    ("crates/station/src/reencode", COMMAND_LINE),
    ("crates/station/src/release_motors", COMMAND_LINE),
    ("crates/station/src/replay", COMMAND_LINE),
    (
        "crates/station/src/settings/imaging",
        "what settings are about, for the terminal: the page says it in words of its own",
    ),
    (
        "crates/station/src/settings/table",
        "what settings are about, for the terminal: the page says it in words of its own",
    ),
    ("crates/station/src/verify", COMMAND_LINE),
    (
        "crates/station/src/settings/workers",
        "the same; what does not go together is said in the worker pool's words",
    ),
    ("crates/station/src/sim_camera", COMMAND_LINE),
    ("crates/station/src/wiggle", COMMAND_LINE),
    ("crates/stdx/src/failpoint", "tests only"),
    ("crates/teleop/src/filter", COMMAND_LINE),
    ("crates/teleop/src/padmap", COMMAND_LINE),
    ("crates/teleop/src/script", COMMAND_LINE),
    ("crates/video/src/decode", FILE_INSIDES),
    (
        "crates/video/src/gauge",
        "a measurement that fails is told as one that could not be made",
    ),
    ("crates/video/src/mp4", FILE_INSIDES),
    ("crates/video/src/pngs", FILE_INSIDES),
    ("crates/video/src/reader", FILE_INSIDES),
    ("crates/video/src/reencode", COMMAND_LINE),
];

const IN_A_FILE: &str = "a line of a file";
const FIGURES: &str = "figures and names, in every language the same";
const TESTS: &str = "tests only";
const JOINED: &str = "each of its few sentences stands in `joined` as a whole";

/// Literals of several words that nobody is told.
pub(super) const UNSAID: &[(&str, &str)] = &[
    ("\0AUTH EXTERNAL {1}", "what is said to D-Bus"),
    (
        "# Arms that Tendon knows by name. The fingerprint is what lasts in the motors; `tendon identify --remember` writes it.",
        IN_A_FILE,
    ),
    (
        "# Cameras as they are set up in Tendon, by their names in datasets. A source is the identity of a device as",
        IN_A_FILE,
    ),
    (
        "# Folders outside LeRobot's that were recorded into lately. Tendon looks there for what an interrupted session left.",
        IN_A_FILE,
    ),
    (
        "# Poses of one arm. Joints in LeRobot's degrees (0 is the middle of the recorded range), the gripper in percent.",
        IN_A_FILE,
    ),
    (
        "# What `tendon setup-motors` has done: for each motor what it was before, for --undo.",
        IN_A_FILE,
    ),
    (
        "# `tendon find-cameras` tells it, an address that begins with http://, or sim:front and sim:wrist.",
        IN_A_FILE,
    ),
    (
        "ATTRS{{idVendor}}==\"{1}\", ATTRS{{idProduct}}==\"{2}\"",
        "a rule for udev",
    ),
    ("Only tests ask for this.", TESTS),
    ("RLIMIT_RTTIME: {1}", FIGURES),
    (
        "SUBSYSTEM==\"{1}\", {2}{3}MODE=\"0660\", TAG+=\"uaccess\"",
        "a rule for udev",
    ),
    ("The note about Stop was read.", IN_A_FILE),
    ("arm_id = \"{1}\"", IN_A_FILE),
    ("arm_kind = \"{1}\"", IN_A_FILE),
    ("model name", "looked for in /proc/cpuinfo"),
    ("openh264: {1}", FIGURES),
    ("rav1e: {1}", FIGURES),
    ("saved_at = \"{1}\"", IN_A_FILE),
    ("stopped on purpose at {1}", TESTS),
    ("tendon version", IN_A_FILE),
    ("units = \"{1}\"", IN_A_FILE),
    ("version = {1}", IN_A_FILE),
    ("{1} MB", FIGURES),
    ("{1} {2} ({3} MB/s)", FIGURES),
    ("Second {1}", JOINED),
    ("{1} {2}, {3} {4} not", JOINED),
    ("# From the environment: {1}={2}", IN_A_FILE),
    (
        "# Tendon's settings, read at every start. `tendon settings` lists all of them by name.",
        IN_A_FILE,
    ),
    ("# The settings file cannot be read: {1}", IN_A_FILE),
    (
        "# There is no settings file: everything is as usual.",
        IN_A_FILE,
    ),
    ("/documents and settings/", "looked for in a bundle"),
    ("arm {1}", "what a name is replaced by in a bundle"),
];

/// Translations that are what they translate, each with a reason.
pub(super) const SAME: &[(&str, &str)] = &[];

/// One word for one thing: the language, a word that it does not use, and the one that stands for the thing everywhere, on
/// the page too (`ui/src/lib/words/words.test.ts`).
pub(super) const REJECTED: &[(&str, &str, &str)] = &[
    ("de", "speichern", "sichern"),
    ("de", "gespeichert", "gesichert"),
    ("de", "Kurzbefehl", "Tastenkürzel"),
    ("de", "Laufwerk", "Datenträger"),
    ("zh", "控制循环", "控制回路"),
    ("zh", "摄像头", "相机"),
    ("zh", "摄像机", "相机"),
    ("zh", "图像", "画面"),
    ("zh", "图片", "画面"),
    ("zh", "照片", "画面"),
    ("zh", "校准", "标定"),
    ("zh", "仿真", "模拟"),
    ("zh", "零点偏移", "零位偏移"),
    ("zh", "台相机", "个相机"),
    ("zh", "个机械臂", "条机械臂"),
    ("zh", "台机械臂", "条机械臂"),
    ("zh", "个从臂", "条从臂"),
    ("zh", "个主臂", "条主臂"),
    ("zh", "你", "a sentence that addresses nobody"),
    ("zh", "您", "a sentence that addresses nobody"),
];
