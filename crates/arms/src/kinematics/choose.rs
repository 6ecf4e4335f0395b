//! Which of the ways to take a pose: inside every range, away from singular poses, nearest to where the arm is.
//!
//! An arm that already stands outside a range or too near to a singular pose is not pulled in: it may stay as far
//! outside as it is, and be led back.

use super::inverse::{Branch, Residual, Solution, Wanted, elbow, pan, reach};
use super::rotation::{Rotation, Vector, dot};
use super::told::Unsolved;
use super::{ARM_JOINTS, Angles, Kinematics, Pose, ROLL, Tip, half_turn};
use crate::joint::Joint;

/// Rounding of a comparison with where the arm is already, degrees or metres.
const SLACK: f64 = 1e-9;
/// Rounds of the search for the plane of a wanted orientation; 99 of 100 need 18.
const MOST_ROUNDS: u32 = 200;
/// The tip's place beside the plane changes by less than this between two rounds: found, metres.
const SETTLED: f64 = 1e-12;

impl Kinematics {
    /// The angles for `target` that are nearest to `near` (LeRobot's degrees), whatever the branch.
    ///
    /// # Errors
    /// Why there are none, told of the branch in which the arm is.
    pub fn solve(&self, target: &Pose, near: &Angles) -> Result<Solution, Unsolved> {
        let here = self.forward(near);
        let (front, up) = (here.branch.front, here.branch.elbow_up);
        self.solve_in(target, near, &here, &[front, !front], &[up, !up])
    }

    /// The angles for `target` with the elbow and the side of the pan axis as they are at `near`: for the next step of a
    /// path.
    ///
    /// # Errors
    /// Why there are none without changing the branch.
    pub fn solve_keeping_branch(&self, target: &Pose, near: &Angles) -> Result<Solution, Unsolved> {
        let here = self.forward(near);
        let Branch { front, elbow_up } = here.branch;
        self.solve_in(target, near, &here, &[front], &[elbow_up])
    }

    /// The nearest of the given branches; the refusal of the first of them when none will do.
    fn solve_in(
        &self,
        target: &Pose,
        near: &Angles,
        here: &Tip,
        sides: &[bool],
        elbows: &[bool],
    ) -> Result<Solution, Unsolved> {
        let finite = target.position.iter().all(|part| part.is_finite())
            && target.pitch.is_finite()
            && target.roll.is_finite();
        if !finite {
            return Err(Unsolved::NoPose);
        }
        let wanted = Wanted {
            position: target.position,
            pitch: target.pitch.to_radians(),
            roll: target.roll.to_radians(),
        };
        let mut best: Option<(f64, Angles, Branch)> = None;
        let mut refused = None;
        for &front in sides {
            let reach = match reach(&self.geometry, &wanted, front) {
                Ok(reach) => reach,
                Err(why) => {
                    refused.get_or_insert(why);
                    continue;
                }
            };
            for &elbow_up in elbows {
                let (q, bend) = elbow(&self.geometry, &wanted, &reach, elbow_up);
                let angles = self.degrees(&q);
                let allowed = self
                    .in_range(&angles, near)
                    .and_then(|()| self.guarded(bend.to_degrees(), reach.r, here));
                if let Err(why) = allowed {
                    refused.get_or_insert(why);
                    continue;
                }
                let away = apart(&angles, near);
                if best.is_none_or(|(nearest, ..)| away < nearest) {
                    best = Some((away, angles, Branch { front, elbow_up }));
                }
            }
        }
        let Some((_, angles, branch)) = best else {
            return Err(refused.unwrap_or(Unsolved::NoPose));
        };
        Ok(Solution {
            angles,
            branch,
            residual: self.residual(target, &angles),
            yaw_remainder: 0.0,
        })
    }

    /// The angles that put the tip at `position` and give of the wanted orientation what five joints can: its pitch and its
    /// roll. The rest is the solution's yaw remainder.
    ///
    /// # Errors
    /// Why there are none, told of the side of the pan axis on which the arm is.
    pub fn solve_orientation(
        &self,
        position: Vector,
        orientation: &Rotation,
        near: &Angles,
    ) -> Result<Solution, Unsolved> {
        if !orientation.proper() || !position.iter().all(|part| part.is_finite()) {
            return Err(Unsolved::NoPose);
        }
        let here = self.forward(near);
        let mut best: Option<(f64, Solution)> = None;
        let mut refused = None;
        for front in [here.branch.front, !here.branch.front] {
            let solved = self.towards(position, orientation, front, near, &here);
            match solved {
                Ok(solution) => {
                    let away = apart(&solution.angles, near);
                    if best.is_none_or(|(nearest, _)| away < nearest) {
                        best = Some((away, solution));
                    }
                }
                Err(why) => {
                    refused.get_or_insert(why);
                }
            }
        }
        best.map(|(_, solution)| solution)
            .ok_or_else(|| refused.unwrap_or(Unsolved::NoPose))
    }

    /// The plane of the arm depends on the roll and the roll on the plane: searched for until it stays.
    fn towards(
        &self,
        position: Vector,
        orientation: &Rotation,
        front: bool,
        near: &Angles,
        here: &Tip,
    ) -> Result<Solution, Unsolved> {
        let mut s = 0.0;
        for _ in 0..MOST_ROUNDS {
            let (q1, _) = pan(&self.geometry, &position, s, front)?;
            let (sin, cos) = q1.sin_cos();
            let (u, v) = ([cos, -sin, 0.0], [sin, cos, 0.0]);
            let f = orientation.z;
            let pitch = (-f[2]).atan2(dot(f, u));
            let (sin, cos) = pitch.sin_cos();
            let w = [sin * u[0], sin * u[1], cos];
            let (x, y) = (orientation.x, orientation.y);
            let psi = (-dot(x, v) - dot(y, w)).atan2(dot(y, v) - dot(x, w));
            let roll = psi + self.geometry.delta;
            let (_, next) = self.geometry.beside(roll);
            if (next - s).abs() > SETTLED {
                s = next;
                continue;
            }
            let target = Pose {
                position,
                pitch: pitch.to_degrees(),
                roll: self.roll_near(roll.to_degrees(), near),
            };
            let up = here.branch.elbow_up;
            let mut solution = self.solve_in(&target, near, here, &[front], &[up, !up])?;
            solution.yaw_remainder = dot(f, v).clamp(-1.0, 1.0).asin().to_degrees();
            return Ok(solution);
        }
        Err(Unsolved::OnPanAxis)
    }

    /// The same roll, whole turns apart, that lies in the joint's range and is nearest to where the joint is: the wrist is
    /// not endless, so it never takes the short way through its stop.
    fn roll_near(&self, roll: f64, near: &Angles) -> f64 {
        let trim = self.trims.degrees()[ROLL];
        let at = near[ROLL] + trim;
        let range = self.ranges[ROLL];
        let mut best = roll;
        for turns in [-1.0, 0.0, 1.0] {
            let other = roll + 360.0 * turns;
            let fits = |roll: f64| (range.least..=range.most).contains(&(roll - trim));
            let nearer = (other - at).abs() < (best - at).abs();
            if (fits(other) && !fits(best)) || (fits(other) == fits(best) && nearer) {
                best = other;
            }
        }
        best
    }

    fn in_range(&self, angles: &Angles, near: &Angles) -> Result<(), Unsolved> {
        for joint in 0..ARM_JOINTS {
            let range = self.ranges[joint];
            let least = range.least.min(near[joint]) - SLACK;
            let most = range.most.max(near[joint]) + SLACK;
            if !(least..=most).contains(&angles[joint]) {
                return Err(Unsolved::BeyondRange {
                    joint: Joint::ALL[joint],
                    wanted: angles[joint],
                    least: range.least,
                    most: range.most,
                });
            }
        }
        Ok(())
    }

    fn guarded(&self, bend: f64, radius: f64, here: &Tip) -> Result<(), Unsolved> {
        let guard = &self.guard;
        let (now, then) = (here.bend.abs(), bend.abs());
        if then < guard.least_bend.min(now) - SLACK {
            return Err(Unsolved::Stretched { bend: then });
        }
        if then > guard.most_bend.max(now) + SLACK {
            return Err(Unsolved::Folded { bend: then });
        }
        if radius.abs() < guard.least_radius.min(here.radius.abs()) - SLACK {
            return Err(Unsolved::NearPanAxis {
                radius: radius.abs(),
            });
        }
        Ok(())
    }

    fn residual(&self, target: &Pose, angles: &Angles) -> Residual {
        let reached = self.forward(angles).pose;
        let off = |place: usize| reached.position[place] - target.position[place];
        Residual {
            position: (off(0).powi(2) + off(1).powi(2) + off(2).powi(2)).sqrt(),
            pitch: half_turn(reached.pitch - target.pitch).abs(),
            roll: (reached.roll - target.roll).abs(),
        }
    }
}

/// The square of the distance between two sets of angles.
fn apart(a: &Angles, b: &Angles) -> f64 {
    (0..ARM_JOINTS)
        .map(|joint| (a[joint] - b[joint]).powi(2))
        .sum()
}
