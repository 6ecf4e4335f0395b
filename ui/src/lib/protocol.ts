// Generated from crates/protocol by `cargo run -p xtask -- bindings --update`. Do not edit.

/** Version of every message. */
export const VERSION = 1;

/**
 * What the program does with an arm at present.
 */
export type Activity = "nothing" | "scanning" | "setting_up" | "identifying" | "calibrating" | "driving" | "recording" | "releasing";

/**
 * What a request gets.
 */
export type Answer = { "is": "done" } | { "is": "welcome", "what": { 
/**
 * Number of the last event.
 */
seq: number, 
/**
 * Every topic.
 */
topics: Array<Tell>, } } | { "is": "diff", "what": CalibrationDiff } | { "is": "history", "what": Array<CalibrationCopy> } | { "is": "checks", "what": Array<CheckLine> } | { "is": "doctor", "what": Array<CheckLine> } | { "is": "log", "what": LogPage } | { "is": "health", "what": HealthPage } | { "is": "bundle", "what": BundlePreview } | { "is": "bundle_text", "what": BundleText } | { "is": "saved", "what": { 
/**
 * Where.
 */
path: string, 
/**
 * Its length in bytes.
 */
bytes: number, } } | { "is": "may_close", "what": { 
/**
 * Whether it closes.
 */
closes: boolean, 
/**
 * Why it asks; empty when it does not.
 */
why: string, } };

/**
 * An arm that is known, or an adapter that may be one's.
 */
export type ArmCard = { 
/**
 * What names it in requests, and stays the same: `sim`, `known:NAME`, or `port:PATH` for an adapter without a name.
 */
key: string, 
/**
 * The person's name for it; empty while it has none.
 */
name: string, 
/**
 * What it is used as, once somebody said.
 */
role: ArmRole | null, 
/**
 * The adapter's USB serial number, where it has one.
 */
serial: string | null, 
/**
 * The port, while it is there.
 */
port: string | null, 
/**
 * What the adapter calls itself.
 */
adapter: string, 
/**
 * Whether it is there.
 */
online: Online, 
/**
 * Whether it is the simulated one.
 */
simulated: boolean, 
/**
 * Name of its calibration file, without the ending; `None` while there is no file.
 */
calibration: string | null, 
/**
 * When that file was written, in seconds since 1970.
 */
calibrated_at: number | null, 
/**
 * What keeps it from being used, worst first.
 */
notice: Notice | null, };

/**
 * An arm by key, and how it is used this time.
 */
export type ArmChoice = { 
/**
 * Its key, as in [`super::ArmCard`].
 */
key: string, 
/**
 * What it is used as.
 */
role: ArmRole, };

/**
 * One arm.
 */
export type ArmLive = { 
/**
 * Its key, as in [`super::ArmCard`].
 */
key: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether its line is gone.
 */
lost: boolean, 
/**
 * Its joints, in dataset order.
 */
joints: Array<JointLive>, };

/**
 * What an arm is used as.
 */
export type ArmRole = "follower" | "leader";

/**
 * A request's body.
 */
export type Ask = { "do": "hello" } | { "do": "look_again" } | { "do": "understood" } | { "do": "name_arm", "with": { 
/**
 * Its key.
 */
key: string, 
/**
 * Its name.
 */
name: string, 
/**
 * What it is used as.
 */
role: ArmRole, } } | { "do": "forget_arm", "with": { 
/**
 * Its key.
 */
key: string, } } | { "do": "identify" } | { "do": "scan", "with": { 
/**
 * Its key.
 */
key: string, 
/**
 * At every rate and every id.
 */
thorough: boolean, } } | { "do": "set_up", "with": { 
/**
 * The arm's key.
 */
key: string, 
/**
 * What it will be used as.
 */
role: ArmRole, 
/**
 * From the beginning, though an earlier run is remembered.
 */
fresh: boolean, } } | { "do": "set_up_step", "with": SetupStep } | { "do": "calibrate", "with": { 
/**
 * The arm.
 */
arm: ArmChoice, 
/**
 * Whether `wrist_roll`'s range is recorded too.
 */
wrist_roll: boolean, 
/**
 * Whether the person switches the power off and on at the end.
 */
verify_power: boolean, } } | { "do": "calibrate_step", "with": CalibrationStep } | { "do": "compare_calibration", "with": ArmChoice } | { "do": "transfer_calibration", "with": { 
/**
 * The arm.
 */
arm: ArmChoice, 
/**
 * From the file into the motors; otherwise the other way.
 */
to_motors: boolean, } } | { "do": "calibration_history", "with": ArmChoice } | { "do": "roll_back_calibration", "with": { 
/**
 * The arm.
 */
arm: ArmChoice, 
/**
 * The file to bring back.
 */
path: string, } } | { "do": "finish" } | { "do": "save_camera", "with": CameraSetup } | { "do": "forget_camera", "with": { 
/**
 * Its name.
 */
name: string, } } | { "do": "open_camera", "with": { 
/**
 * Its key.
 */
key: string, } } | { "do": "close_camera", "with": { 
/**
 * Its key.
 */
key: string, } } | { "do": "set_control", "with": { 
/**
 * The camera's key.
 */
key: string, 
/**
 * The control's name.
 */
control: string, 
/**
 * Its value.
 */
value: number, } } | { "do": "start_drive", "with": StartDrive } | { "do": "resume" } | { "do": "hold" } | { "do": "release" } | { "do": "choose_input", "with": InputKind } | { "do": "keys_on", "with": boolean } | { "do": "set_speed", "with": number } | { "do": "select_arm", "with": number } | { "do": "move_joint", "with": { 
/**
 * Its place in dataset order.
 */
index: number, 
/**
 * Degrees, percent for the gripper.
 */
value: number, } } | { "do": "step_joint", "with": { 
/**
 * Its place in dataset order.
 */
index: number, 
/**
 * Degrees, percent for the gripper.
 */
by: number, } } | { "do": "save_pose", "with": { 
/**
 * The name.
 */
name: string, } } | { "do": "go_to_pose", "with": { 
/**
 * Its name.
 */
name: string, } } | { "do": "delete_pose", "with": { 
/**
 * Its name.
 */
name: string, } } | { "do": "set_clutch", "with": { 
/**
 * Open: the leader moves, the follower holds.
 */
open: boolean, } } | { "do": "preflight", "with": StartRecord } | { "do": "start_record", "with": StartRecord } | { "do": "record_step", "with": RecordStep } | { "do": "set_settings", "with": Array<[string, SettingValue | null]> } | { "do": "begin_settings_anew" } | { "do": "speak", "with": { 
/**
 * The tag.
 */
language: string, } } | { "do": "doctor" } | { "do": "read_log", "with": LogQuery } | { "do": "read_health", "with": { 
/**
 * Number of the last sample that is known.
 */
after: number, } } | { "do": "prepare_bundle" } | { "do": "read_bundle", "with": { 
/**
 * The file's name.
 */
name: string, 
/**
 * The first line, from 0.
 */
from: number, } } | { "do": "save_bundle" } | { "do": "look_for_left" } | { "do": "recover", "with": { 
/**
 * Which, by key.
 */
key: string, 
/**
 * Whether it is kept.
 */
keep: boolean, } } | { "do": "undo_discard", "with": { 
/**
 * Which, by key.
 */
key: string, } } | { "do": "quit", "with": { 
/**
 * The person has seen what is going on and wants the end.
 */
confirmed: boolean, } };

/**
 * Everything that Home shows, and what the program is doing.
 */
export type Bench = { 
/**
 * The program's version.
 */
version: string, 
/**
 * Whether nobody has confirmed yet that Stop is not a safety-rated device.
 */
first_start: boolean, 
/**
 * Arms and adapters; places do not change while they are there.
 */
arms: Array<ArmCard>, 
/**
 * What is wrong with the machine's ports as a whole.
 */
notices: Array<Notice>, 
/**
 * What the program is doing.
 */
activity: Activity, 
/**
 * The arms it does that with, by key.
 */
busy: Array<string>, 
/**
 * Where datasets go when nobody says otherwise.
 */
datasets: string, 
/**
 * Datasets that were recorded into lately, newest first: folder names below `datasets`.
 */
lately: Array<string>, };

/**
 * The shared buffers of pictures that are worked on.
 */
export type BufferState = { 
/**
 * Bytes in use.
 */
live_bytes: number, 
/**
 * Most bytes ever in use at once.
 */
peak_bytes: number, 
/**
 * Bytes that wait to be used again.
 */
idle_bytes: number, 
/**
 * Buffers taken from the system.
 */
allocated: number, 
/**
 * Of those, the ones beyond the ceiling.
 */
beyond: number, 
/**
 * Buffers used again.
 */
recycled: number, 
/**
 * Contents copied from one buffer to another.
 */
copies: number, 
/**
 * Bytes so copied.
 */
copied_bytes: number, };

/**
 * A file of a report's bundle.
 */
export type BundleFile = { 
/**
 * Its name in the bundle.
 */
name: string, 
/**
 * What it holds, as a key of the page's words: `about`, `checks`, `settings`, `log`, `figures`, `datasets`.
 */
holds: string, 
/**
 * Its length in bytes.
 */
bytes: number, 
/**
 * Its lines.
 */
lines: number, };

/**
 * A bundle for a report, as it would be saved: nothing was written yet, and nothing is ever sent.
 */
export type BundlePreview = { 
/**
 * The files.
 */
files: Array<BundleFile>, 
/**
 * What was taken out and how often, by a word: `user`, `home`, `host`, `serial`, `token`, `network`.
 */
taken_out: Array<[string, number]>, 
/**
 * Where it would be saved.
 */
path: string, };

/**
 * Lines of a file of the prepared bundle.
 */
export type BundleText = { 
/**
 * The text, at most 8 KB.
 */
text: string, 
/**
 * Number of the next line; none at the end.
 */
next: number | null, };

/**
 * The bus in one second.
 */
export type BusSample = { 
/**
 * Median time on the bus in one cycle, in milliseconds.
 */
time_p50_ms: number, 
/**
 * All but one in a hundred.
 */
time_p99_ms: number, 
/**
 * Answers that did not come.
 */
lost: number, 
/**
 * Supply of the arm whose supply is lowest, in volts; none while it was not read.
 */
volts: number | null, 
/**
 * The hottest motor, in degrees Celsius; none while it was not read.
 */
celsius: number | null, };

/**
 * A calibration that was kept.
 */
export type CalibrationCopy = { 
/**
 * The file.
 */
path: string, 
/**
 * When it was written, in seconds since 1970.
 */
at: number, 
/**
 * Its numbers.
 */
values: Array<CalibrationValues>, };

/**
 * File and motors side by side.
 */
export type CalibrationDiff = { 
/**
 * The file.
 */
path: string, 
/**
 * Joint by joint.
 */
joints: Array<JointDiff>, };

/**
 * Where the wizard stands.
 */
export type CalibrationPhase = "preparing" | "middle" | "recording" | "review" | "power" | "done" | "cancelled" | "failed";

/**
 * The wizard, at most 20 times a second.
 */
export type CalibrationState = { 
/**
 * The arm, by key.
 */
arm: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether it is the simulated one, whose joints move by themselves.
 */
simulated: boolean, 
/**
 * Whether the power is switched off and on before it is done.
 */
power: boolean, 
/**
 * Where it stands.
 */
phase: CalibrationPhase, 
/**
 * The joints.
 */
joints: Array<JointTravel>, 
/**
 * The joint that moves now.
 */
moving: string | null, 
/**
 * Why the last step was refused, joint by joint or as a whole; it can be tried again.
 */
refused: Array<Notice>, 
/**
 * What would be written, in review, or was.
 */
result: Array<CalibrationValues>, 
/**
 * What the motors held before.
 */
before: Array<CalibrationValues>, 
/**
 * Where the file is or will be.
 */
path: string, 
/**
 * Copy of the file that was there before.
 */
backup: string | null, 
/**
 * Joints whose homing was moved so that the seam lies outside their range.
 */
moved: Array<string>, 
/**
 * Why it ended.
 */
failure: Notice | null, };

/**
 * What a person says in the calibration wizard.
 */
export type CalibrationStep = "home_here" | "review" | "write" | "back";

/**
 * One joint's numbers, as in LeRobot's file.
 */
export type CalibrationValues = { 
/**
 * Its name.
 */
joint: string, 
/**
 * Motor id.
 */
id: number, 
/**
 * Ticks that the motor adds.
 */
homing_offset: number, 
/**
 * Lowest tick.
 */
range_min: number, 
/**
 * Highest tick.
 */
range_max: number, };

/**
 * A camera that is set up, or that is there.
 */
export type CameraCard = { 
/**
 * What names it in requests: its name once it is set up, else its identity.
 */
key: string, 
/**
 * How it is used; `None` while nobody has set it up.
 */
setup: CameraSetup | null, 
/**
 * Where its pictures come from.
 */
place: CameraPlace, 
/**
 * What it calls itself.
 */
label: string, 
/**
 * Whether it is there.
 */
online: Online, 
/**
 * What it offers.
 */
modes: Array<CameraMode>, 
/**
 * What it lets one set, while it is open.
 */
controls: Array<CameraControl>, 
/**
 * What it will cost as it is set up.
 */
cost: CameraCost | null, 
/**
 * What it is doing.
 */
live: CameraLive, 
/**
 * What keeps it from being used.
 */
notice: Notice | null, };

/**
 * Exposure, white balance, focus and what else a camera lets one set.
 */
export type CameraControl = { 
/**
 * What names it in requests.
 */
name: string, 
/**
 * What the camera calls it.
 */
label: string, 
/**
 * What can be set.
 */
kind: ControlKind, 
/**
 * What is set.
 */
value: number, 
/**
 * What the camera comes with.
 */
usual: number, 
/**
 * Why it cannot be set now; empty when it can.
 */
why_not: string, };

/**
 * What a camera will cost.
 */
export type CameraCost = { 
/**
 * Bits a second on its bus, as far as they can be told before.
 */
bus_bits: number, 
/**
 * Share of what its bus has, 0 to 1, of all cameras on it.
 */
bus_share: number | null, 
/**
 * Bytes a minute in a dataset, as far as they can be told before.
 */
disk_bytes_a_minute: number, };

/**
 * A camera at work. Counts are since it was opened.
 */
export type CameraLive = { 
/**
 * What it is doing.
 */
word: CameraWord, 
/**
 * Measured rate.
 */
fps: number | null, 
/**
 * Good pictures.
 */
pictures: number, 
/**
 * Damaged pictures.
 */
bad: number, 
/**
 * Pictures that never arrived, where the device tells.
 */
missed: number, 
/**
 * How often it was lost and came back.
 */
reconnects: number, 
/**
 * Milliseconds that it took to settle.
 */
warmed_in_ms: number | null, 
/**
 * What is wrong, when it is lost or refused.
 */
trouble: Notice | null, };

/**
 * A way a camera can send pictures.
 */
export type CameraMode = { 
/**
 * The layout's usual name: `MJPG`, `YUYV`.
 */
format: string, 
/**
 * Pixels across.
 */
width: number, 
/**
 * Pixels down.
 */
height: number, 
/**
 * Pictures a second.
 */
fps: number, };

/**
 * Where a camera's pictures come from.
 */
export type CameraPlace = { "kind": "device", "at": string } | { "kind": "network", "at": string } | { "kind": "sim", "at": string };

/**
 * A camera in one second.
 */
export type CameraSample = { 
/**
 * Its name.
 */
name: string, 
/**
 * Pictures a second; none while it is not measured.
 */
fps: number | null, 
/**
 * Pictures that were damaged.
 */
bad: number, 
/**
 * Pictures that never arrived, where the device tells.
 */
missed: number, };

/**
 * How a camera is to be used.
 */
export type CameraSetup = { 
/**
 * Its name in datasets: `observation.images.NAME`.
 */
name: string, 
/**
 * Where its pictures come from.
 */
place: CameraPlace, 
/**
 * Pixels across, as the camera sends it.
 */
width: number, 
/**
 * Pixels down, as the camera sends it.
 */
height: number, 
/**
 * Pictures a second.
 */
fps: number, 
/**
 * The layout; `None` takes the best.
 */
format: string | null, 
/**
 * Degrees clockwise that the picture is turned by: 0, 90, 180, 270.
 */
rotation: number, 
/**
 * Values of controls that were set, by name.
 */
controls: Array<[string, number]>, };

/**
 * What a camera is doing.
 */
export type CameraWord = "closed" | "opening" | "warming" | "streaming" | "lost" | "refused";

/**
 * How a check went.
 */
export type CheckGrade = "fine" | "notice" | "refused";

/**
 * One thing that was looked at before recording.
 */
export type CheckLine = { 
/**
 * What was looked at.
 */
name: string, 
/**
 * How it went.
 */
grade: CheckGrade, 
/**
 * What was found.
 */
found: string, 
/**
 * What to do; empty when nothing is to be done.
 */
remedy: string, };

/**
 * Which kind of control.
 */
export type ControlKind = { "kind": "range", 
/**
 * Least.
 */
least: number, 
/**
 * Most.
 */
most: number, 
/**
 * Distance of two values.
 */
step: number, } | { "kind": "switch" } | { "kind": "choice", 
/**
 * Value and name.
 */
options: Array<[number, string]>, };

/**
 * The deck: what a person must see on every screen.
 */
export type Deck = { 
/**
 * Whether motors push.
 */
torque: TorqueWord, 
/**
 * What the session is doing.
 */
session: SessionWord, 
/**
 * Names of the arms that are open.
 */
arms: Array<string>, 
/**
 * What is wrong; it takes the place of the figures.
 */
trouble: Notice | null, 
/**
 * Whether “Resume” can be pressed.
 */
can_resume: boolean, 
/**
 * Whether “Release gently” can be pressed.
 */
can_release: boolean, 
/**
 * Whether an episode is in progress or not yet saved, so that closing would end it.
 */
unsaved: boolean, };

/**
 * The arms while they are driven, at most 20 times a second.
 */
export type DriveState = { 
/**
 * What the loop does, in one word: `idle`, `holding`, `driving`, `stopped`, `releasing`, `faulted`, or
 * `opening` before the first cycle.
 */
word: string, 
/**
 * Followers.
 */
followers: Array<ArmLive>, 
/**
 * Leaders.
 */
leaders: Array<ArmLive>, 
/**
 * What moves the arm.
 */
input: InputKind, 
/**
 * All ways, in the order of their keys.
 */
inputs: Array<InputChoice>, 
/**
 * Whether keys drive: the window has the focus and drive keys are on.
 */
keys_on: boolean, 
/**
 * The table of keys, with what is held.
 */
keys: Array<KeyCap>, 
/**
 * The arm that keys drive: 0 the only or left one.
 */
arm: number, 
/**
 * Speed, as a factor of the usual one.
 */
speed: number, 
/**
 * Degrees a second that a key moves a joint by, at this speed.
 */
degrees_per_second: number, 
/**
 * Whether the bounded first move is under way.
 */
first_move: boolean, 
/**
 * Whether a leader's clutch is open; `None` without one.
 */
clutch_open: boolean | null, 
/**
 * The tip, where it is driven.
 */
jog: JogState | null, 
/**
 * Poses of this arm.
 */
poses: Array<SavedPoseCard>, 
/**
 * What the loop measured.
 */
figures: LoopFigures, 
/**
 * What somebody should look at soon.
 */
warnings: Array<Notice>, 
/**
 * The gamepad that is there, in its own words; empty without one.
 */
gamepad: string, 
/**
 * Cameras of this session, by key.
 */
cameras: Array<string>, };

/**
 * An episode of this session.
 */
export type EpisodeCard = { 
/**
 * Its index in the dataset; `None` while it is not in it.
 */
index: number | null, 
/**
 * Rows.
 */
rows: number, 
/**
 * Rows over fps.
 */
seconds: number, 
/**
 * Rows a second of wall time: what the dataset says, unless something was late.
 */
true_fps: number | null, 
/**
 * Why it ended.
 */
ended: EpisodeEnd, 
/**
 * Rows that repeat the step before them because their cycle was missed.
 */
repeated_rows: number, 
/**
 * Rows with a joint that did not answer.
 */
stale_rows: number, 
/**
 * Its pictures.
 */
cameras: Array<PicturesOf>, 
/**
 * Whether it was thrown away, and can be brought back until the session ends.
 */
discarded: boolean, };

/**
 * Why an episode ended, as in [`EpisodeCard::ended`].
 */
export type EpisodeEnd = "time" | "asked" | "stop" | "gap" | "loop_ended" | "store_failed" | "emergency" | "recorder_failed" | "camera_silent" | "film_failed";

/**
 * The kinds of failure a program may tell apart. Stable: kinds are added, never renamed.
 */
export type ErrorCode = "bad_request" | "not_while" | "port" | "motor" | "camera" | "line_lost" | "calibration" | "loop" | "data" | "disk" | "stopped" | "internal";

/**
 * Something that changed.
 */
export type Event = { 
/**
 * Version of the protocol.
 */
v: number, 
/**
 * Number of the event, from 1, without a gap: a reader that misses one says hello again.
 */
seq: number, 
/**
 * What.
 */
tell: Tell, };

/**
 * An error as it leaves the core.
 */
export type Failure = { 
/**
 * The kind, for programs.
 */
code: ErrorCode, 
/**
 * What and where, for people; paths and ports last.
 */
message: string, 
/**
 * What the person can do about it.
 */
remedy: string, };

/**
 * A motor that answered.
 */
export type FoundMotor = { 
/**
 * Its id.
 */
id: number, 
/**
 * The rate it answers at.
 */
baud: number, 
/**
 * Its model, in words.
 */
model: string, 
/**
 * Its firmware: major and minor.
 */
firmware: string, 
/**
 * Volts.
 */
voltage: number | null, 
/**
 * Degrees Celsius.
 */
temperature: number | null, 
/**
 * Where it is, in ticks.
 */
position: number | null, 
/**
 * Whether it pushes.
 */
torque: boolean | null, 
/**
 * What it complains about; empty when it does not.
 */
complaint: string, };

/**
 * Part of the history: at most 40 samples at once, oldest first; ten minutes are kept.
 */
export type HealthPage = { 
/**
 * The samples.
 */
samples: Array<HealthSample>, 
/**
 * Number of the newest that there is.
 */
newest: number, };

/**
 * What the program was like in one second.
 */
export type HealthSample = { 
/**
 * Its number, from 1, one more each second.
 */
number: number, 
/**
 * When, in milliseconds since 1970.
 */
at_ms: number, 
/**
 * The loop; none while no arm is open, or when it told nothing in this second.
 */
cycle: LoopSample | null, 
/**
 * The bus; none while no arm is open, or when nothing was told of it.
 */
bus: BusSample | null, 
/**
 * Cameras that are open.
 */
cameras: Array<CameraSample>, 
/**
 * Share of one processor that the program used, 1 is all of it; none where the system does not tell.
 */
cpu: number | null, 
/**
 * Memory that the program holds, in bytes; none where the system does not tell.
 */
memory: number | null, };

/**
 * Counts of a spread on a log scale, for a histogram.
 */
export type Histogram = { 
/**
 * Upper end of each bar, in microseconds.
 */
ends_us: Array<number>, 
/**
 * How many fell into it.
 */
counts: number[], };

/**
 * An arm found by moving it by hand.
 */
export type IdentifyState = { 
/**
 * Whether it goes on.
 */
running: boolean, 
/**
 * Ports that are watched.
 */
ports: Array<string>, 
/**
 * Ports whose arm pushes, so that it cannot be moved by hand.
 */
stiff: Array<string>, 
/**
 * Ports that could not be watched, and why.
 */
not_watched: Array<[string, Notice]>, 
/**
 * The port of the arm that moved.
 */
found: string | null, 
/**
 * The joint that moved.
 */
moved: string | null, 
/**
 * Whether it is an arm that is known.
 */
known: string | null, 
/**
 * How it compares with what was remembered.
 */
signature: Signature | null, 
/**
 * Why it could not be done.
 */
failure: Notice | null, };

/**
 * Work that was done where it was asked for.
 */
export type InlineRuns = { 
/**
 * Why.
 */
why: string, 
/**
 * How often.
 */
count: number, };

/**
 * One way to move the arm, and why it cannot be chosen now.
 */
export type InputChoice = { 
/**
 * Which.
 */
kind: InputKind, 
/**
 * Why not; empty when it can be chosen.
 */
why_not: string, };

/**
 * What moves the arm.
 */
export type InputKind = "keys" | "leader" | "gamepad" | "sliders" | "tip";

/**
 * One kind of job, and what became of those that there were.
 */
export type JobKind = { 
/**
 * Its name in the settings.
 */
name: string, 
/**
 * The product that it works for.
 */
product: string, 
/**
 * How urgent it usually is.
 */
priority: JobPriority, 
/**
 * Longest that it may take, or come no further, in seconds.
 */
limit_s: number, 
/**
 * Whether the limit counts from one step of its progress to the next.
 */
limit_by_progress: boolean, 
/**
 * Jobs that wait.
 */
queued: number, 
/**
 * Jobs that run.
 */
running: number, 
/**
 * Accepted.
 */
taken: number, 
/**
 * Came to their end.
 */
done: number, 
/**
 * Failed by an error of their own.
 */
failed: number, 
/**
 * Panicked.
 */
panicked: number, 
/**
 * Gave way to a newer one.
 */
replaced: number, 
/**
 * Called off.
 */
cancelled: number, 
/**
 * Ran for too long or came no further.
 */
timed_out: number, 
/**
 * Lost with a thread that hangs.
 */
lost: number, 
/**
 * Answered because the pool ended or could not do them any more.
 */
ended: number, 
/**
 * Not accepted.
 */
refused: number, 
/**
 * Done where they were asked for.
 */
inline: number, };

/**
 * How urgent a job is.
 */
export type JobPriority = "background" | "export" | "interactive";

/**
 * The tip, where it is driven.
 */
export type JogState = { 
/**
 * Millimetres before, to the left of and above the base.
 */
place_mm: [number, number, number], 
/**
 * Degrees: the tip's pitch and roll.
 */
angles: [number, number], 
/**
 * Why it does not go on; empty when it does.
 */
why_not: string, };

/**
 * One joint where file and motor are laid side by side.
 */
export type JointDiff = { 
/**
 * Its name.
 */
joint: string, 
/**
 * What the file says; `None` without a file.
 */
file: CalibrationValues | null, 
/**
 * What the motor holds; `None` when it did not answer.
 */
motor: CalibrationValues | null, 
/**
 * Whether they agree.
 */
agrees: boolean, };

/**
 * One joint.
 */
export type JointLive = { 
/**
 * Its name, as in datasets: `shoulder_pan`.
 */
joint: string, 
/**
 * Its motor.
 */
id: number, 
/**
 * Where it is: degrees, percent for the gripper. Not a number before the first answer.
 */
position: number | null, 
/**
 * The goal that was sent.
 */
goal: number | null, 
/**
 * Whether `position` is older than this cycle.
 */
stale: boolean, 
/**
 * Least that it may go to.
 */
least: number, 
/**
 * Most that it may go to.
 */
most: number, 
/**
 * Degrees Celsius.
 */
temperature: number | null, 
/**
 * Volts.
 */
voltage: number | null, 
/**
 * Ampere.
 */
current: number | null, 
/**
 * Percent of its force.
 */
load: number | null, 
/**
 * Answers that did not come or were damaged, since the session began.
 */
lost: number, 
/**
 * What is wrong with it, in a few words; empty when nothing is.
 */
trouble: string, };

/**
 * One joint, in ticks with whole turns: beyond the encoder's seam it goes on below 0 or above 4095.
 */
export type JointTravel = { 
/**
 * Its name.
 */
joint: string, 
/**
 * Its motor.
 */
id: number, 
/**
 * Now; `None` before the first answer.
 */
now: number | null, 
/**
 * Lowest so far.
 */
min: number | null, 
/**
 * Highest so far.
 */
max: number | null, 
/**
 * Swing so far, in degrees.
 */
swing: number, 
/**
 * Least and most that this joint usually has, in degrees.
 */
usual: [number, number], 
/**
 * Whether the low end is proven to be a stop.
 */
low_proven: boolean, 
/**
 * Whether the high end is.
 */
high_proven: boolean, 
/**
 * Whether it crossed the encoder's seam.
 */
crossed: boolean, 
/**
 * Answers that did not come since its recording was begun.
 */
lost: number, 
/**
 * What is to be said of it.
 */
tag: TravelTag, 
/**
 * The same in a sentence; empty when there is nothing to say.
 */
sentence: string, 
/**
 * What to do; empty when nothing is to be done.
 */
remedy: string, };

/**
 * A key and what it moves: the one table that window and loop go by.
 */
export type KeyCap = { 
/**
 * The physical key, as a page's `KeyboardEvent.code` names it: `KeyW`, `ArrowUp`.
 */
code: string, 
/**
 * The joint, `gripper`, or the axis of the tip: `forward`, `left`, `up`, `pitch`, `roll`.
 */
axis: string, 
/**
 * Whether it moves towards larger values.
 */
positive: boolean, 
/**
 * Whether it is held now, as the loop sees it.
 */
held: boolean, };

/**
 * Something that an interrupted session left.
 */
export type LeftEpisode = { 
/**
 * What names it in requests.
 */
key: string, 
/**
 * What it is.
 */
kind: LeftKind, 
/**
 * The dataset's name, below the folder of datasets; else its whole path.
 */
dataset: string, 
/**
 * The dataset's folder, or that which holds what was put away.
 */
path: string, 
/**
 * What the arm was to do; empty where it is not known.
 */
task: string, 
/**
 * Rows that are whole.
 */
rows: number, 
/**
 * Rows a second.
 */
fps: number, 
/**
 * When it was begun, in seconds since 1970.
 */
at: number, 
/**
 * Bytes on disk.
 */
bytes: number, 
/**
 * Cameras of which there are pictures.
 */
cameras: Array<string>, 
/**
 * Episodes that the dataset has without it.
 */
episodes: number, 
/**
 * Whether it can be thrown away: one whose saving was asked for cannot.
 */
discardable: boolean, 
/**
 * What keeps it from being kept, or what is worth knowing.
 */
notice: Notice | null, };

/**
 * What something that was left can become.
 */
export type LeftKind = "episode" | "put_away" | "in_use";

/**
 * An episode that an earlier session left.
 */
export type LeftOver = { 
/**
 * The dataset's folder.
 */
root: string, 
/**
 * Its task.
 */
task: string, 
/**
 * Seconds that are there.
 */
seconds: number, };

/**
 * How bad something is.
 */
export type Level = "note" | "warning" | "fault";

/**
 * An entry of the log.
 */
export type LogEntry = { 
/**
 * When, in milliseconds since 1970.
 */
at_ms: number, 
/**
 * How grave.
 */
level: LogLevel, 
/**
 * The part of the program that wrote it.
 */
target: string, 
/**
 * The thread.
 */
thread: string, 
/**
 * The request on whose behalf; empty when there was none.
 */
request: string, 
/**
 * What it says.
 */
message: string, };

/**
 * How grave an entry of the log is.
 */
export type LogLevel = "error" | "warn" | "info" | "debug" | "trace";

/**
 * A page of the log, newest first; at most 8 KB of text.
 */
export type LogPage = { 
/**
 * The entries.
 */
entries: Array<LogEntry>, 
/**
 * Where older ones that fit may begin; none when there are none. A page without entries may have it, because so much is read
 * at once and no more.
 */
older: number | null, 
/**
 * The file that is written now.
 */
file: string, 
/**
 * Entries that could not be kept since the program began.
 */
lost: number, };

/**
 * Which entries of the log are wanted.
 */
export type LogQuery = { 
/**
 * The least grave that is wanted.
 */
level: LogLevel, 
/**
 * Only those of this request; empty for all.
 */
request: string, 
/**
 * Only those that hold this text, whatever its case; empty for all.
 */
text: string, 
/**
 * Only those before this place, as told with an earlier page; none for the newest.
 */
before: number | null, };

/**
 * What the loop measured of itself.
 */
export type LoopFigures = { 
/**
 * Asked for, in Hz.
 */
wanted_hz: number, 
/**
 * Measured, in Hz.
 */
rate_hz: number, 
/**
 * Cycles so far.
 */
cycles: number, 
/**
 * Slots without a goal so far.
 */
missed: number, 
/**
 * Distance of the time between two goal writes from the period, since the arms were opened.
 */
period_error_us: Spread, 
/**
 * Time an observation took, since the arms were opened.
 */
bus_us: Spread, 
/**
 * The period errors, bar by bar.
 */
histogram: Histogram, 
/**
 * The priority the loop runs with, in words.
 */
priority: string, };

/**
 * The loop in one second.
 */
export type LoopSample = { 
/**
 * Cycles.
 */
hz: number, 
/**
 * Half of the cycles came closer to their time than this, in milliseconds.
 */
error_p50_ms: number, 
/**
 * All but one in a hundred.
 */
error_p99_ms: number, 
/**
 * Cycles that were missed.
 */
missed: number, };

/**
 * A sentence for a person: what and where, then what to do.
 */
export type Notice = { 
/**
 * Number of the notice, from 1.
 */
number: number, 
/**
 * How bad.
 */
level: Level, 
/**
 * What and where.
 */
message: string, 
/**
 * What to do; empty when nothing is to be done.
 */
remedy: string, 
/**
 * A command line that the remedy asks for, to be copied; empty when there is none.
 */
command: string, };

/**
 * Whether an arm or a camera is there.
 */
export type Online = "looking" | "online" | "offline";

/**
 * How long one operation takes, in milliseconds.
 */
export type OperationState = { 
/**
 * Its name.
 */
name: string, 
/**
 * How many came to their end.
 */
count: number, 
/**
 * Mean of all.
 */
mean_ms: number, 
/**
 * 95 of a hundred lately took at most this; none without one lately.
 */
p95_ms: number | null, 
/**
 * Mean time that they waited before.
 */
waited_mean_ms: number, 
/**
 * 95 of a hundred lately waited at most this.
 */
waited_p95_ms: number | null, };

/**
 * What came of a request.
 */
export type Outcome = { "done": Answer } | { "failed": Failure };

/**
 * How one camera's pictures met the rows.
 */
export type PicturesOf = { 
/**
 * The camera.
 */
camera: string, 
/**
 * Rows with a picture of their own.
 */
fresh: number, 
/**
 * Rows for which none newer had come.
 */
repeated: number, 
/**
 * Pictures that a newer one overtook before a row.
 */
skipped: number, 
/**
 * Rows whose picture was older than two frame times.
 */
late: number, 
/**
 * Rows whose own picture is not in the film: no time for it, or damaged.
 */
squeezed: number, 
/**
 * Where in the episode rows were late or repeated: shares of its length, at most 64.
 */
late_at: Array<number>, };

/**
 * The settings that hold.
 */
export type PoolSettings = { 
/**
 * Workers that there may be.
 */
workers: number, 
/**
 * Idle workers that are kept while a product is in use.
 */
warm: number, 
/**
 * Seconds without work after which a worker ends.
 */
idle_s: number, 
/**
 * Jobs that one worker may have begun.
 */
in_flight: number, 
/**
 * Jobs that may wait.
 */
queue: number, 
/**
 * Work on fewer bytes is done where it is asked for.
 */
offload_bytes: number, 
/**
 * Threads of one product that may hang before its work is done where it is asked for.
 */
leaked: number, 
/**
 * Most bytes that shared buffers may take.
 */
memory_bytes: number, 
/**
 * When it counts as saturated.
 */
saturation: SaturationSettings, };

/**
 * One product: a part of Tendon that has work done.
 */
export type ProductState = { 
/**
 * Its name in the settings.
 */
name: string, 
/**
 * Whether workers do its work.
 */
on: boolean, 
/**
 * Workers that it may occupy at once.
 */
workers: number, 
/**
 * Whether its work may be done where it is asked for when workers cannot do it.
 */
may_run_inline: boolean, 
/**
 * Why its work is done where it is asked for, if it is.
 */
inline: string | null, 
/**
 * Threads of it that hang.
 */
leaked: number, };

/**
 * What a session is doing.
 */
export type RecordPhase = "preparing" | "ready" | "recording" | "paused" | "resetting" | "over";

/**
 * A session, at most 20 times a second.
 */
export type RecordState = { 
/**
 * The dataset's folder.
 */
root: string, 
/**
 * The dataset's name.
 */
dataset: string, 
/**
 * What the arm is to do.
 */
task: string, 
/**
 * Rows a second.
 */
fps: number, 
/**
 * Length of an episode in seconds.
 */
episode_s: number, 
/**
 * Time between two episodes in seconds.
 */
reset_s: number, 
/**
 * What it is doing.
 */
phase: RecordPhase, 
/**
 * Checks before the start.
 */
checks: Array<CheckLine>, 
/**
 * An episode of an earlier session that waits for a decision.
 */
left_over: LeftOver | null, 
/**
 * Index of the episode that is running, waiting, or next.
 */
episode: number, 
/**
 * Episodes saved in this session.
 */
saved: number, 
/**
 * Episodes wanted.
 */
wanted: number, 
/**
 * Rows of the running or waiting episode.
 */
rows: number, 
/**
 * Whether it has ended and is neither saved nor thrown away yet.
 */
waiting: boolean, 
/**
 * Rows of a whole one.
 */
rows_wanted: number, 
/**
 * Seconds left of the episode or of the reset.
 */
left_s: number, 
/**
 * Rows a second of wall time, of the running episode.
 */
true_fps: number | null, 
/**
 * The running or waiting episode's pictures.
 */
cameras: Array<PicturesOf>, 
/**
 * Rows of the running episode that repeat the step before them.
 */
repeated_rows: number, 
/**
 * Episodes of this session, in order.
 */
episodes: Array<EpisodeCard>, 
/**
 * Discarded episodes that can be brought back.
 */
undoable: number, 
/**
 * Free bytes on the disk.
 */
disk_free: number | null, 
/**
 * Minutes of recording that this is enough for.
 */
disk_minutes: number | null, 
/**
 * How films are made at present, when that is not as asked.
 */
film_words: string, 
/**
 * Why recording stopped by itself.
 */
failure: Notice | null, };

/**
 * What a person says while recording.
 */
export type RecordStep = "next" | "again" | "pause" | "resume" | "undo" | "finish";

/**
 * How something that was left ended.
 */
export type RecoveryDone = { 
/**
 * Which, by key.
 */
key: string, 
/**
 * The dataset.
 */
dataset: string, 
/**
 * What the arm was to do.
 */
task: string, 
/**
 * Its number in the dataset when it was kept; none when it was put aside.
 */
episode: number | null, 
/**
 * Rows.
 */
rows: number, 
/**
 * Rows a second.
 */
fps: number, 
/**
 * Whether it can be offered again: it was thrown away, and is still on disk.
 */
undoable: boolean, };

/**
 * The recovery page.
 */
export type RecoveryState = { 
/**
 * Whether folders are being looked through.
 */
looking: boolean, 
/**
 * Folders that were looked through.
 */
folders: Array<string>, 
/**
 * What was found, newest first.
 */
left: Array<LeftEpisode>, 
/**
 * What is being done.
 */
work: RecoveryWork | null, 
/**
 * What was done since the program began, newest first.
 */
done: Array<RecoveryDone>, 
/**
 * Why folders could not be looked through, or the last step failed.
 */
trouble: Array<Notice>, };

/**
 * What is being done with something that was left.
 */
export type RecoveryWork = { 
/**
 * With which, by key.
 */
key: string, 
/**
 * How far it is, 0 to 1; none while that is not known.
 */
share: number | null, };

/**
 * The answer to one request.
 */
export type Reply = { 
/**
 * Version of the protocol.
 */
v: number, 
/**
 * The request's id; empty when the request was not even readable.
 */
id: string, 
/**
 * What came of it.
 */
outcome: Outcome, };

/**
 * A request as it arrives: the body is read only once the version fits.
 */
export type Request = { 
/**
 * Version of the protocol that the asker speaks, [`crate::VERSION`].
 */
v: number, 
/**
 * Chosen by the asker, not used twice; the reply repeats it and the log names it.
 */
id: string, 
/**
 * What is asked.
 */
ask: Ask, };

/**
 * One job that runs.
 */
export type RunningJob = { 
/**
 * Its number: a greater one was asked for later.
 */
number: number, 
/**
 * Its kind.
 */
kind: string, 
/**
 * The control that asked for it.
 */
control: string | null, 
/**
 * The request it belongs to, as in the log.
 */
request: string | null, 
/**
 * How long it ran, in seconds, without the time that it gave to others.
 */
seconds: number, 
/**
 * Steps done, if it says so.
 */
steps_done: number | null, 
/**
 * Steps in all; none while that is unknown.
 */
steps: number | null, 
/**
 * Whether it runs where it was asked for.
 */
inline: boolean, 
/**
 * Whether it lets a more urgent one go first.
 */
waits: boolean, 
/**
 * Whether it was answered already, and only its function has not come back.
 */
answered: boolean, };

/**
 * When the pool counts as saturated: pressed for a whole window, until it is at ease for a whole window.
 */
export type SaturationSettings = { 
/**
 * Waiting jobs for each worker from which on it is pressed.
 */
enter_depth: number, 
/**
 * Longest wait from which on it is pressed, in milliseconds.
 */
enter_wait_ms: number, 
/**
 * Waiting jobs for each worker up to which it is at ease.
 */
leave_depth: number, 
/**
 * Longest wait up to which it is at ease, in milliseconds.
 */
leave_wait_ms: number, 
/**
 * How long either must last, in milliseconds.
 */
window_ms: number, };

/**
 * A pose that was given a name.
 */
export type SavedPoseCard = { 
/**
 * Its name.
 */
name: string, };

/**
 * The search on a bus.
 */
export type ScanState = { 
/**
 * The arm, by key.
 */
arm: string, 
/**
 * Whether it goes on.
 */
running: boolean, 
/**
 * Share that is done, 0 to 1.
 */
done: number, 
/**
 * The rate that is tried now.
 */
baud: number | null, 
/**
 * What was found.
 */
motors: Array<FoundMotor>, 
/**
 * What that means, in sentences with remedies.
 */
findings: Array<Notice>, 
/**
 * Why it could not be done.
 */
failure: Notice | null, };

/**
 * The session's one word.
 */
export type SessionWord = "idle" | "ready" | "calibrating" | "driving" | "holding" | "recording" | "paused" | "resetting" | "releasing" | "stopped" | "faulted";

/**
 * One setting.
 */
export type SettingCard = { 
/**
 * Its name: section, a dot, key, as in the file.
 */
name: string, 
/**
 * What it can be.
 */
kind: SettingKind, 
/**
 * What holds.
 */
value: SettingValue, 
/**
 * What holds when nobody sets it.
 */
usual: SettingValue, 
/**
 * Where the value comes from.
 */
source: SettingSource, 
/**
 * The environment variable that overrides it.
 */
variable: string, 
/**
 * Whether a change takes effect only when Tendon is started again.
 */
restart: boolean, };

/**
 * What a setting can be.
 */
export type SettingKind = { "kind": "switch" } | { "kind": "number", 
/**
 * Least.
 */
least: number, 
/**
 * Most.
 */
most: number, 
/**
 * Distance of two values.
 */
step: number, 
/**
 * What it counts, as units are written; empty for a factor.
 */
unit: string, } | { "kind": "choice", 
/**
 * The words.
 */
options: Array<string>, } | { "kind": "folder" } | { "kind": "address" } | { "kind": "key" };

/**
 * Where a value comes from.
 */
export type SettingSource = "usual" | "file" | "environment";

/**
 * A setting's value.
 */
export type SettingValue = boolean | number | string;

/**
 * Every setting.
 */
export type SettingsState = { 
/**
 * The file.
 */
path: string, 
/**
 * In the order in which they are shown; settings of one section stand together.
 */
settings: Array<SettingCard>, 
/**
 * Keys of the file that are not known here.
 */
unknown: Array<UnknownKey>, 
/**
 * What of the file or the environment is not used; its usual value holds instead. A fault: nothing of the file is, and it is not
 * written over until the person begins anew. A warning: only what it names is not, and the rest of the file is used and can
 * be changed.
 */
problem: Notice | null, };

/**
 * A motor of the wizard.
 */
export type SetupMotor = { 
/**
 * Its joint.
 */
joint: string, 
/**
 * The id it gets.
 */
id: number, 
/**
 * What became of it.
 */
word: SetupMotorWord, 
/**
 * What was changed, in words; empty before.
 */
changed: string, };

/**
 * What became of a motor in the wizard.
 */
export type SetupMotorWord = "to_come" | "now" | "done" | "done_earlier" | "skipped";

/**
 * Where the wizard stands.
 */
export type SetupPhase = "opening" | "connect" | "working" | "done" | "ended";

/**
 * The set-up wizard.
 */
export type SetupState = { 
/**
 * The arm, by key.
 */
arm: string, 
/**
 * Where it stands.
 */
phase: SetupPhase, 
/**
 * The motors, in the order of the wizard: gripper first.
 */
motors: Array<SetupMotor>, 
/**
 * The rate that is tried now.
 */
looking_baud: number | null, 
/**
 * Why the last step was refused; it can be tried again.
 */
refused: Notice | null, 
/**
 * Whether the person may go on in spite of that.
 */
can_go_on_anyway: boolean, 
/**
 * Why it ended.
 */
failure: Notice | null, };

/**
 * What a person says in the set-up wizard.
 */
export type SetupStep = "next" | "anyway" | "skip" | "undo";

/**
 * The numbers by which an arm is known again when its adapter has no serial number of its own.
 */
export type Signature = { 
/**
 * Joints whose motors differ from what was remembered.
 */
differing: Array<string>, 
/**
 * What that means, in words.
 */
verdict: string, };

/**
 * How a measured span was distributed, in microseconds, from a histogram that the loop itself kept.
 */
export type Spread = { 
/**
 * How many were measured.
 */
count: number, 
/**
 * Half were at most this.
 */
p50: number, 
/**
 * 95 % were at most this.
 */
p95: number, 
/**
 * 99 % were at most this.
 */
p99: number, 
/**
 * 99.9 % were at most this.
 */
p999: number, 
/**
 * The largest.
 */
max: number, };

/**
 * What to drive.
 */
export type StartDrive = { 
/**
 * One follower, or left and right; as many leaders, or none.
 */
arms: Array<ArmChoice>, 
/**
 * Cameras by name.
 */
cameras: Array<string>, 
/**
 * Cycles a second.
 */
rate_hz: number, 
/**
 * What moves the arm first.
 */
input: InputKind, };

/**
 * What to record.
 */
export type StartRecord = { 
/**
 * Arms, cameras, rate and input.
 */
drive: StartDrive, 
/**
 * The dataset's name, below the usual folder, or a whole path.
 */
dataset: string, 
/**
 * Whether it is there already and goes on.
 */
resume: boolean, 
/**
 * What the arm is to do.
 */
task: string, 
/**
 * Rows a second.
 */
fps: number, 
/**
 * Length of an episode in seconds.
 */
episode_s: number, 
/**
 * Time between two episodes in seconds.
 */
reset_s: number, 
/**
 * Episodes.
 */
episodes: number, 
/**
 * What becomes of an episode that an earlier session left: `true` keeps it, `false` throws it away, none asks.
 */
keep_left_over: boolean | null, };

/**
 * A topic's newest value, or something that happened once.
 */
export type Tell = { "topic": "bench", "value": Bench } | { "topic": "deck", "value": Deck } | { "topic": "cameras", "value": Array<CameraCard> } | { "topic": "drive", "value": DriveState | null } | { "topic": "record", "value": RecordState | null } | { "topic": "setup", "value": SetupState | null } | { "topic": "scan", "value": ScanState | null } | { "topic": "identify", "value": IdentifyState | null } | { "topic": "calibration", "value": CalibrationState | null } | { "topic": "settings", "value": SettingsState } | { "topic": "recovery", "value": RecoveryState } | { "topic": "workers", "value": WorkersState } | { "topic": "notice", "value": Notice };

/**
 * Whether motors push.
 */
export type TorqueWord = "none" | "on" | "off" | "unknown";

/**
 * What is to be said of a joint.
 */
export type TravelTag = "not_moved" | "keep_going" | "enough" | "not_needed" | "unusable";

/**
 * A key of the file that this version does not know. It stays in the file.
 */
export type UnknownKey = { 
/**
 * Its name: section, a dot, key.
 */
name: string, 
/**
 * Its line in the file, from 1.
 */
line: number, };

/**
 * One worker.
 */
export type WorkerState = { 
/**
 * Its number, never used again.
 */
number: number, 
/**
 * Jobs begun on it by their number, the one that runs last.
 */
jobs: Array<number>, 
/**
 * Share of the last seconds in which it had work, 0 to 1.
 */
busy_ratio: number, 
/**
 * Time of its thread on a core, in seconds; none where the system does not tell.
 */
cpu_seconds: number | null, 
/**
 * Share of the last half second and more that its thread was on a core, 0 to 1.
 */
cpu_ratio: number | null, };

/**
 * The worker pool.
 */
export type WorkersState = { 
/**
 * The settings that hold.
 */
settings: PoolSettings, 
/**
 * Workers that there are.
 */
workers: Array<WorkerState>, 
/**
 * The products.
 */
products: Array<ProductState>, 
/**
 * The kinds of jobs.
 */
kinds: Array<JobKind>, 
/**
 * How long operations take.
 */
operations: Array<OperationState>, 
/**
 * Jobs that run.
 */
running: Array<RunningJob>, 
/**
 * Jobs that wait.
 */
queued: number, 
/**
 * The longest time that one of them has waited, in milliseconds.
 */
longest_wait_ms: number, 
/**
 * Whether more work comes in than the workers can do.
 */
saturated: boolean, 
/**
 * Why work that needs much memory is held back, if it is.
 */
suspended: string | null, 
/**
 * Work that was done where it was asked for, by the reason.
 */
inline: Array<InlineRuns>, 
/**
 * Workers that took the place of one that hung.
 */
restarts: number, 
/**
 * Threads of the whole program that were left hanging.
 */
threads_abandoned: number, 
/**
 * Work done on this machine, of that which could go elsewhere.
 */
local: number, 
/**
 * Work done by a server.
 */
remote: number, 
/**
 * Results found in a cache.
 */
cache_hits: number, 
/**
 * Results not found there.
 */
cache_misses: number, 
/**
 * Share of all lookups that found something, 0 to 1; none without a lookup.
 */
cache_hit_rate: number | null, 
/**
 * The shared buffers.
 */
buffers: BufferState, };
