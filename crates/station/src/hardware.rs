//! What a rig is plugged into: an adapter of this machine, or a simulated arm.
//!
//! A simulated arm behind a pseudo terminal is opened by the same code as a real one, through the operating system's serial
//! driver; only its other end differs. What is written to a pseudo terminal is handed on by a thread of the kernel that waits
//! its turn, so that on a busy computer answers come too late; the window's simulated arm has nothing between. Both stay
//! alive as long as the [`Line`] they came with.

use std::sync::Arc;
use std::time::Duration;

use arms::{Arm, ArmConfig, ArmKind, Calibration, JointCalibration, calibration_file};
use motors::{AnyBus, Bus, Port, serial};
use protocol::{ErrorCode, Failure};
use sim::{Chain, Hand, PtyConfig, PtyServer, SimArm, memory_port};
use stdx::Clock;

use crate::access;
use crate::failure::failure;
use crate::known_arms;

/// The port name that means a simulated arm behind a pseudo terminal.
pub const SIM: &str = "sim";
/// The same, never calibrated.
pub const SIM_UNCALIBRATED: &str = "sim:uncalibrated";
/// A simulated arm in this process, with no terminal between.
pub const SIM_HERE: &str = "sim:here";
/// The same, never calibrated.
pub const SIM_HERE_UNCALIBRATED: &str = "sim:here:uncalibrated";

/// Whether a port name means a simulated arm.
pub fn simulated(port: &str) -> bool {
    [SIM, SIM_UNCALIBRATED, SIM_HERE, SIM_HERE_UNCALIBRATED].contains(&port)
}

/// Whether nobody can be hurt at the other end: a simulated arm of ours, or a pseudo terminal.
pub fn harmless(port: &str) -> bool {
    simulated(port) || std::fs::canonicalize(port).is_ok_and(|path| path.starts_with("/dev/pts"))
}

/// An open line, and the simulator behind it if that is what it is.
pub struct Line {
    /// The bus on the line.
    pub bus: AnyBus,
    /// Where the line really is: the port's own path.
    pub path: String,
    /// What was found about the adapter's latency, in words.
    pub latency: String,
    /// The simulator at the other end.
    pub simulated: Option<Simulated>,
}

/// A simulated arm, and its pseudo terminal if it has one.
pub struct Simulated {
    /// The arm's motors, for hands and misbehaviours.
    pub chain: Chain,
    /// What the arm was built from.
    pub arm: SimArm,
    _server: Option<PtyServer>,
}

impl Simulated {
    fn new(kind: ArmKind, calibrated: bool, clock: Arc<dyn Clock>) -> Self {
        let arm = match kind {
            ArmKind::Follower => SimArm::follower(),
            ArmKind::Leader => SimArm::leader(),
        };
        let arm = if calibrated { arm } else { arm.uncalibrated() };
        Self {
            chain: arm.chain(clock),
            arm,
            _server: None,
        }
    }

    /// Starts a simulated arm on a pseudo terminal of its own.
    ///
    /// # Errors
    /// When the system has no pseudo terminal or no thread left.
    pub fn start(
        kind: ArmKind,
        calibrated: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, String), Failure> {
        let this = Self::new(kind, calibrated, clock);
        let server = PtyServer::start(PtyConfig {
            realtime: true,
            ..PtyConfig::serving(this.chain.clone())
        })
        .map_err(|error| failure(ErrorCode::Port, error.to_string(), error.remedy()))?;
        let path = server.path().display().to_string();
        let _server = Some(server);
        Ok((Self { _server, ..this }, path))
    }

    /// Lets a hand lead a simulated leader: slow swings about the middle, each joint at its own pace.
    ///
    /// # Errors
    /// Never for the presets, which have all six motors.
    pub fn lead(&self) -> Result<(), Failure> {
        for (at, joint) in self.arm.calibration.iter().enumerate() {
            let swing = Hand::swinging(
                self.arm.middle(at),
                if at == 5 { 25.0 } else { 20.0 },
                Duration::from_secs(6 + 2 * at as u64),
            );
            self.chain
                .hand(joint.id, Some(swing))
                .map_err(|error| failure(ErrorCode::Internal, error, error.remedy()))?;
        }
        Ok(())
    }
}

/// The calibration that a simulated arm's motors were built with.
///
/// # Errors
/// Never for the presets; the numbers pass the same checks as a file's.
pub fn calibration_of(arm: &SimArm) -> Result<Calibration, Failure> {
    let joint = |at: usize| {
        let joint = &arm.calibration[at];
        JointCalibration {
            id: joint.id,
            drive_mode: 0,
            homing_offset: joint.homing_offset,
            range_min: joint.range_min,
            range_max: joint.range_max,
        }
    };
    Calibration::new(std::array::from_fn(joint))
        .map_err(|error| failure(ErrorCode::Internal, &error, error.remedy()))
}

/// Opens the line of an arm.
///
/// # Errors
/// When there is no such port or it may not be opened; the failure says what to do.
pub fn open(config: &ArmConfig, clock: &Arc<dyn Clock>) -> Result<Line, Failure> {
    let (simulated, path) = match config.port.as_str() {
        SIM_HERE | SIM_HERE_UNCALIBRATED => return Ok(open_here(config, clock)),
        port @ (SIM | SIM_UNCALIBRATED) => {
            let (simulated, path) = Simulated::start(config.kind, port == SIM, Arc::clone(clock))?;
            (Some(simulated), path)
        }
        port => (None, known_arms::resolve(port, clock)?),
    };
    let port = serial::open(&path, serial::BAUD, Arc::clone(clock))
        .map_err(|error| access::port_failure(Some(&config.name), &error))?;
    let latency = port.latency().to_string();
    tracing::info!(arm = config.name, port = path, latency, "port opened");
    let port: Box<dyn Port> = Box::new(port);
    Ok(Line {
        bus: Bus::new(port, Arc::clone(clock)),
        path,
        latency,
        simulated,
    })
}

fn open_here(config: &ArmConfig, clock: &Arc<dyn Clock>) -> Line {
    let calibrated = config.port == SIM_HERE;
    let simulated = Simulated::new(config.kind, calibrated, Arc::clone(clock));
    let port = memory_port(simulated.chain.clone());
    let path = port.name().to_owned();
    tracing::info!(arm = config.name, port = path, "simulated arm");
    let port: Box<dyn Port> = Box::new(port);
    Line {
        bus: Bus::new(port, Arc::clone(clock)),
        path,
        latency: "in this process".to_owned(),
        simulated: Some(simulated),
    }
}

/// An arm that is connected, set up and known to agree with its calibration. Torque is off.
pub struct Connected {
    /// The arm.
    pub arm: Arm,
    /// What a person should know: findings of the handshake, settings that were written, latency.
    pub notes: Vec<String>,
    /// Keeps a simulated arm alive.
    pub simulated: Option<Simulated>,
}

/// Opens, asks, checks and sets up one arm.
///
/// # Errors
/// Port, motor and calibration failures, each with its remedy.
pub fn connect(config: &ArmConfig, clock: &Arc<dyn Clock>) -> Result<Connected, Failure> {
    let line = open(config, clock)?;
    let calibration = match &line.simulated {
        Some(simulated) => calibration_of(&simulated.arm)?,
        None => load_calibration(config)?,
    };
    let mut notes = vec![format!("{}: {} ({})", config.name, line.path, line.latency)];
    let path = line.simulated.is_none().then(|| line.path.clone());
    let fail = arm_failure;
    let mut arm =
        Arm::connect(line.bus, config.clone(), calibration, Arc::clone(clock)).map_err(fail)?;
    notes.extend(
        arm.handshake()
            .findings
            .iter()
            .map(|found| format!("{}: {found}", config.name)),
    );
    // Calibrations of other programs may hold a seam or half a sweep; their angles are wrong, and nobody says so.
    notes.extend(
        arms::plausible::doubts(config.kind, &calibration)
            .iter()
            .map(|doubt| format!("{}: doubtful calibration: {doubt}", config.name)),
    );
    let calibrated = arm.require_calibrated();
    let known = path.and_then(|path| known_arms::check(&mut arm, &path, calibrated.is_ok()));
    calibrated.map_err(|error| known_arms::explain(fail(error), known.as_deref()))?;
    notes.extend(known.map(|known| format!("{}: {known}", config.name)));
    let changes = arm.configure().map_err(fail)?;
    if !changes.is_empty() {
        notes.push(format!(
            "{}: {} motor settings written",
            config.name,
            changes.len()
        ));
    }
    Ok(Connected {
        arm,
        notes,
        simulated: line.simulated,
    })
}

/// The calibration file of an arm.
///
/// # Errors
/// When there is none, or it is not as it must be.
pub fn load_calibration(config: &ArmConfig) -> Result<Calibration, Failure> {
    let fail =
        |error: arms::CalibrationFileError| failure(ErrorCode::Calibration, &error, error.remedy());
    let path = calibration_file::path_for(config).map_err(fail)?;
    calibration_file::load(&path).map_err(fail)
}

/// The calibration that an arm is driven with: its file's, or that of a simulated arm's motors.
///
/// # Errors
/// As [`load_calibration`].
pub fn calibration_for(config: &ArmConfig) -> Result<Calibration, Failure> {
    if !simulated(&config.port) {
        return load_calibration(config);
    }
    calibration_of(&match config.kind {
        ArmKind::Follower => SimArm::follower(),
        ArmKind::Leader => SimArm::leader(),
    })
}

/// An arm's error in the shape that leaves the core.
pub(crate) fn arm_failure(error: arms::ArmError) -> Failure {
    let code = match &error {
        error if error.line_lost() => ErrorCode::LineLost,
        arms::ArmError::CalibrationDiffers { .. } => ErrorCode::Calibration,
        _ => ErrorCode::Motor,
    };
    failure(code, &error, error.remedy())
}
